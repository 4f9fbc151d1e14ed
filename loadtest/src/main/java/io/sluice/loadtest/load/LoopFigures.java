package io.sluice.loadtest.load;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.IntCountsHistogram;

/**
 * What one loop has measured: of the whole window with three digits, of each of its seconds with two.
 *
 * <p>Confined to its loop's thread until that has ended, but for the live numbers: {@link #counted}, {@link #owed},
 * {@link #isBehind}, {@link #failed}, {@link #ready}, {@link #spunNanos} and {@link #finishedAt}.
 */
final class LoopFigures {
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(10);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int LEAST = 1000;

    private final Window window;
    private final Histogram latency = new Histogram(LONGEST, 3);
    private final Histogram lateness = new Histogram(LONGEST, 3);
    private final List<Second> seconds = new ArrayList<>();
    private final SortedMap<String, Long> errors = new TreeMap<>();
    private final SortedMap<String, Long> earlyErrors = new TreeMap<>();
    private final AtomicLong counted = new AtomicLong();
    private final AtomicLong owed = new AtomicLong();
    private final AtomicLong nextDue = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong failed = new AtomicLong();
    private final AtomicInteger ready = new AtomicInteger();
    private final AtomicLong spunNanos = new AtomicLong();
    private final AtomicLong finishedAt = new AtomicLong(-1);
    private long sent;
    private long handshakes;
    private long resumed;

    LoopFigures(Window window) {
        this.window = window;
    }

    /** One second's share. Confined as its owner. */
    static final class Second {
        private final IntCountsHistogram latency = new IntCountsHistogram(LEAST, LONGEST, 2);
        private long count;
        private long errors;

        IntCountsHistogram latency() {
            return latency;
        }

        long count() {
            return count;
        }

        long errors() {
            return errors;
        }
    }

    /**
     * Counts one of the run's unit.
     *
     * @param at when, or when it was due; nothing happens outside the window
     * @param nanos its latency
     */
    void done(long at, long nanos) {
        if (window.contains(at)) {
            count(at);
            took(at, nanos);
        }
    }

    /** Counts one of the run's unit that has no latency. */
    void done(long at) {
        if (window.contains(at)) {
            count(at);
        }
    }

    /** Takes a latency that counts nothing. */
    void latency(long at, long nanos) {
        if (window.contains(at)) {
            took(at, nanos);
        }
    }

    private void count(long at) {
        second(at).count++;
        counted.lazySet(counted.get() + 1);
    }

    private void took(long at, long nanos) {
        long value = Math.max(0, Math.min(nanos, LONGEST));
        latency.recordValue(value);
        second(at).latency.recordValue(value);
    }

    /**
     * Tells that so many are to come back for what was due then.
     *
     * @param lateNanos how much later it was sent
     */
    void sent(long due, long lateNanos, int expected) {
        if (window.contains(due)) {
            sent++;
            owed.lazySet(owed.get() + expected);
            lateness.recordValue(Math.max(0, Math.min(lateNanos, LONGEST)));
        }
    }

    /** Tells what is due next; before the window's end it is waited for. */
    void nextDue(long due) {
        nextDue.lazySet(due);
    }

    /** Tells that what was due then has failed and will not come back. */
    void settled(long due) {
        if (window.contains(due)) {
            owed.lazySet(owed.get() - 1);
        }
    }

    /** Counts an error, by a short fixed phrase. */
    void error(long at, String kind) {
        if (window.contains(at)) {
            second(at).errors++;
            failed.lazySet(failed.get() + 1);
            errors.merge(kind, 1L, Long::sum);
        } else if (!window.begun(at)) {
            earlyErrors.merge(kind, 1L, Long::sum);
        }
    }

    void handshake(long at, boolean isResumed) {
        if (window.contains(at)) {
            handshakes++;
            resumed += isResumed ? 1 : 0;
        }
    }

    /** Tells that one client more, or less, is where the scenario wants it. */
    void ready(int more) {
        ready.lazySet(ready.get() + more);
    }

    void spun(long nanos) {
        spunNanos.lazySet(spunNanos.get() + nanos);
    }

    /** Tells that this loop has nothing more to do in this window. */
    void finished(long at) {
        finishedAt.compareAndSet(-1, at);
    }

    private Second second(long at) {
        int index = (int) ((at - window.from()) / SECOND);
        while (seconds.size() <= index) {
            seconds.add(new Second());
        }
        return seconds.get(index);
    }

    long counted() {
        return counted.get();
    }

    long owed() {
        return owed.get();
    }

    /** Whether something that is due in the window has not been sent. */
    boolean isBehind() {
        return nextDue.get() < window.until();
    }

    long failed() {
        return failed.get();
    }

    int ready() {
        return ready.get();
    }

    long spunNanos() {
        return spunNanos.get();
    }

    /** When it had nothing more to do; -1 before. */
    long finishedAt() {
        return finishedAt.get();
    }

    Histogram latency() {
        return latency;
    }

    Histogram lateness() {
        return lateness;
    }

    List<Second> seconds() {
        return seconds;
    }

    SortedMap<String, Long> errors() {
        return errors;
    }

    /** Those before the window. */
    SortedMap<String, Long> earlyErrors() {
        return earlyErrors;
    }

    long sent() {
        return sent;
    }

    long handshakes() {
        return handshakes;
    }

    long resumed() {
        return resumed;
    }
}
