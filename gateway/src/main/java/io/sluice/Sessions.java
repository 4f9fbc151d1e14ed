package io.sluice;

import io.sluice.limit.HoldBudget;
import io.sluice.net.IoContext;
import io.sluice.net.IoThreads;
import io.sluice.session.Session;
import io.sluice.session.SessionGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * All sessions of a gateway: for each I/O thread a group, whose sessions only that thread may touch. What is to be done with them
 * is handed to their threads.
 *
 * <p>Thread-safe.
 */
final class Sessions {
    private final List<Part> parts = new ArrayList<>();

    /** The sessions of one I/O thread. Immutable. */
    private record Part(IoContext io, SessionGroup group) {
        void later(BiConsumer<IoContext, SessionGroup> action) {
            io.later(() -> action.accept(io, group));
        }
    }

    /** None yet; the timers of those that come run. */
    Sessions(IoThreads threads, HoldBudget budget) {
        for (IoContext io : threads.contexts()) {
            SessionGroup group = new SessionGroup(System::nanoTime, budget);
            parts.add(new Part(io, group));
            new WheelDrive(io, group.wheel()).start();
        }
    }

    /** Of each I/O thread, in the order of the threads. */
    List<SessionGroup> groups() {
        return parts.stream().map(Part::group).toList();
    }

    /** Those that have not ended. */
    int count() {
        return parts.stream().mapToInt(part -> part.group.size()).sum();
    }

    /** Does something on the I/O thread of this number, with its sessions. */
    void on(int thread, Consumer<SessionGroup> action) {
        parts.get(thread).later((io, group) -> action.accept(group));
    }

    /** Does something on each I/O thread, with its sessions. */
    void eachGroup(BiConsumer<IoContext, SessionGroup> action) {
        parts.forEach(part -> part.later(action));
    }

    /** Does something with every session, on its I/O thread; one with which it fails is ended. */
    void each(Consumer<Session> action) {
        eachGroup((io, group) -> group.forEach(session -> {
            try {
                action.accept(session);
            } catch (RuntimeException | Error bug) {
                session.failed(bug);
            }
        }));
    }
}
