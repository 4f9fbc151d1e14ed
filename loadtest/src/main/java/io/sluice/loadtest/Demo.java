package io.sluice.loadtest;

import io.sluice.Gateway;
import io.sluice.StartException;
import io.sluice.config.ClusterConfig;
import io.sluice.config.GatewayConfig;
import io.sluice.config.HostPort;
import io.sluice.config.LimitConfig;
import io.sluice.config.LimitConfig.Mode;
import io.sluice.config.LimitConfig.MqttVersion;
import io.sluice.config.ListenerConfig;
import io.sluice.config.OriginRule;
import io.sluice.config.RateConfig;
import io.sluice.config.RouteConfig;
import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.MinVersion;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A gateway with a page to try it from, and a broker behind it when none is given.
 *
 * <p>Thread-safe.
 */
final class Demo implements AutoCloseable {
    private static final String NAME = "default";
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
        DemoTrust trust = trust(certificates);
        Optional<EmbeddedBroker> embedded =
                external.isPresent() ? Optional.empty() : Optional.of(EmbeddedBroker.start());
        HostPort broker = external.orElseGet(() -> embedded.orElseThrow().address());
        try {
            Gateway gateway = Gateway.start(configuration(trust, bind, broker), DemoPage.load());
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

    /** The configuration's defaults, on loopback, with the page's own origin allowed. */
    static GatewayConfig configuration(DemoTrust trust, List<HostPort> bind, HostPort broker) {
        return new GatewayConfig(
                List.of(new ListenerConfig(NAME, bind, Optional.of(NAME), false, Duration.ofSeconds(10))),
                List.of(new TlsConfig(
                        NAME, trust.serverCertificate(), trust.serverKey(), Optional.empty(), MinVersion.TLS_1_2)),
                List.of(new RouteConfig(
                        NAME,
                        List.of(),
                        List.of(),
                        List.of(PATH),
                        List.of("mqtt", "mqttv3.1"),
                        new OriginRule(false, true, List.of()),
                        true,
                        NAME,
                        NAME,
                        false)),
                List.of(new ClusterConfig(NAME, List.of(broker), Duration.ofSeconds(3), 2, Duration.ofSeconds(30))),
                List.of(limit()),
                IO_THREADS);
    }

    private static LimitConfig limit() {
        return new LimitConfig(
                NAME,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                64 << 10,
                16L << 20,
                1.5,
                Duration.ofSeconds(5),
                Optional.of(Duration.ofSeconds(60)),
                Set.of(MqttVersion.values()),
                Optional.of(new RateConfig(1000, 2000)),
                Optional.of(new RateConfig(2000, 4000)),
                Optional.of(new RateConfig(1 << 20, 4 << 20)),
                Duration.ofSeconds(5),
                Optional.empty(),
                Mode.ENFORCE);
    }

    /** Where a browser finds the page. */
    URI page() {
        return URI.create("https://localhost:" + port + "/");
    }

    /** Where MQTT clients connect. */
    URI mqtt() {
        return URI.create("wss://localhost:" + port + PATH);
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
