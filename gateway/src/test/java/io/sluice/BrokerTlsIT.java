package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.ClientAuth;
import io.sluice.config.TlsConfig.MinVersion;
import io.sluice.tls.DevCertificates;
import io.sluice.tls.OldCertificates;
import io.sluice.tls.TlsBundle;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS to the broker. */
@Timeout(30)
class BrokerTlsIT {
    private static final byte[] CONNECT = Packets.connect(4);
    private static final byte[] REFUSED = Packets.hex("20 02 00 03");
    private static final int LARGE = 300_000;

    @TempDir
    static Path ours;

    @TempDir
    static Path theirs;

    @TempDir
    static Path old;

    @BeforeAll
    static void write() throws IOException {
        DevCertificates.writeTo(ours);
        DevCertificates.writeTo(theirs);
        OldCertificates.writeTo(old);
    }

    private static TlsBundle bundle(Path directory, ClientAuth auth) throws Exception {
        return TlsBundle.load(List.of(new TlsConfig(
                "broker",
                directory.resolve("server.crt"),
                directory.resolve("server.key"),
                Optional.empty(),
                List.of(),
                MinVersion.TLS_1_2,
                TlsConfig.Library.JDK,
                auth,
                Optional.of(directory.resolve("ca.crt")),
                Optional.empty(),
                Optional.empty())));
    }

    private static ScriptedBroker broker(Path directory) throws Exception {
        return new ScriptedBroker(bundle(directory, ClientAuth.NONE));
    }

    private static TestGateway gateway(ScriptedBroker broker, String... more) {
        String[] all = Arrays.copyOf(more, more.length + 2);
        all[more.length] = "cluster.tls=on";
        all[more.length + 1] = "cluster.tls.ca=" + ours.resolve("ca.crt");
        return TestGateway.start(broker, all);
    }

    @ParameterizedTest(name = "client over TLS: {0}")
    @ValueSource(booleans = {false, true})
    void carriesLargePacketsBothWaysAndEndsInOrder(boolean secure) throws Exception {
        byte[] payload = new byte[LARGE];
        new Random(LARGE).nextBytes(payload);
        byte[] publish = Packets.publish(4, payload);
        try (ScriptedBroker broker = broker(ours);
                LogLines log = new LogLines();
                TestGateway gateway = gateway(broker);
                RawClient client = gateway.client(secure).open(Packets.concat(CONNECT, publish));
                Wire connection = broker.welcome(CONNECT)) {
            assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));
            assertThat(connection.readPacket()).isEqualTo(publish);
            connection.send(publish);
            assertThat(client.readMqtt(publish.length)).isEqualTo(publish);

            client.mqtt(publish, Packets.DISCONNECT);
            assertThat(connection.readPacket()).isEqualTo(publish);
            connection.halfClose();

