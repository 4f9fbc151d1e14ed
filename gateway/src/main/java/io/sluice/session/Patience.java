package io.sluice.session;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a client in OPEN may be silent, how long a TLS record that it has begun may take, how long either side may take
 * nothing of what waits for it, how long the session may last, and when it is time to see whether the client is still there.
 *
 * <p>Bytes stamp a field and no more; the session's timer asks when it fires. Times are the wheel's, in nanoseconds, compared by
 * subtraction.
 *
 * <p>Confined to its session's I/O thread.
 */
final class Patience {
    /** No deadline. */
    static final long ENDLESS = Long.MAX_VALUE;

    /** How often a client that is not read because of its broker is probed for a reset. */
    private static final long PROBE_EVERY = TimeUnit.SECONDS.toNanos(2);

    /** A lifetime is shortened by up to a tenth, so that those who came together do not go together. */
    private static final double LIFETIME_JITTER = 0.1;

    private final SessionPolicy policy;
    /** Nanoseconds without a byte either way until a ping, and from it to the end; 0 is off. */
    private final long pingAfter;

    private int keepAliveSeconds;
    /** The end of the lifetime, its last bit set; 0 without one. */
    private long endsAt;

    private long movedAt;
    private boolean pinged;
    private long heardAt;
    private boolean paused;
    private boolean blocked;
    private boolean brokerBlocked;
    /** A part of a TLS record of the client waits for its rest, since {@code cutAt} or since the last byte of MQTT. */
    private boolean midRecord;

    private @Nullable Delays delays;

    /** Since when there is what most sessions never have: of meaning while the flag of the same name is set. */
    private static final class Delays {
        long pausedAt;
        long probedAt;
        long blockedAt;
        long brokerBlockedAt;
        long cutAt;
    }

    Patience(SessionPolicy policy, long pingAfter) {
        this.policy = policy;
        this.pingAfter = pingAfter;
    }

    /**
     * CONNACK has passed: the keep alive begins; 0 is none.
     *
     * @param luck from 0 to 1, of this session
     */
    void begin(int keepAliveSeconds, double luck, long now) {
        this.keepAliveSeconds = keepAliveSeconds;
        movedAt = now;
        long lifetime = (long) (policy.maxLifetime() * (1 - LIFETIME_JITTER * luck));
        endsAt = lifetime == 0 ? 0 : (now + lifetime) | 1;
        heardAt = now;
        if (paused) {
            since().pausedAt = now;
        }
    }

    /** A byte of MQTT came from the client. */
    void heard(long now) {
        heardAt = now;
        movedAt = now;
        pinged = false;
    }

    /** A sign of life that is no MQTT came from the client. */
    void alive(long now) {
        movedAt = now;
        pinged = false;
    }

    /** What the client has sent ends within a TLS record, or, with false, no more. */
    void midRecord(boolean cut, long now) {
        midRecord = cut;
        if (cut) {
            since().cutAt = now;
        }
    }

    /** Whether {@link #moved} is of use. */
    boolean pings() {
        return pingAfter > 0;
    }

    /** Bytes went to the client. */
    void moved(long now) {
        if (!pinged) {
            movedAt = now;
        }
    }

    /** The lifetime is not enforced. */
    void immortal() {
        endsAt = 0;
    }

    /** A ping is due, and counts as sent. */
    boolean pingDue(long now) {
        if (pinged || pingLeft(now) > 0) {
            return false;
        }
        pinged = true;
        movedAt = now;
        return true;
    }

    /** A probe is due, and counts as sent. */
    boolean probeDue(long now) {
        if (probeLeft(now) > 0) {
            return false;
        }
        since().probedAt = now;
        return true;
    }

    /** The client is not read: the keep-alive clock stands still. Returns false when it stood already. */
    boolean pause(long now) {
        if (paused) {
            return false;
        }
        paused = true;
        since().pausedAt = now;
        since().probedAt = now;
        return true;
    }

    /** The client is read again. Returns false when it was never paused. */
    boolean resume(long now) {
        if (!paused) {
            return false;
        }
        paused = false;
        heardAt += now - since().pausedAt;
        movedAt += now - since().pausedAt;
        return true;
    }

