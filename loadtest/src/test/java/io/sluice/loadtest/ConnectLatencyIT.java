package io.sluice.loadtest;

import static io.sluice.loadtest.RealClient.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Gateway;
import io.sluice.config.Configuration;
import io.sluice.upstream.WarmTotals;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How long clients wait from CONNECT to CONNACK, 200 of them a second, with warm connections and without, when the broker is 5 ms
 * away. It prints figures and judges none. Not part of the build; to run it:
 *
 * <pre>
 * ./mvnw -pl loadtest -am verify -Dit.test=ConnectLatencyIT -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false
 *     -Dfailsafe.failIfNoSpecifiedTests=false -Dtest.excluded= -Dtest.jvm.long=
 * </pre>
 */
@Tag("figures")
@Timeout(120)
final class ConnectLatencyIT {
    private static final int PER_SECOND = 200;
    private static final int WARM_UP = 600;
    private static final int SAMPLES = 1000;
    private static final Duration DELAY = Duration.ofMillis(5);
    private static final int LEVEL = 4;
    private static final int WAITING = 64;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void printsWhatWarmConnectionsSave() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start();
                DelayingRelay relay = DelayingRelay.start(broker.address(), DELAY)) {
            for (String most : List.of("off", "8", "off", "8")) {
                System.out.println("cluster.warm.max=" + most + ": " + measured(relay, most));
            }
        }
    }

    private String measured(DelayingRelay relay, String most) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(WAITING);
        try (Gateway gateway = Gateway.start(Configuration.load(
                        null,
                        Map.of(),
                        List.of(
                                "listener.bind=127.0.0.1:0",
                                "listener.tls=off",
                                "cluster.brokers=" + relay.address(),
                                "cluster.warm.max=" + most,
                                "gateway.io-threads=2"))
                .gateway())) {
            URI uri = URI.create(gateway.urls().get(0));
            List<Future<Long>> waits = new ArrayList<>();
            long next = System.nanoTime();
            for (int i = 0; i < WARM_UP + SAMPLES; i++) {
                String clientId = "client-" + i;
                waits.add(clients.submit(() -> once(uri, clientId)));
                next += TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
                LockSupport.parkNanos(next - System.nanoTime());
            }
            long[] nanos = new long[SAMPLES];
            for (int i = 0; i < SAMPLES; i++) {
                nanos[i] = waits.get(WARM_UP + i).get(10, TimeUnit.SECONDS);
            }
            Arrays.sort(nanos);
            WarmTotals totals = gateway.warmTotals().getOrDefault("default", new WarmTotals(0, 0, 0, 0));
            return String.format(
                    Locale.ROOT,
                    "median %.1f ms, 95 %% %.1f ms, 99 %% %.1f ms; %s",
                    nanos[SAMPLES / 2] / 1e6,
                    nanos[SAMPLES * 95 / 100] / 1e6,
                    nanos[SAMPLES * 99 / 100] / 1e6,
                    totals);
        } finally {
            clients.shutdownNow();
        }
    }

    /** Nanoseconds from CONNECT to CONNACK on an upgraded connection. */
    private long once(URI uri, String clientId) throws Exception {
        try (MqttSocket client = MqttSocket.open(http, uri).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            long start = System.nanoTime();
            client.send(MqttPackets.connect(LEVEL, clientId, 0));
            assertThat(client.next(MqttPackets.CONNACK, PATIENCE).body().get(1)).isZero();
            long taken = System.nanoTime() - start;
            client.send(MqttPackets.disconnect());
            return taken;
        }
    }
}
