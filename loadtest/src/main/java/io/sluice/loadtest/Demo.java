package io.sluice.loadtest;

import static java.util.stream.Collectors.joining;

import io.sluice.Gateway;
import io.sluice.StartException;
import io.sluice.config.Configuration;
import io.sluice.config.ConfigurationException;
import io.sluice.config.GatewayConfig;
import io.sluice.config.HostPort;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A gateway with a page to try it from, and a broker behind it when none is given.
 *
 * <p>Thread-safe.
 */
final class Demo implements AutoCloseable {
    private static final String PATH = "/mqtt";
    private static final int IO_THREADS = 2;

    private final Gateway gateway;
    private final Optional<EmbeddedBroker> embedded;
    private final HostPort broker;
    private final DemoTrust trust;
    private final int port;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Demo(Gateway gateway, Optional<EmbeddedBroker> embedded, HostPort broker, DemoTrust trust) {
        this.gateway = gateway;
        this.embedded = embedded;
        this.broker = broker;
        this.trust = trust;
        this.port = gateway.addresses().get(0).getPort();
    }

    /**
     * Starts all of it.
     *
     * @param certificates directory of the development certificates; they are made when they cannot be used
     * @param bind where the gateway and its page listen
     * @param external the broker; empty starts one in this process
     * @throws StartException one line for the operator
     */
    static Demo start(Path certificates, List<HostPort> bind, Optional<HostPort> external) throws StartException {
        return start(certificates, bind, external, List.of());
    }

    /** As the other, with {@code key=value} settings of the gateway. */
    static Demo start(Path certificates, List<HostPort> bind, Optional<HostPort> external, List<String> settings)
            throws StartException {
        DemoTrust trust = trust(certificates);
        Optional<EmbeddedBroker> embedded =
                external.isPresent() ? Optional.empty() : Optional.of(EmbeddedBroker.start());
        HostPort broker = external.orElseGet(() -> embedded.orElseThrow().address());
        try {
            Gateway gateway = Gateway.start(configuration(trust, bind, broker, settings), DemoPage.load());
            return new Demo(gateway, embedded, broker, trust);
        } catch (StartException | RuntimeException e) {
            embedded.ifPresent(EmbeddedBroker::close);
            throw e;
        }
    }

    private static DemoTrust trust(Path certificates) throws StartException {
        try {
            return DemoTrust.in(certificates);
        } catch (IOException e) {
            throw new StartException("cannot make development certificates in " + certificates + ": " + e);
        }
    }

    /** The configuration's defaults, on loopback; so the page's own origin is the one that is allowed. */
    static GatewayConfig configuration(DemoTrust trust, List<HostPort> bind, HostPort broker, List<String> settings)
            throws StartException {
        String addresses = bind.stream().map(HostPort::toString).collect(joining(","));
        List<String> all = new ArrayList<>(List.of(
                "listener.bind=" + addresses,
                "tls.certificate=" + trust.serverCertificate(),
                "tls.private-key=" + trust.serverKey(),
                "route.paths=" + PATH,
                "cluster.brokers=" + broker,
                "admin.bind=127.0.0.1:0",
                "gateway.io-threads=" + IO_THREADS));
        all.addAll(settings);
        try {
            return Configuration.load(null, Map.of(), all).gateway();
        } catch (ConfigurationException wrong) {
            throw new StartException(String.valueOf(wrong.getMessage()));
        }
    }

    /** Where a browser finds the page. */
    URI page() {
        return URI.create("https://localhost:" + port + "/");
    }

    /** Where MQTT clients connect. */
    URI mqtt() {
        return URI.create("wss://localhost:" + port + PATH);
    }

    /** Where operators find the gateway's status page. */
    URI status() {
        return URI.create(
                "http://127.0.0.1:" + gateway.adminAddress().orElseThrow().getPort() + "/");
    }

    /** The broker behind the gateway. */
    HostPort broker() {
        return broker;
    }

    DemoTrust trust() {
        return trust;
    }

    /**
     * Measures a message from here through the gateway to the broker and back.
     *
     * @throws IOException the broker is not there or does not answer; one line
     */
    RoundTrip measure() throws IOException, InterruptedException {
        return RoundTrip.measure(trust.httpClient(), mqtt());
    }

    /** Tells every client, then ends the gateway and an embedded broker. Idempotent. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        gateway.stop();
        embedded.ifPresent(EmbeddedBroker::close);
    }
}
