package io.sluice.upstream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The warm connections to one broker on one I/O thread: how many there should be, which is given away next, which is too old.
 * Does no I/O; the caller brings the time, in nanoseconds compared by subtraction.
 *
 * <p>Clients are counted by a number that each adds one to and that fades by itself, to 1/e in a second: at a steady rate it is
 * the rate. There should be as many connections as clients come within a quarter of the age that a connection is left, so that
 * at a steady rate hardly one in fifty grows too old, and none when fewer than one is expected.
 *
 * <p>Confined to its I/O thread.
 */
final class WarmShelf<C> {
    private static final double FADING_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int PARTS_OF_AGE = 4;

    private record Placed<C>(C connection, long since) {}

    private final int most;
    private final long maxAgeNanos;
    /** The oldest first: it is given away first. */
    private final Deque<Placed<C>> ready = new ArrayDeque<>();

    private int opening;
    private double clients;
    private long countedAt;

    /** @param most connections, those being opened too */
    WarmShelf(int most, long maxAgeNanos) {
        this.most = most;
        this.maxAgeNanos = maxAgeNanos;
    }

    /** A client goes to this broker, with a warm connection or without. */
    void clientCame(long now) {
        clients = clientsLately(now) + 1;
        countedAt = now;
    }

    private double clientsLately(long now) {
        return clients == 0 ? 0 : clients * Math.exp((countedAt - now) / FADING_NANOS);
    }

    /** How many more should be opened now. */
    int missing(long now) {
        double expected = clientsLately(now) * maxAgeNanos / FADING_NANOS / PARTS_OF_AGE;
        return Math.max(0, (int) Math.min(most, expected) - ready.size() - opening);
    }

    /** One is being opened; {@link #opened} or {@link #failed} follows. */
    void opening() {
        opening++;
    }

    void opened(C connection, long now) {
        opening--;
        ready.addLast(new Placed<>(connection, now));
    }

    void failed() {
        opening--;
    }

    boolean isEmpty() {
        return ready.isEmpty();
    }

    /** Takes the oldest that is not too old; null when there is none. */
    @Nullable
    C take(long now) {
        for (Placed<C> placed : ready) {
            if (!isTooOld(placed, now)) {
                ready.remove(placed);
                return placed.connection;
            }
        }
        return null;
    }

    /** Takes one that is too old; null when there is none. */
    @Nullable
    C takeTooOld(long now) {
        Placed<C> oldest = ready.peekFirst();
        if (oldest == null || !isTooOld(oldest, now)) {
            return null;
        }
        ready.removeFirst();
        return oldest.connection;
    }

    private boolean isTooOld(Placed<C> placed, long now) {
        return now - placed.since >= maxAgeNanos;
    }

    /** Takes this one; false when it has been taken already. */
    boolean remove(C connection) {
        return ready.removeIf(placed -> placed.connection == connection);
    }

    /** Nanoseconds until the next one is too old; -1 when there is none. */
    long nextTooOldIn(long now) {
        Placed<C> oldest = ready.peekFirst();
        return oldest == null ? -1 : Math.max(0, oldest.since + maxAgeNanos - now);
    }
}