            assertThat(connection.readToEnd()).isEqualTo(new Wire.Rest(Packets.DISCONNECT, Wire.End.FIN));
            assertThat(client.readFrame().closeCode()).isEqualTo(1000);
            log.assertQuiet();
        }
    }

    @Test
    void asksForTheNameThatIsConfigured() throws Exception {
        try (ScriptedBroker broker = broker(ours);
                TestGateway gateway = gateway(broker, "cluster.tls.server-name=localhost");
                RawClient client = gateway.plain().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));

            ExtendedSSLSession session = (ExtendedSSLSession) connection.tlsSession();
            assertThat(session.getRequestedServerNames()).containsExactly(new SNIHostName("localhost"));
            assertThat(session.getProtocol()).isEqualTo("TLSv1.3");
        }
    }

    @Test
    void showsItsCertificateToABrokerThatAsks() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker(bundle(ours, ClientAuth.REQUIRED));
                TestGateway gateway = gateway(
                        broker,
                        "cluster.tls.certificate=" + ours.resolve("client.crt"),
                        "cluster.tls.private-key=" + ours.resolve("client.key"));
                RawClient client = gateway.plain().open(CONNECT);
                Wire connection = broker.welcome(CONNECT)) {
            assertThat(client.readMqtt(4)).isEqualTo(Packets.connack(4));

            X509Certificate shown = (X509Certificate) connection.tlsSession().getPeerCertificates()[0];
            assertThat(shown.getSubjectX500Principal().getName()).contains("CN=Sluice development client");
        }
    }

    @Test
    void refusesACertificateForAnotherName() throws Exception {
        try (ScriptedBroker broker = broker(ours)) {
            assertThat(refusal(broker, "cluster.tls.server-name=other.example"))
                    .contains("the broker's certificate is not for other.example (cluster.tls.server-name)");
        }
    }

    @Test
    void refusesACertificateOfAnUnknownAuthority() throws Exception {
        try (ScriptedBroker broker = broker(theirs)) {
            assertThat(refusal(broker))
                    .contains("the broker's certificate is of an unknown authority (cluster.tls.ca)");
        }
    }

    @Test
    void refusesAnExpiredCertificate() throws Exception {
        try (ScriptedBroker broker = broker(old)) {
            assertThat(refusal(broker, "cluster.tls.ca=" + old.resolve("ca.crt")))
                    .contains("the broker's certificate is no longer valid");
        }
    }

    @Test
    void refusesABrokerThatSpeaksNoTls() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                LogLines log = new LogLines();
                TestGateway gateway = gateway(broker);
                RawClient client = gateway.plain().open(CONNECT);
                Wire connection = broker.accept()) {
            connection.send(Packets.connack(4), Packets.connack(4));

            assertThat(client.readMqtt(4)).isEqualTo(REFUSED);
            assertThat(log.await("broker not reached")).contains("TLS: ");
        }
    }

    @Test
    @DisplayName("who closes without a word in the handshake, and who says nothing until cluster.dial-timeout")
    void refusesABrokerThatDoesNotShakeHands() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                LogLines log = new LogLines();
                TestGateway gateway = gateway(broker, "cluster.dial-timeout=300ms")) {
            try (RawClient client = gateway.plain().open(CONNECT)) {
                broker.accept().close();

                assertThat(client.readMqtt(4)).isEqualTo(REFUSED);
                assertThat(log.await("broker not reached")).contains("ended the connection in the TLS handshake");
            }
            try (RawClient client = gateway.plain().open(CONNECT);
                    Wire silent = broker.accept()) {
                assertThat(client.readMqtt(4)).isEqualTo(REFUSED);
                assertThat(silent.readToEnd().bytes()).isNotEmpty();
            }
        }
    }

    @Test
    void saysThatTlsTakesTooLong() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                LogLines log = new LogLines();
                TestGateway gateway = gateway(broker, "cluster.dial-timeout=200ms");
                RawClient client = gateway.plain().open(CONNECT);
                Wire silent = broker.accept()) {
            assertThat(client.readMqtt(4)).isEqualTo(REFUSED);
            assertThat(client.readFrame().closeCode()).isEqualTo(1013);
            assertThat(log.await("broker not reached")).contains("no TLS within 200 ms (cluster.dial-timeout)");
            assertThat(silent.readToEnd().bytes()).isNotEmpty();
        }
    }

    /** What is logged when the gateway does not like the broker; the client is told that there is none. */
    private static String refusal(ScriptedBroker broker, String... settings) throws Exception {
        try (LogLines log = new LogLines();
                TestGateway gateway = settings.length > 0 && settings[0].startsWith("cluster.tls.ca=")
                        ? TestGateway.start(broker, "cluster.tls=on", settings[0])
                        : gateway(broker, settings);
                RawClient client = gateway.plain().open(CONNECT);
                Socket tcp = broker.acceptTcp()) {
            handshake(broker, tcp);

            assertThat(client.readMqtt(4)).isEqualTo(REFUSED);
            String line = log.await("broker not reached");
            log.assertQuiet();
            return line;
        }
    }

    /** To its end, whatever that is. */
    private static void handshake(ScriptedBroker broker, Socket tcp) {
        try (Wire connection = broker.shakeHands(tcp)) {
            connection.readToEnd();
        } catch (IOException refused) {
            assertThat(refused).isNotNull();
        }
    }
}
