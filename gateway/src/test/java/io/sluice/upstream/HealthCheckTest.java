package io.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.BalanceConfig;
import io.sluice.config.BrokerConfig;
import io.sluice.config.ClusterConfig;
import io.sluice.config.EjectConfig;
import io.sluice.config.HealthConfig;
import io.sluice.config.HostPort;
import io.sluice.config.LinkConfig;
import io.sluice.config.SlotConfig;
import io.sluice.net.IoContext;
import io.sluice.net.IoThreads;
import io.sluice.session.TimerWheel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HealthCheckTest {
    private static final HealthConfig EACH_COUNTS = new HealthConfig(
            HealthConfig.Type.TCP, Duration.ofMillis(10), Duration.ofSeconds(2), 1, 1, Optional.empty());

    private final IoThreads threads = IoThreads.start(1, 0);
    private final IoContext io = threads.contexts().get(0);
    private final TimerWheel wheel = new TimerWheel(System::nanoTime);
    private InetAddress here;
    private Broker broker;
    private HealthCheck check;

    /** One broker, on a port where nobody listens. */
    @BeforeEach
    void start() throws IOException {
        here = InetAddress.getLoopbackAddress();
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, here)) {
            port = taken.getLocalPort();
        }
        Cluster cluster = new Cluster(
                new ClusterConfig(
                        "default",
                        List.of(new BrokerConfig(new HostPort("broker.example", port), 1)),
                        new BalanceConfig(BalanceConfig.By.LEAST_CONNECTIONS, 1.25, Optional.empty()),
                        new EjectConfig(Optional.empty(), Duration.ofSeconds(10), 50),
                        EACH_COUNTS,
                        SlotConfig.UNLIMITED,
                        Duration.ofSeconds(3),
                        2,
                        false,
                        LinkConfig.PLAIN,
                        Duration.ofSeconds(30)),
                null,
                threads,
                List.of());
        broker = cluster.brokers().get(0);
        broker.resolvedTo(List.of(here));
        check = new HealthCheck(cluster, HealthConfig.Type.TCP, broker, io, wheel, null);
        check.start();
    }

    @AfterEach
    void stop() {
        check.stop();
        threads.stop();
    }

    /** Turns the wheel until that is so. */
    private void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            CountDownLatch turned = new CountDownLatch(1);
            io.after(TimeUnit.NANOSECONDS.toMillis(TimerWheel.TICK_NANOS), () -> {
                wheel.advance();
                turned.countDown();
            });
            turned.await();
        }
    }

    @Test
    void saysAgainWhatIsNotWellOfAnAddressThatWentAndCame() throws Exception {
        InetAddress elsewhere = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
        await(() -> !broker.isWell());

        CountDownLatch gone = new CountDownLatch(1);
        io.later(
                () -> { // no round sees it gone
                    broker.resolvedTo(List.of(elsewhere));
                    broker.resolvedTo(List.of(here));
                    gone.countDown();
                });
        gone.await();
        await(() -> !broker.isWell());

        assertThat(broker.isUp()).isFalse();
    }
}
