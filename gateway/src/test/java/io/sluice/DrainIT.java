package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.DrainConfig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a gateway ends in steps, and what balancers are told meanwhile. */
@Timeout(60)
class DrainIT {
    private static final int CROWD = 1000;
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration LATER = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final CountDownLatch hurry = new CountDownLatch(1);
    private ScriptedBroker broker;
    private LogLines log;

    @BeforeEach
    void start() throws IOException {
        broker = new ScriptedBroker();
        log = new LogLines();
    }

    @AfterEach
    void stop() throws IOException {
        log.close();
        broker.close();
    }

    private TestGateway gateway() {
        return TestGateway.start(broker, "health.bind=127.0.0.1:0", "limit.close-timeout=500ms");
    }

    private static DrainConfig times(Duration unready, Duration spread, Duration hard, @Nullable String reference) {
        return new DrainConfig(unready, spread, hard, Optional.ofNullable(reference));
    }

    private CompletableFuture<Boolean> drain(TestGateway gateway, DrainConfig config) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return new Drain(gateway.gateway(), config, hurry).run();
            } catch (InterruptedException impatient) {
                throw new AssertionError(impatient);
            }
        });
    }

    private HttpResponse<String> ask(TestGateway gateway, String method, String path) throws Exception {
        int port = gateway.gateway().healthAddresses().get(0).getPort();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private void awaitUnready(TestGateway gateway) throws Exception {
        while (ask(gateway, "GET", "/readyz").statusCode() == 200) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    @Test
    void tellsBalancersAWordAndNothingElse() throws Exception {
        try (TestGateway gateway = gateway()) {
            assertThat(ask(gateway, "GET", "/healthz").body()).isEqualTo("ok\n");
            assertThat(ask(gateway, "GET", "/readyz").body()).isEqualTo("ready\n");
            assertThat(ask(gateway, "HEAD", "/readyz").statusCode()).isEqualTo(200);
            assertThat(ask(gateway, "POST", "/readyz").statusCode()).isEqualTo(405);
            assertThat(ask(gateway, "GET", "/metrics").statusCode()).isEqualTo(404);
            assertThat(ask(gateway, "GET", "/api/v1/status").statusCode()).isEqualTo(404);
        }
    }

    @Test
    @DisplayName("not ready at once, clients let in until the delay is over, then no listening socket")
    void letsClientsInUntilBalancersHaveNoticed() throws Exception {
        try (TestGateway gateway = gateway()) {
            CompletableFuture<Boolean> drained = drain(gateway, times(Duration.ofSeconds(2), AT_ONCE, LATER, null));
            awaitUnready(gateway);

            HttpResponse<String> answer = ask(gateway, "GET", "/readyz");
            RawClient late = gateway.plain().open(Packets.connect(5));
            Wire connection = broker.welcome(Packets.connect(5));
            late.readMqtt(5);

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).isEqualTo("draining\n");
            assertThat(late.readFrame().payload()).startsWith(Packets.hex("E0")).contains(0x8B);
            assertThat(late.readFrame().closeCode()).isEqualTo(1012);
            assertThatThrownBy(gateway::plain).isInstanceOf(ConnectException.class);
            late.sendClose(1012);
            connection.halfClose();
            late.halfClose();
            assertThat(drained.get(20, TimeUnit.SECONDS)).isTrue();
            late.close();
        }
    }

    @Test
    @DisplayName("1,000 sessions: all are told, evenly, and nothing is said to the broker in their names")
    void tellsACrowdOneAfterTheOther() throws Exception {
        byte[] connect = Packets.connect(5);
        List<RawClient> clients = new ArrayList<>();
        List<Wire> connections = new ArrayList<>();
        try (TestGateway gateway = gateway()) {
            for (int i = 0; i < CROWD; i++) {
                RawClient client = gateway.plain().open(connect);
                clients.add(client);
                connections.add(broker.welcome(connect));
                client.readMqtt(5);
            }
            CompletableFuture<Boolean> drained =
                    drain(gateway, times(AT_ONCE, Duration.ofSeconds(3), LATER, "other.example.com:443"));

            List<Double> fractions = new ArrayList<>();
            while (!drained.isDone()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                int left = gateway.gateway().sessions();
                fractions.add((double) left / CROWD);
            }

            assertThat(drained.get()).isTrue();
            assertThat(fractions.stream()
                            .filter(part -> part > 0.05 && part < 0.95)
                            .count())
                    .as("looks at which some were gone and some not")
                    .isGreaterThan(5);
            for (RawClient client : clients) {
                byte[] said = client.readFrame().payload();
                assertThat(said).startsWith(Packets.hex("E0"));
                assertThat(said[2]).isEqualTo((byte) 0x9C);
                assertThat(client.readFrame().closeCode()).isEqualTo(1012);
            }
            for (Wire connection : connections) {
                assertThat(connection.readToEnd().bytes())
                        .as("no DISCONNECT: the Will is the broker's")
                        .isEmpty();
            }
            log.await("drained: no session is left");
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
            for (Wire connection : connections) {
                connection.close();
            }
        }
    }

    @Test
    void cutsWhatIsLeftAtTheHardStop() throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, "limit.close-timeout=30s");
                RawClient client = gateway.plain().open(Packets.connect(4));
                Wire connection = broker.welcome(Packets.connect(4))) {
            client.readMqtt(4);

            // the client does not answer the Close
            boolean drained = drain(gateway, times(AT_ONCE, AT_ONCE, Duration.ofSeconds(1), null))
                    .get(20, TimeUnit.SECONDS);

            assertThat(drained).isFalse();
            log.await("drained but for 1 sessions, which are cut after hard-stop-after");
            connection.halfClose();
        }
    }

    @Test
    void hurriesWhenItIsToldTo() throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain().open(Packets.connect(4));
                Wire connection = broker.welcome(Packets.connect(4))) {
            client.readMqtt(4);
            CompletableFuture<Boolean> drained =
                    drain(gateway, times(Duration.ofHours(1), AT_ONCE, Duration.ofHours(2), null));
            awaitUnready(gateway);

            hurry.countDown();

            assertThat(drained.get(20, TimeUnit.SECONDS)).isFalse();
            connection.halfClose();
        }
    }

    @Test
    void endsAtOnceBehindTheDelayWhereNoSessionIs() throws Exception {
        try (TestGateway gateway = gateway()) {
            boolean drained = drain(gateway, times(AT_ONCE, Duration.ofHours(1), Duration.ofHours(2), null))
                    .get(20, TimeUnit.SECONDS);

            assertThat(drained).isTrue();
        }
    }
}
