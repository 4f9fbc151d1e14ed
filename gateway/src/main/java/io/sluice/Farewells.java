package io.sluice;

import io.sluice.net.IoContext;
import io.sluice.session.Session;
import io.sluice.session.SessionGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells the sessions of one I/O thread to go, one after the other, evenly over a time: each has an equal slot of it, and a random
 * moment in its slot.
 *
 * <p>Confined to its I/O thread.
 */
final class Farewells implements Runnable {
    private final IoContext io;
    private final List<Session> sessions = new ArrayList<>();
    private final long spreadNanos;
    private final @Nullable String serverReference;
    private final long begunAt = System.nanoTime();
    private int told;
    private long nextAt;

    Farewells(IoContext io, SessionGroup group, long spreadNanos, @Nullable String serverReference) {
        this.io = io;
        this.spreadNanos = spreadNanos;
        this.serverReference = serverReference;
        group.forEach(sessions::add);
        nextAt = momentOf(0);
    }

    /** Tells those whose moment has come; comes again for the next. */
    @Override
    public void run() {
        long now = System.nanoTime() - begunAt;
        while (told < sessions.size() && nextAt <= now) {
            Session session = sessions.get(told++);
            try {
                session.drain(serverReference);
            } catch (RuntimeException | Error bug) {
                session.failed(bug);
            }
            nextAt = momentOf(told);
        }
        if (told < sessions.size()) {
            io.after(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nextAt - now)), this);
        }
    }

    private long momentOf(int session) {
        return moment(
                session,
                sessions.size(),
                spreadNanos,
                ThreadLocalRandom.current().nextDouble());
    }

    /** @param luck from 0 to 1, where in its slot it falls */
    static long moment(int session, int count, long spreadNanos, double luck) {
        return count == 0 ? 0 : (long) ((session + luck) / count * spreadNanos);
    }
}
