package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.MinVersion;
import io.sluice.tls.DevCertificates;
import io.sluice.tls.TlsBundle;
import io.sluice.upstream.WarmTotals;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections to the broker that are opened before the clients come. */
@Timeout(30)
@SuppressWarnings("try") // clients and connections that only have to be there
class WarmConnectionsIT {
    private static final byte[] CONNECT = Packets.connect(4);

    @TempDir
    static Path certificates;

    /** Of so great an age that one client is enough to have the most opened. */
    private static TestGateway gateway(int most, ScriptedBroker broker, String... more) {
        String[] all = Arrays.copyOf(more, more.length + 3);
        all[more.length] = "cluster.warm.max=" + most;
        all[more.length + 1] = "cluster.warm.max-age=1m";
        all[more.length + 2] = "gateway.io-threads=1";
        return TestGateway.start(broker, all);
    }

    private static TlsBundle tls() throws Exception {
        DevCertificates.writeTo(certificates);
        return TlsBundle.load(List.of(new TlsConfig(
                "broker",
                certificates.resolve("server.crt"),
                certificates.resolve("server.key"),
                Optional.empty(),
                MinVersion.TLS_1_2)));
    }

    /** A first client is in, by a connection that was opened for it. */
    private static RawClient first(TestGateway gateway, ScriptedBroker broker) throws IOException {
        RawClient client = gateway.plain().open(CONNECT);
        broker.welcome(CONNECT);
        assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));
        return client;
    }

    private static WarmTotals await(TestGateway gateway, Predicate<WarmTotals> condition) throws Exception {
        long end = System.nanoTime() + Wire.PATIENCE_MILLIS * 1_000_000L;
        WarmTotals totals = gateway.gateway().warmTotals().get("default");
        while (totals == null || !condition.test(totals)) {
            assertThat(System.nanoTime() - end).as("in time; %s", totals).isNegative();
            Thread.onSpinWait();
            totals = gateway.gateway().warmTotals().get("default");
        }
        return totals;
    }

    private static void assertServes(RawClient client, Wire connection) throws IOException {
        assertThat(connection.readPacket()).isEqualTo(CONNECT);
        connection.send(Packets.connack(4), Packets.PINGRESP);
        assertThat(client.readMqtt(6)).isEqualTo(Packets.concat(Packets.connack(4), Packets.PINGRESP));
    }

    @Test
    void givesEachConnectionToOneClientAndOpensAnother() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = gateway(1, broker);
                RawClient first = first(gateway, broker);
                Wire one = broker.accept()) {
            await(gateway, totals -> totals.opened() == 1);
            try (RawClient second = gateway.plain().open(CONNECT);
                    Wire two = broker.accept()) {
                assertServes(second, one);
                await(gateway, totals -> totals.opened() == 2);
                try (RawClient third = gateway.plain().open(CONNECT);
                        Wire three = broker.accept()) {
                    assertServes(third, two);
                    second.sendClose(1000);
                    assertThat(one.readToEnd()).isEqualTo(new Wire.Rest(new byte[0], Wire.End.FIN));
                    await(gateway, totals -> totals.opened() == 3);

                    assertThat(gateway.gateway().warmTotals())
                            .containsOnly(Map.entry("default", new WarmTotals(3, 2, 0, 0)));
                }
            }
        }
    }

    @Test
    void givesAwayNoneThatTheBrokerHasEnded() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = gateway(2, broker);
                RawClient first = first(gateway, broker);
                Wire one = broker.accept();
                Wire two = broker.accept()) {
            await(gateway, totals -> totals.opened() == 2);

            one.halfClose();
            try (RawClient second = gateway.plain().open(CONNECT)) {
                assertServes(second, two);
                assertThat(await(gateway, totals -> totals.dead() == 1).used()).isEqualTo(1);
            }
        }
    }

    @Test
    void opensOneForTheClientWhenAllAreDead() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = gateway(2, broker);
                RawClient first = first(gateway, broker);
                Wire one = broker.accept();
                Wire two = broker.accept()) {
            await(gateway, totals -> totals.opened() == 2);

            one.reset();
            two.reset();
            try (RawClient second = gateway.plain().open(CONNECT);
                    Wire fresh = broker.accept()) {
                assertServes(second, fresh);
                assertThat(await(gateway, totals -> totals.dead() == 2).used()).isZero();
            }
        }
    }

    @Test
    @DisplayName("one that the broker ends when CONNECT comes costs the client nothing, not even its only try")
    void opensOneForTheClientWhenItsWarmOneFails() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = gateway(1, broker, "cluster.dial-tries=1");
                RawClient first = first(gateway, broker);
                Wire one = broker.accept()) {
            await(gateway, totals -> totals.opened() == 1);

            try (RawClient second = gateway.plain().open(CONNECT);
                    Wire refill = broker.accept()) {
                assertThat(one.readPacket()).isEqualTo(CONNECT);
                one.halfClose();
                try (Wire fresh = broker.accept()) {
                    assertServes(second, fresh);
                }
            }
        }
    }

    @Test
    void throwsAwayOneThatTalksEarly() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = gateway(2, broker);
                RawClient first = first(gateway, broker);
                Wire one = broker.accept();
                Wire two = broker.accept()) {
            await(gateway, totals -> totals.opened() == 2);

            one.send(Packets.PINGRESP);
            try (RawClient second = gateway.plain().open(CONNECT)) {
                assertServes(second, two);
                assertThat(one.readToEnd().bytes()).isEmpty();
                assertThat(await(gateway, totals -> totals.dead() == 1).used()).isEqualTo(1);
            }
        }
    }

    @Test
    void closesThoseThatNobodyTakes() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(
                        broker, "cluster.warm.max=1", "cluster.warm.max-age=1500ms", "gateway.io-threads=1")) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(gateway.plain().open(CONNECT));
            }

            WarmTotals totals = await(gateway, all -> all.expired() >= 1);

            assertThat(totals.dead()).isZero();
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void opensNoneForAClientNowAndThen() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = TestGateway.start(broker, "cluster.warm.max=8");
                RawClient client = first(gateway, broker)) {
            broker.assertUntouched();
            assertThat(gateway.gateway().warmTotals().get("default")).isEqualTo(new WarmTotals(0, 0, 0, 0));
            client.sendClose(1000);
        }
    }

    @Test
    void shakesHandsBeforeTheClientComes() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker(tls());
                TestGateway gateway =
                        gateway(2, broker, "cluster.tls=on", "cluster.tls.ca=" + certificates.resolve("ca.crt"));
                RawClient first = first(gateway, broker);
                Wire one = broker.accept();
                Wire two = broker.accept()) {
            await(gateway, totals -> totals.opened() == 2);

            one.halfClose();
            try (RawClient second = gateway.plain().open(CONNECT)) {
                assertServes(second, two);
                assertThat(await(gateway, totals -> totals.dead() == 1).used()).isEqualTo(1);
            }
        }
    }

    @Test
    @DisplayName("the PROXY header is of the client that gets the connection, before TLS where there is TLS")
    void writesTheHeaderWhenTheClientIsKnown() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = gateway(1, broker, "cluster.send-proxy-protocol=v1");
                RawClient first = gateway.plain().open(CONNECT);
                Wire fresh = broker.accept();
                Wire one = broker.accept()) {
            await(gateway, totals -> totals.opened() == 1);
            assertThat(line(fresh)).isEqualTo(header(first));
            assertServes(first, fresh);
            try (RawClient second = gateway.plain().open(CONNECT)) {
                assertThat(line(one)).isEqualTo(header(second));
                assertServes(second, one);
            }
        }
        try (ScriptedBroker broker = new ScriptedBroker(tls());
                TestGateway gateway = gateway(
                        1,
                        broker,
                        "cluster.send-proxy-protocol=v1",
                        "cluster.tls=on",
                        "cluster.tls.ca=" + certificates.resolve("ca.crt"));
                RawClient first = gateway.plain().open(CONNECT);
                Socket fresh = broker.acceptTcp();
                Socket one = broker.acceptTcp()) {
            await(gateway, totals -> totals.opened() == 1);
            assertThat(line(fresh)).isEqualTo(header(first));
            try (Wire connection = broker.shakeHands(fresh);
                    RawClient second = gateway.plain().open(CONNECT)) {
                assertServes(first, connection);
                assertThat(line(one)).isEqualTo(header(second));
                try (Wire warm = broker.shakeHands(one)) {
                    assertServes(second, warm);
                }
            }
        }
    }

    private static String header(RawClient client) {
        return "PROXY TCP4 127.0.0.1 127.0.0.1 " + client.localAddress().getPort() + " "
                + client.peer().getPort();
    }

    private static String line(Wire wire) throws IOException {
        return line(wire.input());
    }

    private static String line(Socket socket) throws IOException {
        return line(socket.getInputStream());
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n' && next >= 0; next = in.read()) {
            line.append((char) next);
        }
        return line.toString().strip();
    }
}
