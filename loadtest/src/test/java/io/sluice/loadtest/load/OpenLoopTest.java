package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The open loop by a hand-moved clock, on real sockets. */
@Timeout(60)
class OpenLoopTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final double PER_SECOND = 100;
    private static final int LEVEL = 4;

    private final AtomicLong clock = new AtomicLong();
    private final Window window = new Window();

    @Test
    void latencyCountsFromWhenAMessageWasDue() throws Exception {
        try (StubBroker stub = StubBroker.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            Target target = Target.broker("127.0.0.1", stub.address().getPort(), LEVEL);
            LoadLoop loop = new LoadLoop(
                    "test",
                    clock::get,
                    window,
                    new Buffers(0, 1),
                    owner -> OpenLoop.toThemselves(owner, new Job(plan(), target, null), 0));
            LoopFigures figures = loop.figures();
            while (figures.ready() == 0) {
                loop.turn();
            }
            window.open(1, TimeUnit.SECONDS.toNanos(1));

            clock.set(100 * MILLI); // away for ten messages
            while (figures.counted() < 10) {
                loop.turn();
            }

            // due after 10, 20 ... 100 ms, sent and back at 100 ms
            assertThat(figures.latency().getMaxValue()).isBetween(90 * MILLI, 91 * MILLI);
            assertThat(figures.latency().getMinValue()).isZero();
            assertThat(figures.latency().getMean()).isBetween(44.5 * MILLI, 45.5 * MILLI);
            assertThat(figures.lateness().getMaxValue()).isBetween(90 * MILLI, 91 * MILLI);
            assertThat(figures.owed()).isEqualTo(10);
            end(loop);
        }
    }

    @Test
    void aMessageThatIsDueWithoutAConnectionIsAnError() throws Exception {
        StubBroker stub = StubBroker.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Target target = Target.broker("127.0.0.1", stub.address().getPort(), LEVEL);
        LoadLoop loop = new LoadLoop(
                "test",
                clock::get,
                window,
                new Buffers(0, 1),
                owner -> OpenLoop.toThemselves(owner, new Job(plan(), target, null), 0));
        LoopFigures figures = loop.figures();
        while (figures.ready() == 0) {
            loop.turn();
        }
        window.open(1, TimeUnit.SECONDS.toNanos(1));

        stub.close();
        while (figures.ready() > 0) {
            loop.turn();
        }
        clock.set(20 * MILLI);
        while (figures.failed() < 2) {
            loop.turn();
        }

        assertThat(figures.errors()).containsOnlyKeys(Failure.NOT_CONNECTED);
        assertThat(figures.owed()).isZero();
        assertThat(figures.sent()).isEqualTo(2);
        end(loop);
    }

    private void end(LoadLoop loop) {
        window.stop();
        loop.run();
    }

    private static Plan plan() {
        return new Plan("test", 1, 1, 1, 100, 0, PER_SECOND, 1, 1, 60, 1, Duration.ZERO, Duration.ofSeconds(1));
    }
}
