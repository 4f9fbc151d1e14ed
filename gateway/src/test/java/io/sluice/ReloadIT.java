package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.Configuration;
import io.sluice.config.ConfigurationException;
import io.sluice.config.Setting;
import io.sluice.tls.DevCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The configuration is changed while clients are connected. */
@Timeout(60)
class ReloadIT {
    private static final byte[] CONNECT = Packets.connect(4);
    private static final int MESSAGES = 2000;

    @TempDir
    Path directory;

    private ScriptedBroker broker;
    private Path file;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        broker = new ScriptedBroker();
        DevCertificates.writeTo(directory);
        file = directory.resolve("gateway.properties");
        write("route.origins=https://a.example");
        gateway = Gateway.start(load());
        gateway.onReload(this::read);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        broker.close();
    }

    private void write(String... lines) throws IOException {
        Files.writeString(file, """
                listener.plain.bind=127.0.0.1:0
                listener.plain.tls=off
                listener.secure.bind=127.0.0.1:0
                tls.certificate=server.crt
                tls.private-key=server.key
                admin.bind=off
                gateway.io-threads=2
                cluster.warm.max=off
                cluster.health.type=off
                cluster.brokers=%s
                """.formatted(broker.address()) + String.join("\n", lines) + "\n");
    }

    private Configuration load() throws ConfigurationException {
        return Configuration.load(file, Map.of(), List.of());
    }

    private Configuration read() throws UsageException {
        try {
            return load();
        } catch (ConfigurationException wrong) {
            throw new UsageException(wrong.problems());
        }
    }

    private RawClient plain() throws IOException {
        return RawClient.plain(gateway.addresses().get(0));
    }

    private int statusFrom(String origin) throws IOException {
        try (RawClient client = plain()) {
            UpgradeRequest request = UpgradeRequest.VALID.set("Origin", origin);
            return client.send(request.toString()).answer().status();
        }
    }

    @Test
    @DisplayName("under traffic: no session ends, no message is lost, new connections find the new origin")
    void appliesToNewConnectionsAndTouchesNoLiveOne() throws Exception {
        try (RawClient client = plain()) {
            client.send(UpgradeRequest.VALID.set("Origin", "https://a.example").toString())
                    .answer();
            client.mqtt(CONNECT);
            Wire connection = broker.welcome(CONNECT);
            client.readMqtt(4);
            byte[] message = Packets.publish(4, new byte[64]);
            AtomicBoolean sent = new AtomicBoolean();
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < MESSAGES; i++) {
                        client.mqtt(message);
                    }
                    sent.set(true);
                } catch (IOException lost) {
                    sent.set(false);
                }
            });
            sender.start();
            write("route.origins=https://b.example", "limit.publish.rate=unlimited", "cluster.dial-tries=3");

            List<String> lines = gateway.reload();

            for (int i = 0; i < MESSAGES; i++) {
                assertThat(connection.read(message.length)).isEqualTo(message);
            }
            sender.join(TimeUnit.SECONDS.toMillis(20));
            assertThat(sent).isTrue();
            assertThat(lines)
                    .contains(
                            "route.origins: applied to new connections",
                            "limit.publish.rate: applied to new connections",
                            "cluster.dial-tries: needs a restart");
            assertThat(statusFrom("https://a.example")).isEqualTo(403);
            assertThat(statusFrom("https://b.example")).isEqualTo(101);
            assertThat(inForce("cluster.dial-tries")).isEqualTo("2");
            assertThat(inForce("route.origins")).isEqualTo("https://b.example");
            connection.close();
        }
    }

    private String inForce(String key) {
        return gateway.settings().stream()
                .filter(setting -> setting.key().equals(key))
                .map(Setting::value)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aMistakeChangesNothingAndIsToldWithItsLine() throws Exception {
        write("route.origins=https://b.example", "limit.publish.rate=fast", "nonsense=1");

        assertThatThrownBy(gateway::reload)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("gateway.properties:12: limit.publish.rate")
                .hasMessageContaining("gateway.properties:13: unknown key nonsense");

        assertThat(statusFrom("https://a.example")).isEqualTo(101);
        assertThat(statusFrom("https://b.example")).isEqualTo(403);
    }

    @Test
    void aCertificateThatCannotBeUsedChangesNothing() throws Exception {
        write("route.origins=https://b.example");
        Files.writeString(directory.resolve("server.crt"), "garbage");

        assertThatThrownBy(gateway::reload)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("tls.certificate");

        assertThat(statusFrom("https://a.example")).isEqualTo(101);
    }

    @Test
    void aRouteToAClusterThatIsNotThereYetChangesNothing() throws Exception {
        write("route.origins=https://b.example", "cluster.us.brokers=127.0.0.1:1", "route.clusters=us");

        assertThatThrownBy(gateway::reload)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the cluster us is new; new clusters need a restart");

        assertThat(statusFrom("https://a.example")).isEqualTo(101);
    }

    @Test
    void servesTheNewCertificateToNewConnections() throws Exception {
        Certificate before = served();
        DevCertificates.writeTo(directory);

        gateway.reload();

        assertThat(served()).isNotEqualTo(before).isEqualTo(certificate());
    }

    @Test
    void deniesANetworkFromTheNextConnectionOn() throws Exception {
        int before = statusFrom("https://a.example");
        write("route.origins=https://a.example", "address.deny=127.0.0.0/8");

        gateway.reload();

        assertThat(before).isEqualTo(101);
        assertThatThrownBy(() -> statusFrom("https://a.example")).isInstanceOf(IOException.class);
    }

    private Certificate certificate() throws Exception {
        try (InputStream pem = Files.newInputStream(directory.resolve("server.crt"))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(pem);
        }
    }

    private Certificate served() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anyone()}, null);
        int port = gateway.addresses().get(1).getPort();
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    /** Trusts whoever it is: the certificate is what is looked at. */
    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type) {}

        @Override
        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
        }
    }
}
