package io.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.EjectConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EjectionsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1883);

    private List<Broker> brokers = List.of();
    private Ejections ejections = of(2, 3, 50);
    private long now;

    private Ejections of(int size, int after, int mostPercent) {
        brokers = IntStream.range(0, size)
                .mapToObj(i -> Crowd.broker(i, 1, new SlowStart(Optional.of(Duration.ofSeconds(30)))))
                .toList();
        brokers.forEach(broker -> broker.resolvedTo(List.of(ADDRESS.getAddress())));
        ejections = new Ejections(
                "default",
                new EjectConfig(
                        after == 0 ? Optional.empty() : Optional.of(after), Duration.ofSeconds(10), mostPercent),
                brokers);
        return ejections;
    }

    /** Dials one after the other that do not reach a broker. */
    private void fail(int broker, int times) {
        for (int i = 0; i < times; i++) {
            brokers.get(broker).failed(ADDRESS, "connection refused", now);
            ejections.failed(brokers.get(broker), now);
        }
    }

    private void reach(int broker) {
        brokers.get(broker).reached(ADDRESS, now);
        ejections.reached(brokers.get(broker), now);
    }

    private boolean isEjected(int broker) {
        return brokers.get(broker).isEjected(now);
    }

    private List<Boolean> ejected() {
        return brokers.stream().map(broker -> broker.isEjected(now)).toList();
    }

    @ParameterizedTest(name = "the clock begins at {0}")
    @ValueSource(longs = {0, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void takesABrokerOutAfterSoManyFailuresInARowForTheTime(long start) {
        now = start;

        fail(0, 2);
        assertThat(isEjected(0)).isFalse();
        fail(0, 1);
        assertThat(isEjected(0)).isTrue();
        now += 10 * SECOND - 1;
        assertThat(isEjected(0)).isTrue();
        now += 1;
        assertThat(isEjected(0)).isFalse();
        assertThat(brokers.get(0).ejections()).isEqualTo(1);
    }

    @Test
    void countsFailuresInARowAlone() {
        for (int i = 0; i < 10; i++) {
            fail(0, 2);
            reach(0);
        }

        assertThat(brokers.get(0).ejections()).isZero();
    }

    @Test
    @DisplayName("when the time is up one more failure is enough, each time for twice as long, up to five minutes")
    void doublesTheTime() {
        fail(0, 3);
        for (long seconds : new long[] {10, 20, 40, 80, 160, 300, 300}) {
            assertThat(isEjected(0)).isTrue();
            now += seconds * SECOND - 1;
            assertThat(isEjected(0)).as("for %s s", seconds).isTrue();
            now += 1;
            assertThat(isEjected(0)).as("for %s s", seconds).isFalse();
            fail(0, 1);
        }
    }

    @Test
    void lengthensNothingByDialsThatBeganBefore() {
        fail(0, 3 + 100);

        now += 10 * SECOND;

        assertThat(isEjected(0)).isFalse();
        assertThat(brokers.get(0).ejections()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "reached again it has the failures of a new broker, and the long time until it was good for five minutes")
    void forgetsByAndBy() {
        fail(0, 3);
        now += 10 * SECOND;
        reach(0);
        fail(0, 2);
        assertThat(isEjected(0)).isFalse();
        fail(0, 1);
        now += 20 * SECOND - 1;
        assertThat(isEjected(0)).as("twice as long").isTrue();
        now += 1;
        reach(0);

        now += Ejections.LONGEST_NANOS;
        fail(0, 3);
        assertThat(isEjected(0)).isTrue();
        now += 10 * SECOND;
        assertThat(isEjected(0)).as("as the first time").isFalse();
    }

    @Test
    void comesBackBySlowStart() {
        fail(0, 3);
        reach(0);
        assertThat(isEjected(0)).as("a dial that began before").isTrue();

        now += 10 * SECOND;
        reach(0);

        assertThat(brokers.get(0).share(now)).isEqualTo(SlowStart.LEAST);
    }

    @ParameterizedTest(name = "of {0} brokers at most {1} % make {2}")
    @CsvSource({"1, 50, 0", "1, 100, 0", "2, 50, 1", "3, 50, 1", "4, 50, 2", "5, 50, 2", "3, 10, 0", "3, 100, 2"})
    @DisplayName("only so many are out at a time, and never the last")
    void leavesEnough(int size, int mostPercent, int out) {
        of(size, 3, mostPercent);

        for (int i = 0; i < size; i++) {
            fail(i, 10);
        }

        assertThat(ejected().stream().filter(yes -> yes).count()).isEqualTo(out);
    }

    @Test
    void leavesTheLastThatTheOperatorLeft() {
        brokers.get(1).enable(false, now);

        fail(0, 10);
        assertThat(isEjected(0)).isFalse();
        brokers.get(1).enable(true, now);
        fail(0, 1);
        assertThat(isEjected(0)).isTrue();
    }

    @Test
    void takesTheNextOutWhenThereIsRoomAgain() {
        fail(0, 3);
        fail(1, 3);
        assertThat(ejected()).containsExactly(true, false);

        now += 10 * SECOND;
        fail(1, 1);

        assertThat(ejected()).containsExactly(false, true);
    }

    @Test
    void doesNothingWhereItIsOff() {
        of(2, 0, 50);

        fail(0, 1000);

        assertThat(isEjected(0)).isFalse();
    }
}
