package io.sluice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.tls.DevCertificates;
import io.sluice.tls.Engines;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What TLS owes its clients whoever computes it ({@code tls.provider}). */
@ParameterizedClass
@ValueSource(strings = {"jdk", "conscrypt"})
@Timeout(60)
class TlsProviderIT {
    private static final byte[] CONNECT = Packets.connect(4);

    /** RFC 8446 5.2: 2^14, and 256 for what encryption adds. */
    private static final int LONGEST_RECORD = (1 << 14) + 256;

    private static final int LOOKS = 10;

    private final String provider;
    private ScriptedBroker broker;
    private TestGateway gateway;

    TlsProviderIT(String provider) {
        this.provider = provider;
    }

    @BeforeEach
    void start() throws IOException {
        broker = new ScriptedBroker();
        gateway = TestGateway.start(broker, "tls.provider=" + provider);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void shakesHandsInFullAndThenByTicket(String version) throws Exception {
        SSLContext sessions = TestGateway.trusting();

        long first = sessionOf(sessions, version);
        long second = sessionOf(sessions, version);
        long other = sessionOf(TestGateway.trusting(), version);

        assertThat(second).as("the session that was made first").isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }

    /** When the session of a connection was made; of two that are not resumed it differs. */
    private long sessionOf(SSLContext context, String version) throws Exception {
        long now = System.currentTimeMillis();
        while (System.currentTimeMillis() == now) {
            Thread.onSpinWait();
        }
        try (RawClient client = gateway.secure(context, version).open(CONNECT)) {
            broker.welcome(CONNECT).close();
            client.readMqtt(4);
            assertThat(client.tlsParameters()).isEqualTo(version + " http/1.1");
            return client.tlsSession().getCreationTime();
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, 1", "TLSv1.3, 1", "TLSv1.2, 3000000", "TLSv1.3, 3000000"})
    void carriesMessagesOfAnySizeInRecordsThatMayBe(String version, int size) throws Exception {
        byte[] payload = new byte[size];
        new Random(size).nextBytes(payload);
        byte[] publish = Packets.publish(4, payload);
        try (RawClient client =
                        gateway.secure(List.of(version), List.of("http/1.1")).open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                try {
                    client.mqtt(publish);
                    connection.send(publish);
                } catch (IOException lost) {
                    throw new AssertionError(lost);
                }
            });

            assertThat(connection.read(publish.length)).isEqualTo(publish);
            assertThat(client.readMqtt(publish.length)).isEqualTo(publish);
            sent.get(10, TimeUnit.SECONDS);
            assertThat(client.longestRecord()).isLessThanOrEqualTo(LONGEST_RECORD);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void endsItsSideByCloseNotifyAndTakesTheClients(String version) throws Exception {
        try (RawClient client =
                        gateway.secure(List.of(version), List.of("http/1.1")).open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);

            client.halfClose();

            assertThat(connection.readToEnd()).isEqualTo(new Wire.Rest(new byte[0], Wire.End.FIN));
        }
        try (RawClient client =
                        gateway.secure(List.of(version), List.of("http/1.1")).open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            client.readMqtt(4);

            connection.halfClose();
            leave(client);

            assertThat(client.closeNotified()).isTrue();
        }
    }

    @RepeatedTest(3)
    @DisplayName(
            "what comes behind the gateway's own close_notify is read to the end: closing with it unread would be a reset")
    void readsOnBehindItsOwnEnd() throws Exception {
        try (RawClient client = gateway.secure().upgrade()) {
            client.send(RawClient.masked(0x88, Packets.hex("03 E8")), RawClient.masked(0x81, new byte[100_000]));

            assertThat(client.readFrame().closeCode()).isEqualTo(1000);
            client.send(RawClient.masked(0x89, new byte[1]), RawClient.masked(0x89, new byte[1]));
            client.send(RawClient.masked(0x89, new byte[1]));
            client.halfClose();

            assertThat(client.readToEnd()).isEqualTo(new Wire.Rest(new byte[0], Wire.End.FIN));
        }
    }

    @Test
    void servesTheCertificateThatWasReloaded(@TempDir Path directory) throws Exception {
        DevCertificates.writeTo(directory);
        try (TestGateway own = TestGateway.start(
                broker,
                "tls.provider=" + provider,
                "listener.secure.tls=own",
                "tls.own.certificate=" + directory.resolve("server.crt"),
                "tls.own.private-key=" + directory.resolve("server.key"))) {
            SSLContext before = Engines.trusting(directory.resolve("ca.crt"));
            own.secure(before).close();
            DevCertificates.writeTo(directory);

            own.gateway().reload();

            own.secure(Engines.trusting(directory.resolve("ca.crt"))).close();
            SSLContext fresh = TestGateway.trusting();
            assertThatThrownBy(() -> own.secure(fresh)).isInstanceOf(SSLException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    @DisplayName("JSSE refuses a name that no host has; with Conscrypt it picks no certificate; neither harms others")
    void takesAServerNameThatNoHostHas(String version) throws Exception {
        SNIServerName odd = new SNIServerName(StandardConstants.SNI_HOST_NAME, "my_gateway".getBytes(US_ASCII)) {};
        Socket tcp = new Socket();
        tcp.connect(gateway.secureAddress(), Wire.PATIENCE_MILLIS);
        try (SSLSocket socket =
                (SSLSocket) TestGateway.trusting().getSocketFactory().createSocket(tcp, "localhost", 443, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {version});
            parameters.setServerNames(List.of(odd));
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(Wire.PATIENCE_MILLIS);

            if (provider.equals("jdk")) {
                assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
            } else {
                socket.getOutputStream().write(UpgradeRequest.VALID.toString().getBytes(US_ASCII));
                assertThat(new String(socket.getInputStream().readNBytes(12), US_ASCII))
                        .isEqualTo("HTTP/1.1 101");
            }
        }
        gateway.secure().upgrade().close();
    }

    /** A TLS 1.2 ClientHello with one suite for each type of key, and the name (RFC 6066 3). */
    private static byte[] clientHello(String name) {
        byte[] host = name.getBytes(US_ASCII);
        byte[] sni = Packets.concat(
                new byte[] {0, 0, 0, (byte) (host.length + 5), 0, (byte) (host.length + 3), 0, 0, (byte) host.length},
                host);
        byte[] others = Packets.hex("00 0A 00 04 00 02 00 17 00 0B 00 02 01 00 00 0D 00 06 00 04 04 03 08 04");
        byte[] extensions = Packets.concat(sni, others);
        byte[] body = Packets.concat(
                Packets.hex("03 03"),
                new byte[32],
                Packets.hex("00 00 04 C0 2B C0 2F 01 00"),
                new byte[] {0, (byte) extensions.length},
                extensions);
        return Packets.concat(new byte[] {22, 3, 1, 0, (byte) (body.length + 4), 1, 0, 0, (byte) body.length}, body);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("the pipes of engines that nobody ends would stay open until these are collected")
    void givesBackEveryDescriptorWithItsConnection() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        List<Wire> connections = new ArrayList<>();
        System.gc(); // what others have left open goes before, and not meanwhile
        open(6, clients, connections);
        long some = descriptors();
        open(6, clients, connections);
        long all = descriptors();

        for (int i = 0; i < 12; i++) {
            RawClient client = clients.get(i);
            switch (i % 3) {
                case 0 -> client.reset();
                case 1 -> client.drop();
                default -> {
                    connections.get(i).halfClose();
                    leave(client);
                }
            }
            client.close();
            connections.get(i).readToEnd();
            connections.get(i).close();
        }
        for (int i = 0; i < 12; i++) {
            try (RawClient inTheMiddle = RawClient.plain(gateway.secureAddress())) {
                inTheMiddle.transportOutput().write(clientHello("localhost"));
                assertThat(inTheMiddle.read()).as("ServerHello").isEqualTo(22);
            }
        }

        assertThat(all - some)
                .as("two connections have four ends, and Conscrypt's engine has a pipe")
                .isEqualTo(6L * (provider.equals("jdk") ? 4 : 6));
        await(() -> descriptors() <= some - (all - some));
    }

    private void open(int count, List<RawClient> clients, List<Wire> connections) throws IOException {
        for (int i = 0; i < count; i++) {
            clients.add(gateway.secure().open(CONNECT));
            connections.add(broker.welcome(CONNECT));
            clients.get(clients.size() - 1).readMqtt(4);
        }
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.call()) {
            assertThat(System.nanoTime() - deadline).as("in time").isNegative();
            Thread.onSpinWait();
        }
    }

    private static void leave(RawClient client) throws IOException {
        assertThat(client.readFrame().closeCode()).isEqualTo(1014);
        client.sendClose(1000);
        client.readToEnd();
    }

    /** The least of some looks: what is open only for a moment, to read from /proc, counts for nothing. */
    private static long descriptors() throws Exception {
        long least = Long.MAX_VALUE;
        for (int look = 0; look < LOOKS; look++) {
            try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
                least = Math.min(least, open.count());
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return least;
    }
}
