package io.sluice.session;

import io.sluice.limit.HoldBudget;
import io.sluice.mqtt.PacketScanner;
import io.sluice.mqtt.Violation;
import io.sluice.telemetry.Traffic;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The stream from a client to its broker: scanned, kept within the rates, and held back while the broker does not take it.
 *
 * <p>It flows from the broker's first answer on; until then what the client sends is with {@link Opening}. The rates count from
 * CONNACK on.
 *
 * <p>Confined to its session's I/O thread.
 */
final class ToUpstream {
    private final Session session;
    private final Sides sides;
    private final Patience patience;
    private final SessionPolicy policy;
    private final Traffic traffic;
    private final HoldBudget budget;

    private @Nullable PacketScanner scanner;
    /** Null before CONNACK, and where the policy has no rates. */
    private @Nullable Throttle throttle;
    /** When the sampled run under way was read, its last bit set; 0 without one. */
    private long sampledAt;

    private long bytes;

    ToUpstream(
            Session session, Sides sides, Patience patience, SessionPolicy policy, Traffic traffic, HoldBudget budget) {
        this.session = session;
        this.budget = budget;
        this.sides = sides;
        this.patience = patience;
        this.policy = policy;
        this.traffic = traffic;
    }

    /** Counts bytes that have come, whatever becomes of them. */
    void count(int arrived) {
        bytes += arrived;
        traffic.toUpstream().bytes(arrived);
    }

    /** CONNACK has passed: from here on the rates hold. */
    void limit(int keepAliveSeconds, long now) {
        throttle = Throttle.of(policy.rates(), keepAliveSeconds, now, traffic);
    }

    /** Whether bytes stream; else they are to be held. */
    boolean flows() {
        return scanner != null;
    }

    /** From here on the client's bytes stream; CONNECT is settled and will not be sent to another broker. */
    void flow(int level, ByteBuffer behindConnect) {
        scanner = PacketScanner.ofClient(
                level, policy.maxPacket(), policy.report(), traffic.toUpstream().packets());
        if (behindConnect.hasRemaining()) {
            forward(behindConnect);
        }
        if (patience.brokerBlocked()) {
            pause();
        } else if (!session.closing()) {
            resumeUnlessThrottled();
        }
    }

    /** Takes a run from the client. */
    void take(ByteBuffer run) {
        long now = session.now();
        patience.heard(now);
        if (traffic.sampled()) {
            sampledAt = now | 1;
        }
        forward(run);
        settle();
    }

    /** The broker has taken all that waited for it. */
    void writable() {
        patience.unblockBroker();
        settle();
    }

    /** The client is read again, unless its rates forbid. */
    void resumeUnlessThrottled() {
        Throttle rates = throttle;
        if (rates == null || !rates.holding()) {
            resume();
        } else {
            releaseIfDue(rates);
            if (session.open()) {
                session.arm();
            }
        }
    }

    /** The client is not read: the keep-alive clock stands still. */
    void pause() {
        if (patience.pause(session.now())) {
            sides.client().pauseReads();
        }
    }

    /** Nanoseconds to the end of a wait for the rates; {@link Throttle#NEVER}. */
    long left(long now) {
        return throttle == null || patience.brokerBlocked() ? Throttle.NEVER : throttle.left(now);
    }

    /** A deadline of the rates may have passed; returns why the session ends, null when it goes on. */
    @Nullable
    CloseCause expired() {
        Throttle rates = throttle;
        if (rates == null) {
            return null;
        }
        if (rates.exhausted(session.now())) {
            return CloseCause.RATE_EXCEEDED;
        }
        releaseIfDue(rates);
        return null;
    }

    /** What a client has sent in time is not lost to its rates when the gateway goes. */
    void passHeld() {
        Throttle rates = throttle;
        if (rates != null && rates.holding()) {
            scanner().allow(Long.MAX_VALUE, Long.MAX_VALUE);
            passHeld(rates, rates.rest());
        }
    }

