package io.sluice.session;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one I/O thread: a passive hashed wheel, driven from outside, with an injected clock.
 *
 * <p>A timer hangs in the slot of its deadline, as a link of a doubly linked ring, so that to schedule and to cancel cost a
 * few pointer writes and no allocation. A deadline further away than one turn of the wheel stays in its slot and is looked
 * at once a turn (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", scheme 6). Deadlines fire at the first tick
 * that is not before them: up to one tick late, never early.
 *
 * <p>The wheel has a time of its own, {@link #now}. It runs with the clock while the wheel is driven; when {@link #advance}
 * is more than {@link #TOLERATED_LATENESS_NANOS} overdue (the machine slept, or the thread was held up), the wheel's time
 * stands still until it comes, and that advance fires nothing. So no deadline passes while nobody could read the sockets.
 *
 * <p>Confined to its I/O thread.
 */
public final class TimerWheel {

    /** How fine deadlines are. */
    public static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** How long {@link #advance} may stay away, if it comes at once when {@link #nearest} says so. */
    public static final long LONGEST_REST_NANOS = 10 * TICK_NANOS;

    static final long TOLERATED_LATENESS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int SLOTS = 4096;

    /** The clock, in nanoseconds of an arbitrary origin, compared by subtraction only. */
    public interface Clock {
        long nanos();
    }

    /**
     * One deadline that can be set again and again.
     *
     * <p>Confined to its I/O thread.
     */
    public abstract static class Timer {
        /** Links of a ring; of itself alone while idle. */
        private Timer previous = this;

        private Timer next = this;
        private long deadline;

        /** Called once the deadline has passed; the timer is idle again and may be scheduled anew. Must not throw. */
        protected abstract void expired();
    }

    private static final class Ring extends Timer {
        @Override
        protected void expired() {
            throw new AssertionError("a ring's head does not expire");
        }
    }

    private final Clock clock;
    private final Ring[] slots = new Ring[SLOTS];
    private final Ring due = new Ring();
    /** What the wheel's time is behind the clock: the sum of all times it stood still. */
    private long missed;
    /** The wheel's time has stood still since the last advance. */
    private boolean stoodStill;

    private @Nullable Runnable sooner;
    private long latest;
    private long tick;
    private long tickTime;

    public TimerWheel(Clock clock) {
        this.clock = clock;
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new Ring();
        }
        tickTime = clock.nanos();
        latest = tickTime;
    }

    /** Names who is to be called when a deadline comes nearer than {@link #LONGEST_REST_NANOS}. */
    public void whenNear(Runnable call) {
        sooner = call;
    }

    /** Nanoseconds to the next tick that has something to fire, at most {@link #LONGEST_REST_NANOS}. */
    public long nearest() {
        long rest = TICK_NANOS;
        while (rest < LONGEST_REST_NANOS && !due(slots[slot(tick + rest / TICK_NANOS)], tickTime + rest)) {
            rest += TICK_NANOS;
        }
        return rest;
    }

    private static boolean due(Ring slot, long time) {
        for (Timer timer = first(slot); timer != slot; timer = timer.next) {
            if (timer.deadline - time <= 0) {
                return true;
            }
        }
        return false;
    }

    /** The wheel's time in nanoseconds, which never runs backwards: for stamps and deadlines, compared by subtraction. */
    public long now() {
        long now = clock.nanos() - missed;
        if (now - tickTime - TICK_NANOS > TOLERATED_LATENESS_NANOS) {
            missed += now - latest;
            stoodStill = true;
        } else {
            latest = now;
        }
        return latest;
    }

    /** Sets the deadline, or moves it, to a point of the wheel's time. */
    public void schedule(Timer timer, long deadline) {
        unlink(timer);
        timer.deadline = deadline;
        long ticksAhead = Math.max(1, Math.floorDiv(deadline - tickTime + TICK_NANOS - 1, TICK_NANOS));
        link(slots[slot(tick + ticksAhead)], timer);
        if (sooner != null && deadline - latest < LONGEST_REST_NANOS) {
            sooner.run();
        }
    }

    /** Takes the deadline back; idempotent. */
    public void cancel(Timer timer) {
        unlink(timer);
    }

    /** Fires what is due. To be called after {@link #nearest}, behind the events of the sockets. */
    public void advance() {
        long now = now();
        if (stoodStill) {
            stoodStill = false;
            fire(); // what an earlier late advance has left: the sockets have been read since
            collect(now);
        } else {
            collect(now);
            fire();
        }
    }

    private void collect(long now) {
        while (now - tickTime >= TICK_NANOS) {
            tick++;
            tickTime += TICK_NANOS;
            collectDue(slots[slot(tick)]);
        }
    }

    private void collectDue(Ring slot) {
        for (Timer timer = first(slot); timer != slot; ) {
            Timer following = timer.next;
            if (timer.deadline - tickTime <= 0) {
                unlink(timer);
                link(due, timer);
            }
            timer = following;
        }
    }

    /** One by one from the ring: a timer may cancel or schedule any other while it fires. */
    private void fire() {
        for (Timer timer = first(due); timer != due; timer = first(due)) {
            unlink(timer);
            timer.expired();
        }
    }

    private static Timer first(Timer ring) {
        return ring.next;
    }

    private static int slot(long tick) {
        return (int) (tick & (SLOTS - 1));
    }

    private static void link(Timer ring, Timer timer) {
        Timer last = ring.previous;
        timer.previous = last;
        timer.next = ring;
        last.next = timer;
        ring.previous = timer;
    }

    private static void unlink(Timer timer) {
        timer.previous.next = timer.next;
        timer.next.previous = timer.previous;
        timer.previous = timer;
        timer.next = timer;
    }
}
