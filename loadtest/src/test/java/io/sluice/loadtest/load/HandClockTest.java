package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scripts by a hand-moved clock, on real sockets. */
@Timeout(60)
class HandClockTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int LEVEL = 4;

    private final AtomicLong clock = new AtomicLong();
    private final Window window = new Window();

    @AfterEach
    void stop() {
        window.stop();
    }

    private LoadLoop loop(Function<LoadLoop, Script> script) throws IOException {
        return new LoadLoop("test", clock::get, window, new Buffers(0, 1), script);
    }

    private static StubBroker stub() throws IOException {
        return StubBroker.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static Target target(StubBroker stub) throws LoadException {
        return Target.broker("127.0.0.1", stub.address().getPort(), LEVEL);
    }

    private static Plan plan(int clients, double rate) {
        return new Plan("test", clients, 1, 1, 100, 0, rate, 1, 1, 60, 1, Duration.ZERO, Duration.ofSeconds(1));
    }

    private static void turn(LoadLoop loop, BooleanSupplier until) throws IOException {
        while (!until.getAsBoolean()) {
            loop.turn();
        }
    }

    private void end(LoadLoop loop) {
        window.stop();
        loop.run();
    }

    @Test
    void aMessageCountsFromWhenItWasDue() throws Exception {
        try (StubBroker stub = stub()) {
            Job job = new Job(plan(1, 100), target(stub), null);
            LoadLoop loop = loop(owner -> OpenLoop.toThemselves(owner, job, 0));
            LoopFigures figures = loop.figures();
            turn(loop, () -> figures.ready() == 1);
            window.open(1, SECOND);

            clock.set(100 * MILLI); // away for ten messages
            turn(loop, () -> figures.counted() == 10);

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
        StubBroker stub = stub();
        Job job = new Job(plan(1, 100), target(stub), null);
        LoadLoop loop = loop(owner -> OpenLoop.toThemselves(owner, job, 0));
        LoopFigures figures = loop.figures();
        turn(loop, () -> figures.ready() == 1);
        window.open(1, SECOND);

        stub.close();
        turn(loop, () -> figures.ready() == 0);
        clock.set(20 * MILLI);
        turn(loop, () -> figures.failed() == 2);

        assertThat(figures.errors()).containsOnlyKeys(Failure.NOT_CONNECTED);
        assertThat(figures.owed()).isZero();
        assertThat(figures.sent()).isEqualTo(2);
        end(loop);
    }

    @Test
    void aConnectionCountsFromWhenItWasDue() throws Exception {
        try (StubBroker stub = stub()) {
            Target target = target(stub);
            window.open(1, SECOND);
            LoadLoop loop = loop(owner -> new Connects(owner, plan(1, 10), target, 0));
            LoopFigures figures = loop.figures();

            clock.set(500 * MILLI); // away for five connections, one of them before the window
            turn(loop, () -> figures.counted() == 5);

            assertThat(figures.latency().getMaxValue()).isBetween(400 * MILLI, 401 * MILLI);
            assertThat(figures.latency().getMean()).isBetween(199 * (double) MILLI, 201 * (double) MILLI);
            end(loop);
        }
    }

    @Test
    void aStormIsFinishedWhenAllAreBackAndCountsFromTheCut() throws Exception {
        try (StubBroker stub = stub()) {
            Target target = target(stub);
            LoadLoop loop = loop(owner -> new Storm(owner, plan(5, 0), target, 0));
            LoopFigures figures = loop.figures();
            turn(loop, () -> figures.ready() == 5);
            window.open(1, SECOND);

            clock.set(MILLI);
            turn(loop, () -> figures.ready() == 0);
            clock.set(31 * MILLI);
            turn(loop, () -> figures.finishedAt() >= 0);

            assertThat(figures.counted()).isEqualTo(5);
            assertThat(figures.finishedAt()).isEqualTo(31 * MILLI);
            assertThat(figures.latency().getMaxValue()).isBetween(30 * MILLI, 31 * MILLI);
            end(loop);
        }
    }

    @Test
    void whoIsNotBackFromAStormIsAnError() throws Exception {
        StubBroker stub = stub();
        Target target = target(stub);
        LoadLoop loop = loop(owner -> new Storm(owner, plan(3, 0), target, 0));
        LoopFigures figures = loop.figures();
        turn(loop, () -> figures.ready() == 3);
        window.open(1, SECOND);

        stub.close();
        clock.set(1);
        turn(loop, () -> figures.failed() >= 3);
        clock.set(SECOND);
        turn(loop, () -> figures.errors().containsKey(Failure.NOT_BACK));

        assertThat(figures.errors()).containsEntry(Failure.NOT_BACK, 3L);
        assertThat(figures.counted()).isZero();
        assertThat(figures.finishedAt()).isEqualTo(-1);
        end(loop);
    }

    @ParameterizedTest
    @CsvSource({"ws, timeout in upgrade", "wss, timeout in TLS handshake", "mqtt, timeout in CONNACK"})
    void whoIsNotAnsweredForTenSecondsIsTold(String scheme, String kind) throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            URI url = URI.create(scheme + "://127.0.0.1:" + silent.getLocalPort());
            Upgrade upgrade = scheme.equals("mqtt") ? null : new Upgrade(url, "");
            Trust trust = scheme.equals("wss") ? Trust.all() : null;
            Target target = new Target(url, Target.resolve(url), upgrade, trust, false, LEVEL, false, List.of());
            window.open(0, Long.MAX_VALUE);
            LoadLoop loop = loop(owner -> new Connects(owner, plan(1, 0), target, 0));
            LoopFigures figures = loop.figures();
            loop.turn();
            try (Socket client = silent.accept()) {
                client.getInputStream().read(); // so the client waits for an answer

                clock.set(10 * SECOND - 1);
                loop.turn();
                assertThat(figures.failed()).isZero();
                clock.set(10 * SECOND);
                turn(loop, () -> figures.failed() > 0);

                assertThat(figures.errors()).containsOnlyKeys(kind);
            }
            end(loop);
        }
    }
}
