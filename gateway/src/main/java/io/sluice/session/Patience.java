package io.sluice.session;

import org.jspecify.annotations.Nullable;

/**
 * How long a client in OPEN may be silent, and how long either side may take nothing of what waits for it.
 *
 * <p>Bytes stamp a field and no more; the session's timer asks when it fires. Times are the wheel's, in nanoseconds, compared by
 * subtraction.
 *
 * <p>Confined to its session's I/O thread.
 */
final class Patience {
    /** No deadline. */
    static final long ENDLESS = Long.MAX_VALUE;

    private final SessionPolicy policy;
    private long keepAlive;
    private long heardAt;
    private long pausedAt;
    private long blockedAt;
    private long brokerBlockedAt;
    private boolean paused;
    private boolean blocked;
    private boolean brokerBlocked;

    Patience(SessionPolicy policy) {
        this.policy = policy;
    }

    /** CONNACK has passed: the keep alive begins; 0 is none. */
    void begin(int keepAliveSeconds, long now) {
        keepAlive = keepAliveSeconds == 0
                ? 0
                : (long) (keepAliveSeconds * 1e9 * policy.keepAliveFactor()) + policy.keepAliveGrace();
        heardAt = now;
        pausedAt = now;
    }

    /** A byte of MQTT came from the client. */
    void heard(long now) {
        heardAt = now;
    }

    /** The client is not read: the keep-alive clock stands still. Returns false when it stood already. */
    boolean pause(long now) {
        if (paused) {
            return false;
        }
        paused = true;
        pausedAt = now;
        return true;
    }

    /** The client is read again. Returns false when it was never paused. */
    boolean resume(long now) {
        if (!paused) {
            return false;
        }
        paused = false;
        heardAt += now - pausedAt;
        return true;
    }

    /** Bytes wait for the client. Returns false when some did already. */
    boolean block(long now) {
        if (blocked) {
            return false;
        }
        blocked = true;
        blockedAt = now;
        return true;
    }

    /** The client has taken some of the bytes that wait. */
    void progress(long now) {
        blockedAt = now;
    }

    /** The client has taken all. */
    void unblock() {
        blocked = false;
    }

    /** Bytes wait for the client. */
    boolean blocked() {
        return blocked;
    }

    /** Bytes wait for the broker. */
    void blockBroker(long now) {
        brokerBlocked = true;
        brokerBlockedAt = now;
    }

    /** The broker has taken some of the bytes that wait. */
    void brokerProgress(long now) {
        brokerBlockedAt = now;
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
        return Math.min(keepAliveLeft(now), Math.min(stallLeft(now), brokerStallLeft(now)));
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
        return keepAliveLeft(now) <= 0 ? CloseCause.KEEP_ALIVE_EXPIRED : null;
    }

    private long keepAliveLeft(long now) {
        long silentUntil = paused ? pausedAt : now;
        return keepAlive == 0 ? ENDLESS : keepAlive - (silentUntil - heardAt);
    }

    private long stallLeft(long now) {
        return blocked && policy.writeStall() > 0 ? policy.writeStall() - (now - blockedAt) : ENDLESS;
    }

    /** A client that is not read because of its broker would else be there for ever, and dead or alive nobody could tell. */
    private long brokerStallLeft(long now) {
        return brokerBlocked && policy.writeStall() > 0 ? policy.writeStall() - (now - brokerBlockedAt) : ENDLESS;
    }
}
