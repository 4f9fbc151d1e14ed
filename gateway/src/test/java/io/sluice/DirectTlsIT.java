package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.management.ObjectName;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS after the upgrade, which the gateway reads and writes itself. */
@ParameterizedClass
@ValueSource(strings = {"jdk", "conscrypt"})
@Timeout(60)
class DirectTlsIT {
    private static final byte[] CONNECT = Packets.connect(4);
    private static final int KILOBYTE = 1024;

    private final String provider;
    private ScriptedBroker broker;

    DirectTlsIT(String provider) {
        this.provider = provider;
    }

    @BeforeEach
    void start() throws IOException {
        broker = new ScriptedBroker();
    }

    @AfterEach
    void stop() throws IOException {
        broker.close();
    }

    private String provider() {
        return "tls.provider=" + provider;
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off"})
    void carriesPacketsBothWays(String direct) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, provider(), "listener.direct-tls=" + direct);
                RawClient client = gateway.secure().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            byte[] large = Packets.publish(4, new byte[40 * KILOBYTE]);

            client.mqtt(large);
            connection.send(large);

            assertThat(connection.read(large.length)).isEqualTo(large);
            assertThat(client.readMqtt(large.length)).isEqualTo(large);
        }
    }

    @ParameterizedTest
    @CsvSource({"on, false", "off, true"})
    @DisplayName("what a request needs goes with the upgrade, where the session has TLS to itself")
    void aSessionKeepsNothingOfHttp(String direct, boolean keeps) throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (TestGateway gateway = TestGateway.start(broker, "listener.direct-tls=" + direct)) {
            long before = httpConnections();
            for (int i = 0; i < 10; i++) {
                clients.add(gateway.secure().open(CONNECT));
                broker.welcome(CONNECT);
            }

            assertThat(httpConnections() - before >= clients.size()).isEqualTo(keeps);
            assertThat(httpConnections() - before > 0).isEqualTo(keeps);
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    /** Of all in this process that are reachable. */
    private static long httpConnections() throws Exception {
        Object histogram = ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        // "  12:      34      5678  class (module@version)"
        return String.valueOf(histogram)
                .lines()
                .map(line -> line.trim().split("\\s+"))
                .filter(columns -> columns.length >= 4 && columns[3].equals(HttpServerConnection.class.getName()))
                .mapToLong(columns -> Long.parseLong(columns[1]))
                .sum();
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, 1", "TLSv1.2, 1", "TLSv1.3, 1000", "TLSv1.2, 1000"})
    void takesRecordsThatComeInPieces(String version, int piece) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, provider());
                RawClient client =
                        gateway.secure(List.of(version), List.of("http/1.1")).open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            byte[] small = Packets.publish(4, "small".getBytes(UTF_8));
            byte[] large = Packets.publish(4, new byte[(piece == 1 ? 1 : 30) * KILOBYTE]);
            client.gather();
            client.mqtt(small);
            client.mqtt(large);
            client.mqtt(small, small);
            byte[] records = client.gathered();

            for (int at = 0; at < records.length; at += piece) {
                client.transportOutput().write(records, at, Math.min(piece, records.length - at));
            }

            assertThat(connection.read(small.length)).isEqualTo(small);
            assertThat(connection.read(large.length)).isEqualTo(large);
            assertThat(connection.read(2 * small.length)).isEqualTo(Packets.concat(small, small));
        }
    }

    @ParameterizedTest(name = "throttled: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("thousands of records of one byte: none is lost where the reader stops before the last")
    void takesManySmallRecords(boolean throttled) throws Exception {
        String rate = throttled ? "limit.bytes.rate=2KiB/s" : "limit.bytes.rate=1GiB/s";
        try (TestGateway gateway = TestGateway.start(broker, provider(), rate, "limit.bytes.burst=1KiB");
                RawClient client = gateway.secure().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            byte[] large = Packets.publish(4, new byte[KILOBYTE]);
            byte[] frames = Packets.concat(
                    RawClient.masked(RawClient.FIN | RawClient.BINARY, large),
                    RawClient.masked(RawClient.FIN | RawClient.BINARY, large),
                    RawClient.masked(RawClient.FIN | RawClient.BINARY, Packets.PINGREQ));
            client.gather();
            for (byte each : frames) {
                client.output().write(each);
                client.output().flush();
            }
            client.transportOutput().write(client.gathered());

            assertThat(connection.read(2 * large.length)).isEqualTo(Packets.concat(large, large));
            assertThat(connection.read(2)).isEqualTo(Packets.PINGREQ);
            connection.send(Packets.PINGRESP);
            assertThat(client.readMqtt(2)).isEqualTo(Packets.PINGRESP);
        }
    }

    /** Sends the beginning of the second record together with the request: Undertow has it then. */
    private static RawClient openEarly(RawClient client, byte[] connect) throws IOException {
        client.gather();
        client.send(UpgradeRequest.VALID.toString());
        byte[] request = client.gathered();
        client.gather();
        client.mqtt(connect);
        byte[] record = client.gathered();
        client.transportOutput().write(Packets.concat(request, Arrays.copyOf(record, 3)));
        assertThat(client.answer().status()).isEqualTo(101);
        client.transportOutput().write(record, 3, record.length - 3);
        return client;
    }

    @ParameterizedTest(name = "direct-tls={0}, another began with the request: {1}")
    @CsvSource({"on, false", "off, false", "on, true"})
    @DisplayName("a record that is begun and never ended, by a client without a keep alive: not for ever")
    void aHalfRecordEndsTheSessionInTheStallTime(String direct, boolean early) throws Exception {
        byte[] connect = Packets.connect(5, 0);
        try (LogLines log = new LogLines();
                TestGateway gateway = TestGateway.start(
                        broker,
                        provider(),
                        "limit.write-stall-timeout=500ms",
                        "limit.close-timeout=200ms",
                        "listener.direct-tls=" + direct);
                RawClient client = early
                        ? openEarly(gateway.secure(), connect)
                        : gateway.secure().open(connect);
                Wire connection = broker.welcome(connect)) {
            client.readMqtt(Packets.connack(5).length);
            client.gather();
            client.mqtt(Packets.PINGREQ);
            byte[] record = client.gathered();

            client.transportOutput().write(record, 0, record.length / 2);

            byte[] disconnect = client.readFrame().payload();
            assertThat(disconnect[0]).isEqualTo((byte) 0xE0);
            assertThat(disconnect[2]).isEqualTo((byte) 0x80);
            assertThat(connection.readToEnd()).isEqualTo(new Wire.Rest(new byte[0], Wire.End.FIN));
            client.reset();
            log.await("cause=record-stalled by=gateway");
        }
    }

    @Test
    void aForgedRecordEndsItsOwnSessionWithAnAlert() throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, provider());
                RawClient good = gateway.secure().open(CONNECT);
                Wire goodConnection = broker.welcome(CONNECT);
                RawClient forger = gateway.secure().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            good.readMqtt(4);
            forger.readMqtt(4);
            forger.gather();
            forger.mqtt(Packets.publish(4, new byte[100]));
            byte[] record = forger.gathered();
            record[record.length - 1] ^= 1;

            forger.transportOutput().write(record);

            assertThatThrownBy(forger::read).isInstanceOf(SSLException.class).hasMessageContaining("bad_record_mac");
            assertThat(connection.readToEnd()).isEqualTo(new Wire.Rest(new byte[0], Wire.End.FIN));
            good.mqtt(Packets.publish(4, new byte[1]));
            assertThat(goodConnection.readPacket()).isEqualTo(Packets.publish(4, new byte[1]));
        }
    }

    @Test
    void aRecordLongerThanAnyEndsTheSession() throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, provider());
                RawClient client = gateway.secure().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);

            client.transportOutput().write(new byte[] {23, 3, 3, (byte) 0xFF, (byte) 0xFF});

            assertThat(connection.readToEnd()).isEqualTo(new Wire.Rest(new byte[0], Wire.End.FIN));
        }
    }

    @Test
    @DisplayName("RFC 8446 4.6.3: new keys after a hundred kilobytes, by either side, in a process of its own")
    void survivesKeyUpdates(@TempDir Path directory) throws Exception {
        Path limits = Files.writeString(
                directory.resolve("security"), "jdk.tls.keyLimits=AES/GCM/NoPadding KeyUpdate 2^17\n");
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(ChildJvm.command(
                        "-Xmx128m",
                        "-Djava.security.properties=" + limits,
                        "-Djavax.net.debug=ssl,handshake",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        KeyUpdates.class.getName(),
                        provider()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(40, TimeUnit.SECONDS)).as("it ends").isTrue();
        } finally {
            process.destroyForcibly();
        }

        List<String> lines = Files.readAllLines(output);
        assertThat(lines).as("carried whole").contains(KeyUpdates.DONE);
        assertThat(lines.stream()
                        .filter(line -> line.contains("Produced KeyUpdate"))
                        .count())
                .as("key updates of both sides")
                .isGreaterThan(10);
    }
}
