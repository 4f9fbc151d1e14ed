package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Gateway;
import io.sluice.config.Configuration;
import io.sluice.tls.DevCertificates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The load test through a gateway over TLS, with the stub broker behind it. */
@Timeout(60)
class LoadThroughGatewayIT {
    @TempDir
    static Path certificates;

    private static StubBroker stub;
    private static Gateway gateway;

    @BeforeAll
    static void start() throws Exception {
        DevCertificates.writeTo(certificates);
        stub = StubBroker.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        gateway = Gateway.start(Configuration.load(
                        null,
                        Map.of(),
                        List.of(
                                "listener.bind=127.0.0.1:0",
                                "tls.certificate=" + certificates.resolve("server.crt"),
                                "tls.private-key=" + certificates.resolve("server.key"),
                                "route.paths=/mqtt",
                                "cluster.brokers=127.0.0.1:" + stub.address().getPort(),
                                "admin.bind=127.0.0.1:0",
                                "gateway.io-threads=1"))
                .gateway());
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.stop();
        }
        if (stub != null) {
            stub.close();
        }
    }

    private static CommandRun load(String scenario, String path, String... more) {
        String url = "wss://localhost:" + gateway.addresses().get(0).getPort() + path;
        String broker = "127.0.0.1:" + stub.address().getPort();
        Stream<String> options =
                Stream.concat(Stream.of(scenario, "--url", url, "--broker", broker, "--quiet"), Stream.of(more));
        return CommandRun.brief(options.toArray(String[]::new));
    }

    private static CommandRun trusting(String scenario, String... more) {
        String authority = certificates.resolve("ca.crt").toString();
        return load(
                scenario,
                "/mqtt",
                Stream.concat(Stream.of("--ca", authority), Stream.of(more)).toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"throughput", "rate"})
    void messagesComeBack(String scenario) {
        CommandRun run = trusting(scenario, "--clients", "5", "--size", "20000", "--qos", "1", "--frame-per-packet");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("messages")).isPositive();
        assertThat(run.out()).contains("errors        none");
    }

    @ParameterizedTest
    @CsvSource({"fanout, 90", "mixed, 9"}) // in 0.3 s: one topic for all ten clients, and ten topics
    void publishersAtTheBrokerReachEverybody(String scenario, int deliveries) {
        CommandRun run = trusting(scenario, "--clients", "10", "--rate", "30");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("messages")).isEqualTo(deliveries);
        assertThat(run.out()).contains("errors        none");
    }

    @Test
    void aStormEndsWhenAllAreBack() {
        CommandRun run = trusting("storm", "--clients", "20", "--duration", "30", "--resume");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("connections")).isEqualTo(20);
        assertThat(run.number("resumed")).isEqualTo(20);
        assertThat(run.out()).contains("errors        none");
    }

    @Test
    void connectionsResumeTheirTlsSessions() {
        CommandRun run = trusting("connect", "--concurrency", "2", "--resume");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("resumed")).isGreaterThanOrEqualTo(run.number("connections") - 2);
        assertThat(run.number("connections")).isGreaterThan(2);
        assertThat(run.out()).contains("errors        none");
    }

    @Test
    void connectionsDoNotResumeUnlessTold() {
        CommandRun run = trusting("connect", "--rate", "50");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.number("resumed")).isZero();
        assertThat(run.number("connections")).isPositive();
        assertThat(run.out()).contains("errors        none");
    }

    @Test
    void aCertificateThatIsNotTrustedIsToldInOneLine() {
        CommandRun run = load("throughput", "/mqtt");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains(": TLS failure: the server's certificate is not trusted; name its authority with --ca FILE")
                .hasLineCount(1);
    }

    @Test
    void anUpgradeThatIsRefusedIsToldWithItsStatus() {
        CommandRun run = load("throughput", "/elsewhere", "--insecure");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip()).endsWith("/elsewhere: HTTP status 404");
    }

    @Test
    void anOriginOfAnotherSiteIsRefused() {
        CommandRun run = trusting("throughput", "--origin", "https://elsewhere.example");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip()).endsWith("/mqtt: HTTP status 403");
    }
}
