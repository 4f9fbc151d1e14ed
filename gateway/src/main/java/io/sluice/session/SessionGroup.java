package io.sluice.session;

import io.sluice.limit.HoldBudget;
import io.sluice.telemetry.Traffic;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one I/O thread, the wheel that holds their deadlines, and the count of what passes.
 *
 * <p>Confined to its I/O thread, but for {@link #size}.
 */
public final class SessionGroup {
    private final TimerWheel wheel;
    private final Traffic traffic = new Traffic();
    private final HoldBudget budget;
    /** Two groups, of one gateway or of two, hardly ever have the same. */
    private final String mark =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());

    private @Nullable Session first;
    private long started;
    private volatile int size;

    /** Without a bound to what is held. */
    public SessionGroup(TimerWheel.Clock clock) {
        this(clock, new HoldBudget(Long.MAX_VALUE));
    }

    /** @param budget of what is held for clients, one for all groups */
    public SessionGroup(TimerWheel.Clock clock, HoldBudget budget) {
        wheel = new TimerWheel(clock);
        this.budget = budget;
    }

    HoldBudget budget() {
        return budget;
    }

    public TimerWheel wheel() {
        return wheel;
    }

    public Traffic traffic() {
        return traffic;
    }

    /** What tells a session from all others. */
    String idOf(Session session) {
        return mark + '-' + Long.toHexString(session.serial);
    }

    /** From 0 to 1, evenly spread over the sessions of any time (the golden ratio's multiples are). */
    static double luckOf(Session session) {
        double multiple = session.serial * 0.6180339887498949;
        return multiple - Math.floor(multiple);
    }

    /** Sessions that are not yet closed; readable from any thread. */
    public int size() {
        return size;
    }

    /** Visits every session, the newest first; the visitor may end the one it is given. */
    public void forEach(Consumer<Session> visitor) {
        for (Session session = first; session != null; ) {
            Session following = session.nextInGroup;
            visitor.accept(session);
            session = following;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the I/O thread
    void add(Session session) {
        session.serial = ++started;
        session.nextInGroup = first;
        if (first != null) {
            first.previousInGroup = session;
        }
        first = session;
        size++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the I/O thread
    void remove(Session session) {
        Session before = session.previousInGroup;
        Session after = session.nextInGroup;
        if (before == null) {
            first = after;
        } else {
            before.nextInGroup = after;
        }
        if (after != null) {
            after.previousInGroup = before;
        }
        session.previousInGroup = null;
        session.nextInGroup = null;
        size--;
    }
}
