package io.sluice.session;

import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * What the sessions of one I/O thread give up when memory is short.
 *
 * <p>Confined to its I/O thread.
 */
public final class Relief {
    /** Of all clients, those that go at one look at most: one in so many, and a few at least. */
    private static final int SHED_PART = 8;

    private static final int LEAST_SHED = 16;

    /** Who keeps less is no burden, whatever others keep. */
    private static final int LEAST_HELD = 1024;

    private Relief() {}

    /** Those that hold at least the mean of all that hold anything. */
    public static void holdBack(SessionGroup group) {
        Sum sum = new Sum();
        group.forEach(session -> sum.accept(session.heldBytes()));
        guarded(group, session -> {
            if (session.heldBytes() * sum.count >= sum.bytes) {
                session.holdBack();
            }
        });
    }

    /** All are read again. */
    public static void letGo(SessionGroup group) {
        guarded(group, Session::letGo);
    }

    /** The newest clients without a CONNECT; false: there is none. */
    public static boolean shed(SessionGroup group) {
        return shed(group, Session::opening, Session::shed);
    }

    /** Those that keep at least the mean of all that keep anything outside the heap, for a side that is slow or a record that is cut. */
    public static void shedHolders(SessionGroup group) {
        shedMost(group, Session::directBytes, Session::shedNow);
    }

    /** Those for whom at least the mean of what is held on the heap is held: who exceeds a rate, or waits for the broker, with much. */
    public static void shedHeld(SessionGroup group) {
        shedMost(group, Session::budgetBytes, Session::shed);
    }

    private static void shedMost(SessionGroup group, ToLongFunction<Session> kept, Consumer<Session> how) {
        Sum sum = new Sum();
        group.forEach(session -> sum.accept(kept.applyAsLong(session)));
        shed(
                group,
                session -> {
                    long mine = kept.applyAsLong(session);
                    return mine >= LEAST_HELD && mine * sum.count >= sum.bytes;
                },
                how);
    }

    private static boolean shed(SessionGroup group, Predicate<Session> who, Consumer<Session> how) {
        int most = Math.max(LEAST_SHED, group.size() / SHED_PART);
        int[] shed = {0};
        guarded(group, session -> {
            if (shed[0] < most && who.test(session)) {
                shed[0]++;
                how.accept(session);
            }
        });
        return shed[0] > 0;
    }

    private static void guarded(SessionGroup group, Consumer<Session> action) {
        group.forEach(session -> {
            try {
                action.accept(session);
            } catch (RuntimeException | Error bug) {
                session.failed(bug);
            }
        });
    }

    private static final class Sum implements LongConsumer {
        private long bytes;
        private long count;

        @Override
        public void accept(long held) {
            if (held > 0) {
                bytes += held;
                count++;
            }
        }
    }
}
