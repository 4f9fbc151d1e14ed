package io.sluice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.session.ClientInfo;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Behind a proxy: whose address a session has, and who is believed. */
@Timeout(30)
class ClientAddressIT {
    private static final byte[] V1 = "PROXY TCP4 192.0.2.7 198.51.100.1 40000 443\r\n".getBytes(US_ASCII);
    private static final byte[] V2 =
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a21110010c0000207c63364019c4001bb04000100");
    private static final byte[] LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000");
    private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.7", 40_000);

    private static ScriptedBroker broker;

    @BeforeAll
    static void start() throws IOException {
        broker = new ScriptedBroker();
    }

    @AfterAll
    static void stop() throws IOException {
        broker.close();
    }

    @Test
    void believesProxyHeadersInFrontOfTlsAndHttp() throws Exception {
        try (TestGateway gateway = proxied("127.0.0.0/8")) {
            for (byte[] header : new byte[][] {V1, V2}) {
                try (RawClient secure = gateway.secure(header);
                        RawClient plain = gateway.plain()) {
                    secure.upgrade();
                    plain.send(header);
                    plain.upgrade();

                    for (RawClient client : new RawClient[] {secure, plain}) {
                        ClientInfo info = sessionFrom(gateway, client);
                        assertThat(info.address()).isEqualTo(CLIENT);
                        assertThat(info.local()).isEqualTo(new InetSocketAddress("198.51.100.1", 443));
                    }
                }
            }
        }
    }

    @Test
    void readsHeaderThatComesByteByByteAndNothingBehindIt() throws Exception {
        try (TestGateway gateway = proxied("127.0.0.0/8");
                RawClient client = gateway.plain()) {
            for (byte b : V2) {
                client.send(new byte[] {b});
            }
            client.upgrade();

            assertThat(sessionFrom(gateway, client).address()).isEqualTo(CLIENT);
        }
    }

    @Test
    void takesProxysOwnConnectionForItself() throws Exception {
        try (TestGateway gateway = proxied("127.0.0.0/8");
                RawClient client = gateway.plain()) {
            client.send(LOCAL);
            client.upgrade();

            assertThat(sessionFrom(gateway, client).address()).isEqualTo(client.localAddress());
        }
    }

    @Test
    void closesWhatIsNoTrustedProxyOrSendsNoHeader() throws Exception {
        try (TestGateway gateway = proxied("10.0.0.0/8");
                RawClient client = gateway.plain()) {
            assertThat(client.readToEnd().bytes()).isEmpty();
        }
        try (TestGateway gateway = proxied("127.0.0.0/8");
                RawClient client = gateway.plain()) {
            client.send(UpgradeRequest.VALID.toString());

            assertThat(client.readToEnd().bytes()).isEmpty();
        }
    }

    @Test
    void closesWhoseHeaderIsLate() throws Exception {
        try (TestGateway gateway = proxied("127.0.0.0/8", "listener.handshake-timeout=50ms");
                RawClient client = gateway.plain()) {
            client.send("PROXY TCP4 ");

            assertThat(client.readToEnd().bytes()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-forwarded-for", "forwarded"})
    void walksForwardedHeadersOfTrustedProxies(String header) throws Exception {
        boolean rfc = header.equals("forwarded");
        String line = rfc
                ? "Forwarded: for=6.6.6.6, for=\"192.0.2.7:40000\";proto=https"
                : "X-Forwarded-For: 6.6.6.6, 192.0.2.7:40000";
        for (String trusted : new String[] {"127.0.0.0/8", "10.0.0.0/8"}) {
            try (TestGateway gateway = TestGateway.start(
                            broker, "listener.client-address=" + header, "listener.trusted-proxies=" + trusted);
                    RawClient client = gateway.plain()) {
                client.send(UpgradeRequest.VALID.plus(line).toString()).answer();

                assertThat(sessionFrom(gateway, client).address())
                        .isEqualTo(trusted.startsWith("127") ? CLIENT : client.localAddress());
            }
        }
    }

    @Test
    void comparesSchemeThatTrustedProxyTells() throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, "listener.trusted-proxies=127.0.0.1")) {
            assertThat(status(gateway, "X-Forwarded-Proto: https")).isEqualTo(101);
            assertThat(status(gateway, "X-Forwarded-Proto: http")).isEqualTo(403);
            assertThat(status(gateway, "X-Other: nothing")).isEqualTo(101);
        }
        try (TestGateway gateway = TestGateway.start(broker)) {
            assertThat(status(gateway, "X-Forwarded-Proto: http")).isEqualTo(101);
        }
    }

    private static int status(TestGateway gateway, String header) throws IOException {
        try (RawClient client = gateway.plain()) {
            return client.send(UpgradeRequest.VALID
                            .plus("Origin: https://localhost", header)
                            .toString())
                    .answer()
                    .status();
        }
    }

    private static TestGateway proxied(String trusted, String... more) {
        String[] all = Arrays.copyOf(more, more.length + 2);
        all[more.length] = "listener.client-address=proxy-protocol";
        all[more.length + 1] = "listener.trusted-proxies=" + trusted;
        return TestGateway.start(broker, all);
    }

    private static ClientInfo sessionFrom(TestGateway gateway, RawClient client) throws Exception {
        CompletableFuture<ClientInfo> found = new CompletableFuture<>();
        gateway.gateway().eachSession(session -> {
            if (session.info().peer().equals(client.localAddress())) {
                found.complete(session.info());
            }
        });
        return found.get(10, TimeUnit.SECONDS);
    }
}
