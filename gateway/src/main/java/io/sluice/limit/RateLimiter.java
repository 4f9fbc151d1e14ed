package io.sluice.limit;

/**
 * Says how many units may pass now so that a {@link Rate} is kept.
 *
 * <p>Times are nanoseconds of any origin, e.g. {@link System#nanoTime}, and are compared by subtraction: a time that is
 * less than 2^63 ns ahead of the latest one seen is later, any other is a clock that stepped back. While the clock is
 * behind the latest time nothing comes due.
 *
 * <p>Confined to its session's I/O thread.
 */
/*
 * The generic cell rate algorithm of ITU-T I.371 in its continuous-state leaky bucket form: a bucket of `burst` units
 * leaks `perSecond` units a second and never below empty; what passes is poured in, and only what fits may pass. So in
 * any span of T seconds at most perSecond * T + burst units pass, the token bucket's bound rT + b of RFC 2212.
 *
 * Exact. The level is kept as whole units and parts of 10^-9 unit. In one nanosecond exactly `perSecond` parts leak, so
 * nothing is ever rounded in the state; only answers are: `available` down to a whole unit, `nextAt` up to a whole
 * nanosecond. A leak of t ns = s * 10^9 + n, with the rate split as h * 10^9 + l, is
 *
 *     t * perSecond parts  =  s * perSecond + n * h units  and  n * l parts
 *
 * so that all divisions are by the constant 10^9, which costs a multiplication.
 *
 * No overflow, with n, l, parts < 10^9 < 2^30, perSecond and burst <= 2^50 and hence h < 2^21:
 *
 *     level          <= burst <= 2^50: only what fits is poured in
 *     s * perSecond  <= level <= 2^50: a greater s empties the bucket, which is asked first by division
 *     n * h          <  2^51
 *     n * l          <  10^18 < 2^60
 *
 * `nextAt` divides level * 10^9 + parts (up to 2^80) by perSecond: seconds first, then three digits of base 1000, the
 * remainder always below perSecond, so that no dividend exceeds 2^50 * 1000 < 2^60.
 */
public final class RateLimiter {
    /** Nanoseconds in a second, and parts in a unit. */
    private static final int BILLION = 1_000_000_000;

    /** 146 years: whatever takes longer. */
    private static final long LONGEST_WAIT = 1L << 62;

    private final Rate rate;
    private long level;
    private int levelParts;
    private long latest;

    /** Begins with the whole burst available. */
    public RateLimiter(Rate rate, long now) {
        this.rate = rate;
        this.latest = now;
    }

    public Rate rate() {
        return rate;
    }

    /** How many units may pass now: 0 to burst. */
    public long available(long now) {
        leak(now);
        long room = rate.burst() - level;
        return levelParts == 0 ? room : room - 1;
    }

    /**
     * Takes units that are available.
     *
     * @throws IllegalArgumentException for fewer than 0 units or more than are available; then nothing is taken
     */
    public void take(long units, long now) {
        long available = available(now);
        if (units < 0 || units > available) {
            throw new IllegalArgumentException("cannot take " + units + " units; 0 to " + available);
        }
        level += units;
    }

    /**
     * Nanoseconds from now until so many units, or the whole burst where that is fewer, are available if none are taken
     * meanwhile; 0 when they are, at most 2^62.
     */
    public long nextAt(long units, long now) {
        leak(now);
        long excess = level - (rate.burst() - Math.min(units, rate.burst()));
        if (excess < 0 || (excess == 0 && levelParts == 0)) {
            return 0;
        }
        long behind = latest - now;
        long wait = leakTime(excess, levelParts);
        return behind > LONGEST_WAIT - wait ? LONGEST_WAIT : behind + wait;
    }

    private void leak(long now) {
        long elapsed = now - latest;
        if (elapsed <= 0) {
            return;
        }
        latest = now;
        if ((level | levelParts) == 0) {
            return;
        }
        long perSecond = rate.perSecond();
        long seconds = elapsed / BILLION;
        if (seconds > 0 && seconds > level / perSecond) {
            level = 0;
            levelParts = 0;
            return;
        }
        long nanos = elapsed % BILLION;
        long parts = nanos * (perSecond % BILLION);
        level -= seconds * perSecond + nanos * (perSecond / BILLION) + parts / BILLION;
        levelParts -= (int) (parts % BILLION);
        if (levelParts < 0) {
            levelParts += BILLION;
            level--;
        }
        if (level < 0) {
            level = 0;
            levelParts = 0;
        }
    }

    /** Nanoseconds, rounded up, in which so much leaks; at most {@link #LONGEST_WAIT}. */
    private long leakTime(long units, long parts) {
        long perSecond = rate.perSecond();
        long seconds = units / perSecond;
        if (seconds >= LONGEST_WAIT / BILLION) {
            return LONGEST_WAIT;
        }
        long rest = units % perSecond;
        long nanos = 0;
        for (long place = 1_000_000; place > 0; place /= 1000) {
            rest = rest * 1000 + parts / place % 1000;
            nanos = nanos * 1000 + rest / perSecond;
            rest %= perSecond;
        }
        return seconds * BILLION + nanos + (rest > 0 ? 1 : 0);
    }
}
