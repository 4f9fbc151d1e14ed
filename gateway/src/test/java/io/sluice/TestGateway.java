package io.sluice;

import io.sluice.config.Configuration;
import io.sluice.config.ConfigurationException;
import io.sluice.net.IoThreads;
import io.sluice.tls.DevCertificates;
import io.sluice.tls.Engines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;

/**
 * A gateway on free ports of loopback with a plain and a TLS listener, both with path {@code /mqtt}.
 *
 * <p>Thread-safe.
 */
final class TestGateway implements AutoCloseable {
    private static final Path CERTIFICATES = certificates();

    private final Gateway gateway;
    private final InetSocketAddress plain;
    private final InetSocketAddress secure;

    private TestGateway(Gateway gateway) {
        this.gateway = gateway;
        plain = gateway.addresses().get(0);
        secure = gateway.addresses().get(1);
    }

    /** @param settings {@code key=value} each; what says nothing of time-outs gets generous ones */
    static TestGateway start(ScriptedBroker broker, String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("cluster.brokers=" + broker.address());
        return start(all.toArray(String[]::new));
    }

    /**
     * Without limits of rate, warm connections and health checks where none are set.
     *
     * @param settings {@code key=value} each, {@code cluster.brokers} among them
     */
    static TestGateway start(String... settings) {
        return start(IoThreads.mostBuffers(), settings);
    }

    /** @param buffers for HTTP and TLS, handed out at a time */
    static TestGateway start(int buffers, String... settings) {
        return start(buffers, IoThreads.maxDescriptors(), settings);
    }

    /**
     * @param buffers for HTTP and TLS, handed out at a time
     * @param descriptors that the gateway takes for the process's limit
     */
    static TestGateway start(int buffers, long descriptors, String... settings) {
        Gateway.Means all = Gateway.Means.ofProcess();
        return start(new Gateway.Means(buffers, descriptors, all.heldBytes()), settings);
    }

    /** @param means what the gateway may use */
    static TestGateway start(Gateway.Means means, String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "listener.plain.bind=127.0.0.1:0",
                "listener.plain.tls=off",
                "listener.secure.bind=127.0.0.1:0",
                "tls.certificate=" + CERTIFICATES.resolve("server.crt"),
                "tls.private-key=" + CERTIFICATES.resolve("server.key")));
        all.addAll(List.of(settings));
        if (all.stream().noneMatch(setting -> setting.startsWith("gateway.io-threads="))) {
            all.add("gateway.io-threads=2");
        }
        if (all.stream().noneMatch(setting -> setting.startsWith("admin.bind="))) {
            all.add("admin.bind=off");
        }
        if (all.stream().noneMatch(setting -> setting.startsWith("cluster.warm.max="))) {
            all.add("cluster.warm.max=off"); // a scripted broker answers in the order of its clients
        }
        if (all.stream().noneMatch(setting -> setting.startsWith("cluster.health."))) {
            all.add("cluster.health.type=off"); // for the same reason
        }
        for (String rate : List.of("limit.publish.rate", "limit.packets.rate", "limit.bytes.rate")) {
            if (all.stream().noneMatch(setting -> setting.startsWith(rate + "="))) {
                all.add(rate + "=unlimited");
            }
        }
        try {
            return new TestGateway(
                    Gateway.start(Configuration.load(null, Map.of(), all).gateway(), Gateway::nothingHere, means));
        } catch (ConfigurationException | StartException wrong) {
            throw new AssertionError(wrong);
        }
    }

    Gateway gateway() {
        return gateway;
    }

    InetSocketAddress plainAddress() {
        return plain;
    }

    InetSocketAddress secureAddress() {
        return secure;
    }

    RawClient plain() throws IOException {
        return RawClient.plain(plain);
    }

    RawClient secure() throws IOException {
        return secure(List.of("TLSv1.3", "TLSv1.2"), List.of("http/1.1"));
    }

    /** Over TLS or not. */
    RawClient client(boolean tls) throws IOException {
        return tls ? secure() : plain();
    }

    RawClient secure(List<String> versions, List<String> alpn) throws IOException {
        return RawClient.tls(secure, trusting(), versions, alpn);
    }

    /** @param context holds the client's certificate and whom it trusts */
    RawClient secure(SSLContext context) throws IOException {
        return RawClient.tls(secure, context, List.of("TLSv1.3"), List.of("http/1.1"));
    }

    /** @param context holds whom the client trusts, and its sessions */
    RawClient secure(SSLContext context, String version) throws IOException {
        return RawClient.tls(secure, context, List.of(version), List.of("http/1.1"));
    }

    /** @param prelude sent in front of TLS */
    RawClient secure(byte[] prelude) throws IOException {
        return RawClient.tls(secure, trusting(), "localhost", List.of("TLSv1.3"), List.of("http/1.1"), prelude);
    }

    @Override
    public void close() {
        gateway.close();
    }

    /** A client's context that trusts the gateway; sessions of one context can be resumed. */
    static SSLContext trusting() {
        return Engines.trusting(CERTIFICATES.resolve("ca.crt"));
    }

    /** Below {@code target}, once for each JVM. */
    private static Path certificates() {
        try {
            Path parent = Files.createDirectories(Path.of("target"));
            Path directory = Files.createTempDirectory(parent, "it-certificates");
            DevCertificates.writeTo(directory);
            return directory.toAbsolutePath();
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }
}
