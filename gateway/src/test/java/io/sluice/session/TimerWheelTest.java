package io.sluice.session;

import static io.sluice.session.TimerWheel.TICK_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TimerWheelTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final long TURN = 4096 * TICK_NANOS;

    private final HandClock clock = new HandClock(7 * SECOND);
    private final TimerWheel wheel = new TimerWheel(clock);

    @ParameterizedTest(name = "{1}: fires at advance {2}")
    @CsvSource({
        "-1000000000, a deadline that has passed, 1",
        "0, now, 1",
        "1, a nanosecond, 1",
        "9999999, a tick less a nanosecond, 1",
        "10000000, a tick, 1",
        "10000001, a tick and a nanosecond, 2",
        "40959999999, a turn of the wheel less a nanosecond, 4096",
        "40960000000, a turn of the wheel, 4096",
        "40960000001, a turn of the wheel and a nanosecond, 4097",
        "81920000001, two turns and a nanosecond, 8193",
        "98302500000000, the greatest keep alive, 9830250"
    })
    void firesAtTheFirstTickThatIsNotBeforeTheDeadline(long ahead, String meaning, long advances) {
        Bell bell = new Bell();
        wheel.schedule(bell, wheel.now() + ahead);

        tick(advances - 1);
        int before = bell.rings;
        tick(1);

        assertThat(before).isZero();
        assertThat(bell.rings).isOne();
    }

    @Test
    void firesNeverEarlyAndAtMostOneTickLateFromAnyPointOfTime() {
        Random random = new Random(4711);
        List<Bell> bells = new ArrayList<>();
        for (int i = 0; i < 60_000; i++) {
            if (i < 5_000) {
                Bell bell = new Bell();
                bell.due = wheel.now() + random.nextLong(3 * TURN);
                wheel.schedule(bell, bell.due);
                bells.add(bell);
            }
            clock.forwardNanos(random.nextLong(TICK_NANOS / 2));
            wheel.advance();
        }

        // the call of advance comes up to half a tick after the tick
        assertThat(bells).allSatisfy(bell -> {
            assertThat(bell.rings).isOne();
            assertThat(bell.rungAt - bell.due).isBetween(0L, TICK_NANOS + TICK_NANOS / 2);
        });
    }

    @Test
    void doesNothingBetweenTwoTicks() {
        Bell bell = new Bell();
        wheel.schedule(bell, wheel.now());

        clock.forwardNanos(TICK_NANOS - 1);
        wheel.advance();
        int before = bell.rings;
        clock.forwardNanos(1);
        wheel.advance();

        assertThat(before).isZero();
        assertThat(bell.rings).isOne();
    }

    @Test
    void movesADeadlineLaterAndEarlier() {
        Bell later = new Bell();
        Bell earlier = new Bell();
        wheel.schedule(later, wheel.now() + TICK_NANOS);
        wheel.schedule(earlier, wheel.now() + TURN);

        wheel.schedule(later, wheel.now() + 3 * TICK_NANOS);
        wheel.schedule(earlier, wheel.now() + 2 * TICK_NANOS);
        tick(1);
        int[] afterOne = {later.rings, earlier.rings};
        tick(1);
        int[] afterTwo = {later.rings, earlier.rings};
        tick(1000);

        assertThat(afterOne).containsExactly(0, 0);
        assertThat(afterTwo).containsExactly(0, 1);
        assertThat(later.rings).isOne();
        assertThat(earlier.rings).isOne();
    }

    @Test
    void takesADeadlineBackTwiceAndWithoutOne() {
        Bell bell = new Bell();
        wheel.cancel(bell);
        wheel.schedule(bell, wheel.now() + TICK_NANOS);

        wheel.cancel(bell);
        wheel.cancel(bell);
        tick(1000);

        assertThat(bell.rings).isZero();
    }

    @Test
    void leavesTheNeighboursOfACancelledTimerInTheirSlot() {
        List<Bell> bells = List.of(new Bell(), new Bell(), new Bell());
        bells.forEach(bell -> wheel.schedule(bell, wheel.now() + TICK_NANOS));

        wheel.cancel(bells.get(1));
        tick(1);

        assertThat(bells).extracting(bell -> bell.rings).containsExactly(1, 0, 1);
    }

    @Test
    void firesAgainWhenScheduledFromWithinExpired() {
        Bell bell = new Bell();
        bell.then = () -> wheel.schedule(bell, wheel.now() + 2 * TICK_NANOS);
        wheel.schedule(bell, wheel.now() + TICK_NANOS);

        tick(5);

        assertThat(bell.rings).isEqualTo(3);
    }

    @Test
    void aDeadlineInThePastFromWithinExpiredWaitsForTheNextTick() {
        Bell bell = new Bell();
        bell.then = () -> wheel.schedule(bell, wheel.now() - SECOND);
        wheel.schedule(bell, wheel.now() + TICK_NANOS);

        tick(3);

        assertThat(bell.rings).isEqualTo(3);
    }

    @Test
    void aTimerMayTakeBackAnotherThatIsDueAtTheSameTick() {
        Bell first = new Bell();
        Bell second = new Bell();
        Bell third = new Bell();
        first.then = () -> wheel.cancel(second);
        List.of(first, second, third).forEach(bell -> wheel.schedule(bell, wheel.now() + TICK_NANOS));

        tick(2);

        assertThat(List.of(first.rings, second.rings, third.rings)).containsExactly(1, 0, 1);
    }

    @Test
    void catchesUpOnAllTicksOfAnAdvanceThatIsOneSecondLate() {
        Bell bell = new Bell();
        wheel.schedule(bell, wheel.now() + TICK_NANOS + SECOND);

        clock.forwardNanos(TICK_NANOS + SECOND);
        wheel.advance();

        assertThat(bell.rings).isOne();
    }

    @ParameterizedTest(name = "late by {0} ns")
    @ValueSource(longs = {SECOND + 1, 60 * SECOND, 86_400 * SECOND})
    void firesNothingInAnAdvanceMoreThanOneSecondLate(long late) {
        Bell atOnce = new Bell();
        Bell later = new Bell();
        wheel.schedule(atOnce, wheel.now() + 1);
        wheel.schedule(later, wheel.now() + 30 * SECOND);

        clock.forwardNanos(TICK_NANOS + late);
        wheel.advance();

        assertThat(atOnce.rings).isZero();
        assertThat(later.rings).isZero();
    }

    @ParameterizedTest(name = "late by {0} ns")
    @ValueSource(longs = {SECOND + 1, 60 * SECOND, 86_400 * SECOND})
    void extendsDeadlinesByTheLateness(long late) {
        Bell bell = new Bell();
        long start = clock.nanos();
        wheel.schedule(bell, wheel.now() + 30 * SECOND);

        clock.forwardNanos(TICK_NANOS + late);
        wheel.advance();
        tick(4_000);

        assertThat(bell.rings).isOne();
        assertThat(bell.clockAt - start - 30 * SECOND).isBetween(late, late + 2 * TICK_NANOS);
    }

    @Test
    void aStampTakenBeforeTheLateAdvanceDoesNotCountWhatWasMissed() {
        clock.forwardNanos(3_600 * SECOND);
        long stamp = wheel.now();
        wheel.advance();
        Bell bell = new Bell();
        wheel.schedule(bell, stamp + 5 * SECOND);

        tick(510);

        assertThat(bell.rings).isOne();
    }

    @ParameterizedTest(name = "{0} ns ahead: {1}")
    @CsvSource({"0, 1", "10000000, 1", "10000001, 2", "50000000, 5", "99999999, 10", "100000000, 10", "30000000000, 10"
    })
    void saysWhenItIsNextWorthWhile(long ahead, long ticks) {
        wheel.schedule(new Bell(), wheel.now() + ahead);

        assertThat(wheel.nearest()).isEqualTo(ticks * TICK_NANOS);
    }

    @Test
    void callsForTheDriveWhenADeadlineIsNear() {
        List<String> calls = new ArrayList<>();
        wheel.whenNear(() -> calls.add("sooner"));

        wheel.schedule(new Bell(), wheel.now() + TimerWheel.LONGEST_REST_NANOS);
        int far = calls.size();
        wheel.schedule(new Bell(), wheel.now() + TimerWheel.LONGEST_REST_NANOS - 1);

        assertThat(far).isZero();
        assertThat(calls).hasSize(1);
    }

    @Test
    void timeNeverRunsBackwards() {
        Random random = new Random(4712);
        long last = wheel.now();
        for (int i = 0; i < 10_000; i++) {
            clock.forwardNanos(random.nextLong(i % 50 == 0 ? 10 * SECOND : TICK_NANOS));
            if (random.nextBoolean()) {
                wheel.advance();
            }
            long now = wheel.now();

            assertThat(now - last).isNotNegative();

            last = now;
        }
    }

    @Test
    void stillFiresWhenEveryAdvanceIsLate() {
        Bell bell = new Bell();
        wheel.schedule(bell, wheel.now() + TICK_NANOS);

        for (int i = 0; i < 20; i++) {
            clock.forward(600);
            wheel.now();
            clock.forward(600);
            wheel.advance();
        }

        assertThat(bell.rings).isOne();
    }

    @ParameterizedTest(name = "{0} ns before the overflow")
    @ValueSource(longs = {0, 1, 10 * MILLI, SECOND, 40_960 * MILLI, 81_920 * MILLI})
    void theClockMayPassItsGreatestValue(long before) {
        HandClock old = new HandClock(Long.MAX_VALUE - before);
        TimerWheel oldWheel = new TimerWheel(old);
        Bell bell = new Bell();
        oldWheel.schedule(bell, oldWheel.now() + TURN + 1);

        int advances = 0;
        while (bell.rings == 0 && advances < 9_000) {
            old.forwardNanos(TICK_NANOS);
            oldWheel.advance();
            advances++;
        }

        assertThat(advances).isEqualTo(4_097);
    }

    private void tick(long times) {
        for (long i = 0; i < times; i++) {
            clock.forwardNanos(TICK_NANOS);
            wheel.advance();
        }
    }

    private final class Bell extends TimerWheel.Timer {
        private int rings;
        private long due;
        private long rungAt;
        private long clockAt;
        private Runnable then = () -> {};

        @Override
        protected void expired() {
            rings++;
            rungAt = wheel.now();
            clockAt = clock.nanos();
            then.run();
        }
    }
}
