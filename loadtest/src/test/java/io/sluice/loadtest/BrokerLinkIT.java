package io.sluice.loadtest;

import static io.sluice.loadtest.RealClient.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.Gateway;
import io.sluice.config.Configuration;
import io.sluice.loadtest.MqttSocket.Packet;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How real brokers take the gateway's connections: with a PROXY header, over TLS, opened ahead of clients. */
@Timeout(60)
final class BrokerLinkIT {
    private static final int LEVEL = 4;
    private static final int CLIENTS = 6;
    private static final int LARGE = 256 << 10;

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private static Gateway gateway(String... settings) throws Exception {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("listener.bind=127.0.0.1:0");
        all.add("listener.tls=off");
        all.add("limit.bytes.rate=unlimited");
        all.add("gateway.io-threads=2");
        return Gateway.start(Configuration.load(null, Map.of(), all).gateway());
    }

    private MqttSocket connected(Gateway gateway, String clientId) throws Exception {
        MqttSocket client = MqttSocket.open(http, URI.create(gateway.urls().get(0)))
                .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        client.send(MqttPackets.connect(LEVEL, clientId, 0));
        assertThat(client.next(MqttPackets.CONNACK, PATIENCE).body().get(1)).isZero();
        return client;
    }

    private static void assertEchoes(MqttSocket client, String topic, byte[] payload) throws Exception {
        client.send(MqttPackets.subscribe(LEVEL, topic, 0));
        client.next(MqttPackets.SUBACK, PATIENCE);
        client.send(MqttPackets.publish(LEVEL, topic, payload));
        Packet echo = client.next(MqttPackets.PUBLISH, PATIENCE);
        byte[] received = new byte[payload.length];
        echo.body().get(echo.body().limit() - payload.length, received);
        assertThat(received).isEqualTo(payload);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void artemisLearnsTheClientsOwnAddress(String version) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.startExpectingProxyHeader();
                Gateway gateway = gateway(
                        "cluster.brokers=" + broker.address(),
                        "cluster.send-proxy-protocol=" + version,
                        "cluster.warm.max=off", // one that waits for its client is "null:0" to the broker
                        "cluster.source-addresses=127.0.0.2");
                MqttSocket client = connected(gateway, "proxied")) {
            assertEchoes(client, "proxied", new byte[] {1});

            assertThat(broker.clientAddresses())
                    .filteredOn(address -> !address.equals("null:0")) // a health check that is not over yet
                    .singleElement()
                    .asString()
                    .startsWith("127.0.0.1:");
            InetSocketAddress listener = gateway.addresses().get(0);
            assertThat(broker.clientAddresses()).noneMatch(address -> address.endsWith(":" + listener.getPort()));
        }
    }

    @Test
    void mosquittoIsReachedByTlsWithACertificateAndAheadOfClients() throws Exception {
        Optional<Path> program = Mosquitto.program();
        assumeTrue(program.isPresent(), "mosquitto is not installed (.ci/install-test-tools does it)");
        DemoTrust trust = DemoTrust.in(directory);
        byte[] large = new byte[LARGE];
        new Random(LARGE).nextBytes(large);
        try (Mosquitto broker = Mosquitto.start(program.get(), directory, """
                        cafile %s
                        certfile %s
                        keyfile %s
                        require_certificate true
                        """.formatted(
                                trust.authority(), trust.serverCertificate(), trust.serverKey()));
                Gateway gateway = gateway(
                        "cluster.brokers=" + broker.address(),
                        "cluster.tls=on",
                        "cluster.tls.ca=" + trust.authority(),
                        "cluster.tls.server-name=localhost",
                        "cluster.tls.certificate=" + directory.resolve("client.crt"),
                        "cluster.tls.private-key=" + directory.resolve("client.key"),
                        "cluster.warm.max-age=10s")) {
            for (int i = 0; i < CLIENTS; i++) {
                try (MqttSocket client = connected(gateway, "secure-" + i)) {
                    assertEchoes(client, "secure/" + i, large);
                    client.send(MqttPackets.disconnect());
                    assertThat(client.ending().get(10, TimeUnit.SECONDS).code()).isEqualTo(1000);
                }
            }

            assertThat(gateway.warmTotals().get("default")).satisfies(totals -> {
                assertThat(totals.used()).isPositive();
                assertThat(totals.dead()).isZero();
            });
        }
    }
}
