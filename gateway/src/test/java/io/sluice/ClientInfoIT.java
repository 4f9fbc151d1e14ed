package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.session.ClientInfo;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a session knows of its client. */
@Timeout(30)
class ClientInfoIT {
    private static ScriptedBroker broker;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        broker = new ScriptedBroker();
        gateway = TestGateway.start(broker);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        broker.close();
    }

    @Test
    void knowsTlsAndHeadersOfTheHandshake() throws Exception {
        try (RawClient client = gateway.secure()) {
            client.send(UpgradeRequest.VALID.plus("Origin: https://localhost").toString())
                    .answer();

            ClientInfo info = sessionFrom(client);

            assertThat(info.listener()).isEqualTo("secure");
            assertThat(info.address()).isEqualTo(client.localAddress()).isEqualTo(info.peer());
            assertThat(info.local()).isEqualTo(gateway.secureAddress());
            assertThat(info.tls())
                    .isEqualTo(new ClientInfo.Tls("TLSv1.3", "TLS_AES_128_GCM_SHA256", "localhost", null));
            assertThat(info.host()).isEqualTo("localhost");
            assertThat(info.origin()).isEqualTo("https://localhost");
            assertThat(info.subprotocol()).isEqualTo("mqtt");
        }
    }

    @Test
    void knowsThatThereIsNoTls() throws Exception {
        try (RawClient client = gateway.plain()) {
            client.upgrade();

            ClientInfo info = sessionFrom(client);

            assertThat(info.listener()).isEqualTo("plain");
            assertThat(info.tls()).isNull();
            assertThat(info.origin()).isNull();
        }
    }

    private static ClientInfo sessionFrom(RawClient client) throws Exception {
        CompletableFuture<ClientInfo> found = new CompletableFuture<>();
        gateway.gateway().eachSession(session -> {
            if (session.info().peer().equals(client.localAddress())) {
                found.complete(session.info());
            }
        });
        return found.get(10, TimeUnit.SECONDS);
    }
}