    /** A client that goes may go with one more burst of each rate: to leave and come again must be no way around them. */
    void passBurst() {
        Throttle rates = throttle;
        if (rates != null && rates.holding()) {
            passHeld(rates, rates.allowBurst(rates.rest(), scanner()));
        }
    }

    private void passHeld(Throttle rates, ByteBuffer rest) {
        PacketScanner packets = scanner();
        int passing = packets.scan(rest);
        rates.released(rates.heldBytes(), session.now());
        if (passing > 0) {
            sides.broker().send(rest.limit(rest.position() + passing));
        }
        if (packets.disconnected()) {
            session.linger();
        }
    }

    /** What waits for the rates is given up; idempotent. */
    void drop() {
        if (throttle != null) {
            throttle.drop();
        }
    }

    /** What of the budget waits for the rates. */
    int heldRoom() {
        return throttle == null ? 0 : throttle.heldRoom();
    }

    long bytes() {
        return bytes;
    }

    /** Packets behind CONNECT. */
    long packets() {
        return scanner == null ? 0 : scanner.packets();
    }

    /** Nanoseconds in which bytes waited for the rates. */
    long throttled(long now) {
        return throttle == null ? 0 : throttle.waited(now);
    }

    /** How often a rate was reached. */
    long ratesReached() {
        return throttle == null ? 0 : throttle.reached();
    }

    private void forward(ByteBuffer run) {
        Throttle rates = throttle;
        PacketScanner packets = scanner();
        if (rates == null) {
            pass(run, packets.scan(run));
            return;
        }
        long now = session.now();
        if (rates.holding()) {
            rates.hold(run, budget, now); // one run may have been under way when reads were paused
            return;
        }
        int passing = rates.admit(run, packets, now);
        int cutAt = run.position() + passing;
        pass(run, passing);
        if (rates.cut() && session.open()) {
            rates.hold(run.position(cutAt), budget, now);
            pause();
            session.arm();
            session.shedWhen(budget.exhausted());
        }
    }

    private void releaseIfDue(Throttle rates) {
        if (rates.isDue(session.now())) {
            release(rates);
        }
    }

    /** The wait is over: what is held goes on as far as the rates allow. */
    private void release(Throttle rates) {
        if (patience.brokerBlocked()) {
            return; // goes on when the broker takes bytes again
        }
        ByteBuffer rest = rates.rest();
        long now = session.now();
        int passing = rates.admit(rest, scanner(), now);
        rates.released(passing, now);
        pass(rest, passing);
        if (session.open() && !rates.holding() && !patience.brokerBlocked()) {
            resume();
        }
    }

    /** Sends the first bytes of a run, which are scanned, and drops the others. */
    private void pass(ByteBuffer run, int passing) {
        int limit = run.limit();
        run.limit(run.position() + passing);
        if (run.hasRemaining() && !sides.broker().send(run)) {
            patience.blockBroker(session.now());
            pause();
            if (session.open()) {
                session.arm();
            }
        }
        run.limit(limit).position(limit);
        Violation violation = scanner().violation();
        if (scanner().takeTooLarge()) {
            session.over(Traffic.Rule.PACKET_SIZE, CloseCause.PACKET_TOO_LARGE);
        } else if (violation != null) {
            session.end(violation == Violation.MALFORMED ? CloseCause.PACKET_MALFORMED : CloseCause.PROTOCOL_ERROR);
        } else if (scanner().disconnected()) {
            session.linger();
        }
    }

    /** The client is read again. */
    void resume() {
        if (patience.resume(session.now())) {
            sides.client().resumeReads();
        }
    }

    /** A sampled run is timed when its last byte has been taken; what waited for its rates is not the gateway's time. */
    private void settle() {
        if (sampledAt != 0 && !patience.brokerBlocked()) {
            if (throttle == null || !throttle.holding()) {
                traffic.toUpstream().latency().took(session.now() - sampledAt);
            }
            sampledAt = 0;
        }
    }

    private PacketScanner scanner() {
        if (scanner == null) {
            throw new IllegalStateException("nothing may stream to the broker yet");
        }
        return scanner;
    }
}