    /** Bytes wait for the client. Returns false when some did already. */
    boolean block(long now) {
        if (blocked) {
            return false;
        }
        blocked = true;
        since().blockedAt = now;
        return true;
    }

    /** The client has taken some of the bytes that wait. */
    void progress(long now) {
        since().blockedAt = now;
    }

    /** The client has taken all. */
    void unblock(long now) {
        if (blocked) {
            blocked = false;
            alive(now);
        }
    }

    /** Bytes wait for the client. */
    boolean blocked() {
        return blocked;
    }

    /** Bytes wait for the broker. */
    void blockBroker(long now) {
        brokerBlocked = true;
        since().brokerBlockedAt = now;
    }

    /** The broker has taken some of the bytes that wait. */
    void brokerProgress(long now) {
        since().brokerBlockedAt = now;
    }

    /** The broker has taken all. */
    void unblockBroker() {
        brokerBlocked = false;
    }

    /** Bytes wait for the broker. */
    boolean brokerBlocked() {
        return brokerBlocked;
    }

    /** Nanoseconds to the nearest deadline, or {@link #ENDLESS}. */
    long left(long now) {
        long stalls = Math.min(stallLeft(now), Math.min(brokerStallLeft(now), recordLeft(now)));
        long ends = Math.min(keepAliveLeft(now), stalls);
        return Math.min(Math.min(ends, lifeLeft(now)), Math.min(pingLeft(now), probeLeft(now)));
    }

    /** The deadline that has passed; null while there is none. */
    @Nullable
    CloseCause exhausted(long now) {
        if (stallLeft(now) <= 0) {
            return CloseCause.WRITE_STALLED;
        }
        if (brokerStallLeft(now) <= 0) {
            return CloseCause.BROKER_STALLED;
        }
        if (keepAliveLeft(now) <= 0) {
            return CloseCause.KEEP_ALIVE_EXPIRED;
        }
        if (recordLeft(now) <= 0) {
            return CloseCause.RECORD_STALLED;
        }
        if (pinged && pingLeft(now) <= 0) {
            return CloseCause.PONG_OVERDUE;
        }
        return lifeLeft(now) <= 0 ? CloseCause.LIFETIME_OVER : null;
    }

    private long lifeLeft(long now) {
        return endsAt == 0 ? ENDLESS : endsAt - now;
    }

    /** While the client is not read its pong could not be seen, and while it does not read a ping would only wait. */
    private long pingLeft(long now) {
        return pingAfter == 0 || paused || blocked ? ENDLESS : pingAfter - (now - movedAt);
    }

    private long probeLeft(long now) {
        return paused && brokerBlocked && !blocked ? PROBE_EVERY - (now - since().probedAt) : ENDLESS;
    }

    private long keepAliveLeft(long now) {
        if (keepAliveSeconds == 0) {
            return ENDLESS;
        }
        long keepAlive = (long) (keepAliveSeconds * 1e9 * policy.keepAliveFactor()) + policy.keepAliveGrace();
        return keepAlive - (silentUntil(now) - heardAt);
    }

    /** A part of a record takes some 18 KB until the rest comes; a client with a long keep alive, or none, need never send it. */
    private long recordLeft(long now) {
        if (!midRecord || policy.writeStall() == 0) {
            return ENDLESS;
        }
        long silentUntil = silentUntil(now);
        return policy.writeStall() - Math.min(silentUntil - since().cutAt, silentUntil - heardAt);
    }

    private long silentUntil(long now) {
        return paused ? since().pausedAt : now;
    }

    private long stallLeft(long now) {
        return blocked && policy.writeStall() > 0 ? policy.writeStall() - (now - since().blockedAt) : ENDLESS;
    }

    /** A client that is not read because of its broker would else be there for ever, and dead or alive nobody could tell. */
    private long brokerStallLeft(long now) {
        return brokerBlocked && policy.writeStall() > 0
                ? policy.writeStall() - (now - since().brokerBlockedAt)
                : ENDLESS;
    }

    private Delays since() {
        if (delays == null) {
            delays = new Delays();
        }
        return delays;
    }
}
