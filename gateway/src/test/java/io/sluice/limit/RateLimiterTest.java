package io.sluice.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RateLimiterTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST = 1L << 50;

    /** Near the overflow of the clock, which wraps. */
    private static final long START = Long.MAX_VALUE - 3 * SECOND;

    private static final int RUNS = 2000;
    private static final int STEPS = 200;

    /** The bucket in exact numbers: level and leak in parts of 10^-9 unit. */
    private static final class Exact {
        private static final BigInteger BILLION = BigInteger.valueOf(SECOND);

        private final Rate rate;
        private BigInteger parts = BigInteger.ZERO;
        private long latest;

        Exact(Rate rate, long now) {
            this.rate = rate;
            latest = now;
        }

        long available(long now) {
            if (now - latest > 0) {
                BigInteger leaked = BigInteger.valueOf(rate.perSecond()).multiply(BigInteger.valueOf(now - latest));
                parts = parts.subtract(leaked).max(BigInteger.ZERO);
                latest = now;
            }
            return BigInteger.valueOf(rate.burst())
                    .multiply(BILLION)
                    .subtract(parts)
                    .divide(BILLION)
                    .longValueExact();
        }

        void take(long units) {
            parts = parts.add(BigInteger.valueOf(units).multiply(BILLION));
        }
    }

    private static Rate anyRate(Random random) {
        long perSecond = 1 + (random.nextLong() >>> (1 + random.nextInt(62))) % MOST;
        long burst = 1 + (random.nextLong() >>> (1 + random.nextInt(62))) % MOST;
        return new Rate(perSecond, burst);
    }

    private static long anyTime(Random random) {
        return random.nextInt(20) == 0 ? -random.nextLong(SECOND) : random.nextLong() >>> (14 + random.nextInt(49));
    }

    @Test
    @DisplayName(
            "whatever is taken whenever, also by a clock that steps back: exactly what the algorithm says in exact numbers")
    void isTheLeakyBucketWithoutAnyRounding() {
        for (int seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            Rate rate = anyRate(random);
            long now = START;
            RateLimiter limiter = new RateLimiter(rate, now);
            Exact exact = new Exact(rate, now);
            for (int i = 0; i < STEPS; i++) {
                now += anyTime(random);
                long available = limiter.available(now);
                assertThat(available).as("seed %d step %d %s", seed, i, rate).isEqualTo(exact.available(now));
                long units = available == 0 ? 0 : 1 + random.nextLong(available);
                limiter.take(units, now);
                exact.take(units);
            }
        }
    }

    @Test
    @DisplayName("never more than rate x time + burst from any moment on, and not one unit less than is due at the end")
    void keepsTheBoundAndWithholdsNothing() {
        for (int seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            Rate rate = new Rate(1 + random.nextInt(5000), 1 + random.nextInt(500));
            RateLimiter limiter = new RateLimiter(rate, 0);
            long now = 0;
            long passed = rate.burst();
            limiter.take(passed, now);
            for (int i = 0; i < STEPS; i++) {
                now += random.nextInt(20_000_000);
                long units = limiter.available(now);
                limiter.take(units, now);
                passed += units;
                double bound = rate.perSecond() * (double) now / SECOND + rate.burst();
                assertThat((double) passed)
                        .as("seed %d step %d %s", seed, i, rate)
                        .isLessThanOrEqualTo(bound);
            }
            double due = rate.perSecond() * (double) now / SECOND + rate.burst();
            boolean neverFull = rate.perSecond() * 0.02 + 1 < rate.burst();
            if (neverFull) {
                assertThat((double) passed).as("seed %d %s", seed, rate).isGreaterThan(due - 1.001);
            }
        }
    }

    @Test
    @DisplayName("nextAt is the first nanosecond at which so many units are available")
    void tellsTheFirstMomentThatIsEnough() {
        for (int seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            Rate rate = new Rate(1 + random.nextLong(1L << 30), 1 + random.nextLong(1L << 20));
            RateLimiter limiter = new RateLimiter(rate, START);
            long now = START + random.nextLong(SECOND);
            limiter.take(1 + random.nextLong(limiter.available(now)), now);
            long units = 1 + random.nextLong(rate.burst());

            long wait = limiter.nextAt(units, now);

            if (wait == 0) {
                assertThat(limiter.available(now)).as("seed %d", seed).isGreaterThanOrEqualTo(units);
            } else {
                assertThat(limiter.available(now + wait - 1))
                        .as("seed %d", seed)
                        .isLessThan(units);
                assertThat(limiter.available(now + wait)).as("seed %d", seed).isGreaterThanOrEqualTo(units);
            }
        }
    }

    @ParameterizedTest(name = "{0}/s, burst {1}")
    @CsvSource({"1, 1", "1, 1125899906842624", "1125899906842624, 1", "1125899906842624, 1125899906842624", "3, 2"})
    void holdsAtTheEdgesOfRateAndBurst(long perSecond, long burst) {
        Rate rate = new Rate(perSecond, burst);
        RateLimiter limiter = new RateLimiter(rate, START);

        assertThat(limiter.available(START)).isEqualTo(burst);
        limiter.take(burst, START);
        assertThat(limiter.available(START)).isZero();
        assertThatThrownBy(() -> limiter.take(1, START)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> limiter.take(-1, START)).isInstanceOf(IllegalArgumentException.class);
        long full = limiter.nextAt(Long.MAX_VALUE, START);
        boolean beyondTheClock = full == 1L << 62;
        assertThat(limiter.available(START + full)).isEqualTo(beyondTheClock ? (1L << 62) / SECOND : burst);
    }

    @Test
    void nothingComesDueWhileTheClockIsBehind() {
        RateLimiter limiter = new RateLimiter(new Rate(1000, 10), START);
        limiter.take(10, START);

        assertThat(limiter.available(START - SECOND)).isZero();
        assertThat(limiter.nextAt(1, START - SECOND)).isEqualTo(SECOND + SECOND / 1000);
        assertThat(limiter.available(START + SECOND / 1000)).isEqualTo(1);
    }

    @Test
    void aLeapOfTheClockGivesTheBurstAndNoMore() {
        RateLimiter limiter = new RateLimiter(new Rate(1000, 10), START);
        limiter.take(10, START);

        assertThat(limiter.available(START + TimeUnit.DAYS.toNanos(30_000))).isEqualTo(10);
    }
}
