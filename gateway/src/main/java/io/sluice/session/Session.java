package io.sluice.session;

import static io.sluice.session.SessionState.AWAITING_CONNACK;
import static io.sluice.session.SessionState.CLOSED;
import static io.sluice.session.SessionState.CLOSING;
import static io.sluice.session.SessionState.DIALING;
import static io.sluice.session.SessionState.OPEN;
import static io.sluice.session.SessionState.OPENING;

import io.sluice.mqtt.ConnackResult;
import io.sluice.mqtt.Connect;
import io.sluice.telemetry.SessionReport;
import io.sluice.telemetry.Traffic;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One client's time in the gateway: joins its WebSocket to a broker's connection and decides when and how that ends.
 *
 * <pre>
 *            CONNECT whole                 connected                 CONNACK accepted
 * OPENING ----------------------> DIALING ------------> AWAITING_CONNACK -------------> OPEN
 *    |                               |  ^                      |  |                       |
 *    |                               |  +--- closed, silent ---+  |                       |
 *    +----------------+--------------+-----------+----------------+-----------+-----------+
 *                     v     any CloseCause, once |                            v
 *                  CLOSING  -- both sides closed, at the latest by abort after the close timeout -->  CLOSED
 * </pre>
 *
 * <p>The session does no I/O. It is told events and calls its two {@link Peer}s and its {@link Dial}; time comes from the
 * {@link TimerWheel}. Buffers in events are the caller's and valid for the call; their position is at their limit
 * afterwards. An event that the state lacks is a bug: it ends the session with {@link CloseCause#INTERNAL}.
 *
 * <p>Only the first packet of each side is held. CONNECT stays held until the broker's first byte, so that it can be sent to
 * another broker when the first one closes without a word; what the client sends behind it is held as well, and dropped
 * when the broker refuses ([MQTT-3.1.4-5] in 3.1.1, [MQTT-3.1.4-6] in 5.0).
 *
 * <p>Towards the broker a session ends by half-close alone: a DISCONNECT in the client's name would forestall the Will
 * ([MQTT-3.14.4-3]).
 *
 * <p>Confined to its session's I/O thread.
 */
public final class Session extends TimerWheel.Timer {
    private static final int CONNECT = 1;

    @Nullable
    Session previousInGroup;

    @Nullable
    Session nextInGroup;

    /** Its number in the group. */
    long serial;

    private final SessionGroup group;
    private final SessionPolicy policy;
    private final SessionObserver observer;
    private final ClientInfo info;
    private final Predicate<String> welcome;
    private final Sides sides;
    private final Opening opening;
    private final Answer answer;
    private final Patience patience;
    private final ToUpstream toUpstream;
    private final ToClient toClient;
    private final Ending ending;
    private final long startedAt;

    private SessionState state = OPENING;
    private @Nullable Dial dial;
    private @Nullable Reached reached;
    /** What would have ended the session if it were enforced; mostly never made. */
    private @Nullable Set<CloseCause> spared;

    /**
     * Starts in OPENING; the connect-packet deadline runs.
     *
     * @param pingAfter nanoseconds without a byte either way after which the client is pinged; 0 is off
     * @param welcome is asked once, for the client id of a whole CONNECT; false: it is banned
     */
    public Session(
            SessionGroup group,
            SessionPolicy policy,
            SessionObserver observer,
            ClientInfo info,
            Peer client,
            long pingAfter,
            Predicate<String> welcome) {
        this.group = group;
        this.policy = policy;
        this.observer = observer;
        this.info = info;
        this.welcome = welcome;
        sides = new Sides(client);
        opening = new Opening(policy, group.budget());
        answer = new Answer(group.budget());
        patience = new Patience(policy, pingAfter);
        toUpstream = new ToUpstream(this, sides, patience, policy, group.traffic(), group.budget());
        toClient = new ToClient(this, sides, patience, group.traffic());
        ending = new Ending(this, sides, opening, toClient);
        startedAt = now();
        group.add(this);
        deadlineIn(policy.connectPacketTimeout());
    }

    /** Who the client is. Readable from any thread. */
    public ClientInfo info() {
        return info;
    }

    /** As the client sent it; null until CONNECT is whole. */
    public @Nullable String clientId() {
        Connect connect = opening.connect();
        return connect == null ? null : connect.clientId();
    }

    /** As the client sent it; null where it sent none, and until CONNECT is whole. */
    public @Nullable String userName() {
        Connect connect = opening.connect();
        return connect == null ? null : connect.userName();
    }

    /** The broker, null until one is reached. */
    public @Nullable Reached reached() {
        return reached;
    }

    /** What tells this session from all others. */
    public String id() {
        return group.idOf(this);
    }

    /** What is known of it now. */
    public SessionReport report() {
        return account().report(id(), state, reached, now());
    }

    // Events of the client's side

    /** MQTT bytes from the client, frame boundaries forgotten. */
    public void clientBytes(ByteBuffer run) {
        if (!run.hasRemaining()) {
            return;
        }
        toUpstream.count(run.remaining());
        switch (state) {
            case OPENING -> opening(run);
            case DIALING -> hold(run);
            case AWAITING_CONNACK, OPEN -> {
                if (toUpstream.flows()) {
                    toUpstream.take(run);
                } else {
                    hold(run);
                }
            }
            case CLOSING, CLOSED -> {
                run.position(run.limit());
                legal(!sides.clientDone(), "clientBytes");
            }
        }
    }

    /** All that was sent to the client has been accepted. */
    public void clientWritable() {
        toClient.writable();
        if (legal(!sides.clientDone(), "clientWritable")
                && (state == OPEN || state == AWAITING_CONNACK || ending.waiting())) {
            sides.broker().resumeReads();
        }
    }

    /** Some of the bytes that wait for the client have been accepted. */
    public void clientProgress() {
        patience.progress(now());
        legal(!sides.clientDone(), "clientProgress");
    }

    /** The client has shown that it is there, by what is no MQTT. */
    public void clientAlive() {
        if (legal(!sides.clientDone(), "clientAlive") && state == OPEN) {
            patience.alive(now());
        }
    }

    /** The bytes that have come from the client end within a TLS record; with false, no more. Told when it changes. */
    public void clientMidRecord(boolean cut) {
        patience.midRecord(cut, now());
        if (cut && state == OPEN) {
            arm();
        }
    }

    /** The client's WebSocket Close came: it sends nothing more. */
    public void clientFinished() {
        if (legal(!sides.clientDone(), "clientFinished")) {
            clientGone(CloseCause.CLIENT_CLOSE);
        }
    }

    /** The client is lost, or broke the rules of RFC 6455. */
    public void clientFailed(CloseCause why) {
        if (legal(!sides.clientDone(), "clientFailed")) {
            if (why == CloseCause.CLIENT_LOST) {
                clientGone(why);
            } else {
                ending.withoutGoodbye();
                end(why);
            }
        }
    }

    /** The client's connection is closed; the last event of its side. */
    public void clientClosed() {
        if (legal(!sides.clientDone(), "clientClosed")) {
            sides.clientClosed();
            clientGone(CloseCause.CLIENT_LOST);
            closedWhenDone();
        }
    }

    // Events of the broker's side

    /** The dial found a broker. */
    public void upstreamConnected(Peer connection, Reached found) {
        if (!legal(state == DIALING, "upstreamConnected")) {
            connection.abort();
            return;
        }
        sides.connected(connection);
        releaseClientId();
        reached = found;
        become(AWAITING_CONNACK);
        policy.clientIds().claim(found.cluster(), opening.packet().clientId(), this);
        if (connection.send(opening.connectBytes())) {
            patience.unblockBroker();
        } else {
            patience.blockBroker(now());
        }
    }

    /**
     * The dial found none.
     *
     * @param why {@link CloseCause#NO_BROKER}, {@link CloseCause#QUEUE_FULL} or {@link CloseCause#NO_DESCRIPTOR}
     */
    public void upstreamRefused(CloseCause why) {
        if (legal(state == DIALING, "upstreamRefused")) {
            dial = null;
            endUnanswered(why);
        }
    }

    /** MQTT bytes from the broker. */
    public void upstreamBytes(ByteBuffer run) {
        switch (state) {
            case AWAITING_CONNACK -> awaiting(run);
            case OPEN -> toClient.take(run);
            case OPENING, DIALING, CLOSING, CLOSED -> {
                if (legal(!sides.brokerDone(), "upstreamBytes")) {
                    ending.pass(run);
                }
                run.position(run.limit());
            }
        }
    }

    /** All that was sent to the broker has been accepted. */
    public void upstreamWritable() {
        toUpstream.writable();
        legal(!sides.brokerDone(), "upstreamWritable");
        if (state == OPEN || (state == AWAITING_CONNACK && toUpstream.flows())) {
            toUpstream.resumeUnlessThrottled();
        }
    }

    /** Some of the bytes that wait for the broker have been accepted. */
    public void upstreamProgress() {
        patience.brokerProgress(now());
        legal(!sides.brokerDone(), "upstreamProgress");
    }

    /** The broker's stream ended, or its connection failed. */
    public void upstreamFinished() {
        if (!legal(!sides.brokerDone(), "upstreamFinished")) {
            return;
        }
        ending.withoutGoodbye();
        if (state == AWAITING_CONNACK && !answer.begun()) {
            sides.broker().abort();
        } else {
            if (state == AWAITING_CONNACK) {
                passRefusal();
            }
            endUnlessDisconnected(brokerGone());
        }
    }

    /** The broker's connection is closed; the last event of that connection. */
    public void upstreamClosed() {
        if (!legal(!sides.brokerDone(), "upstreamClosed")) {
            return;
        }
        sides.brokerClosed();
        ending.withoutGoodbye();
        if (state == AWAITING_CONNACK && !answer.begun()) {
            answer.silence();
            if (dial().next()) {
                become(DIALING);
                return;
            }
            passRefusal();
        }
        endUnlessDisconnected(brokerGone());
        closedWhenDone();
    }

    // Events of the gateway

    /** The gateway stops. */
    public void stop() {
        end(CloseCause.SHUTDOWN);
    }

    /**
     * The gateway drains.
     *
     * @param reference another server for the client (MQTT 5.0 4.13), null where there is none
     */
    public void drain(@Nullable String reference) {
        ending.refer(reference);
        end(reference == null ? CloseCause.DRAIN : CloseCause.DRAIN_MOVED);
    }

    /** The operator ends this session. */
    public void kick() {
        end(CloseCause.KICKED);
    }

    /** The client's address or client id is banned. */
    public void ban() {
        end(CloseCause.BANNED);
    }

    /** The gateway is short of memory, and this session has to go. */
    public void shed() {
        end(CloseCause.MEMORY_SHED);
    }

    /** The same, at once: what waits for a side that does not take it is what memory is short of. */
    public void shedNow() {
        end(CloseCause.MEMORY_SHED);
        if (state == CLOSING) {
            ending.abort();
        }
    }

    /** The client has not sent CONNECT. */
    public boolean opening() {
        return state == OPENING;
    }

    /** Bytes that are held for the client before its bytes stream. */
    public int heldBytes() {
        return opening.heldBytes();
    }

    /** Room on the heap, of the budget, that is held for the client: before its bytes stream, and while they wait for its rates. */
    public int budgetBytes() {
        return opening.heldRoom() + toUpstream.heldRoom();
    }

    /** Room outside the heap that its connections keep: for a side that does not take it, and for TLS records not yet whole. */
    public int directBytes() {
        return sides.heldBytes();
    }

    /** The gateway is short of memory: a client whose bytes are held before its CONNACK is not read, until {@link #letGo}. */
    public void holdBack() {
        if (heldBytes() > 0 && (state == OPENING || state == DIALING || state == AWAITING_CONNACK)) {
            toUpstream.pause();
        }
    }

    /** There is memory again. */
    public void letGo() {
        if (heldBytes() > 0 && !opening.full() && (state == OPENING || state == DIALING || state == AWAITING_CONNACK)) {
            toUpstream.resume();
        }
    }

    /** A bug: an event of this session threw. */
    public void failed(Throwable bug) {
        observer.bug("session in " + state, bug);
        if (state == CLOSING) {
            ending.abort();
        } else {
            end(CloseCause.INTERNAL);
        }
    }

    @Override
    protected void expired() {
        try {
            switch (state) {
                case OPENING -> end(CloseCause.CONNECT_TIMEOUT);
                case DIALING -> endUnanswered(CloseCause.NO_BROKER);
                case AWAITING_CONNACK -> {
                    passRefusal();
                    endUnlessDisconnected(CloseCause.CONNACK_TIMEOUT);
                }
                case OPEN -> openExpired();
                case CLOSING -> {
                    if (ending.waiting()) {
                        ending.withoutGoodbye();
                    } else {
                        ending.abort();
                    }
                }
                case CLOSED -> legal(false, "deadline");
            }
        } catch (RuntimeException | Error bug) {
            failed(bug);
        }
    }

    // Opening

    private void opening(ByteBuffer run) {
        CloseCause refusal = opening.read(run);
        Connect connect = opening.connect();
        boolean banned = connect != null && !welcome.test(connect.clientId());
        if (opening.versionNotAllowed()) {
            over(Traffic.Rule.VERSION, CloseCause.VERSION_REFUSED);
        }
        if (refusal != null) {
            end(refusal);
        } else if (banned) {
            end(CloseCause.BANNED);
        } else if (connect != null) {
            group.traffic().toUpstream().packets()[CONNECT]++;
            become(DIALING);
            deadlineIn(policy.connackTimeout());
            pauseFullClient();
            dial = policy.dialer().dial(this, connect);
        } else {
            shedWhen(group.budget().reserved());
        }
    }

    private void hold(ByteBuffer run) {
        opening.hold(run);
        pauseFullClient();
        shedWhen(group.budget().exhausted());
    }

    private void pauseFullClient() {
        if (opening.full()) {
            toUpstream.pause();
        }
    }

    // The broker's answer

    private void awaiting(ByteBuffer run) {
        ByteBuffer all = answer.gather(run);
        while (all.hasRemaining() && state == AWAITING_CONNACK) {
            ConnackResult result = answer.next(all, opening.level(), policy.maxPacketBeforeConnack());
            if (result instanceof ConnackResult.Connack connack) {
                answered(connack, all);
            } else if (result instanceof ConnackResult.Auth auth) {
                authenticating(auth, all);
            } else if (result != null) {
                end(
                        result == ConnackResult.Invalid.OTHER_PACKET
                                ? CloseCause.NOT_CONNACK
                                : CloseCause.BROKER_MALFORMED);
            }
        }
        run.position(run.limit());
    }

    private void authenticating(ConnackResult.Auth auth, ByteBuffer all) {
        if (!ending.disconnected()) {
            deadlineIn(policy.connackTimeout());
        }
        toClient.packet(take(all, auth.length()));
        flow();
    }

    private void answered(ConnackResult.Connack connack, ByteBuffer all) {
        group.traffic().connack(connack.code());
        if (connack.code() != 0) {
            ByteBuffer refusal = take(all, connack.length());
            if (!toUpstream.flows() && dial().retries(connack.code())) {
                answer.putOff(refusal);
                all.position(all.limit());
                sides.broker().abort();
            } else {
                toClient.packet(refusal);
                end(CloseCause.BROKER_REFUSED);
            }
            return;
        }
        int keepAliveSeconds = connack.serverKeepAliveSeconds() >= 0
                ? connack.serverKeepAliveSeconds()
                : opening.packet().keepAliveSeconds();
        patience.begin(keepAliveSeconds, SessionGroup.luckOf(this), now());
        toUpstream.limit(keepAliveSeconds, now());
        become(OPEN);
        dial().accepted();
        dial = null;
        toClient.flow(opening.level());
        toClient.forward(all);
        if (state == OPEN) {
            flow();
        }
        if (state == OPEN) {
            arm();
        }
    }

    /** No broker is left to ask. */
    private void endUnanswered(CloseCause why) {
        passRefusal();
        end(answer.wasSilent() ? CloseCause.BROKER_SILENT : why);
    }

    /** What one broker has said is passed on when no other says anything else; none once another's AUTH was passed on. */
    private void passRefusal() {
        ByteBuffer refusal = answer.refusal();
        if (refusal != null && !toUpstream.flows()) {
            toClient.packet(refusal);
            end(CloseCause.BROKER_REFUSED);
        }
    }

    /** The broker has answered: CONNECT is settled, and the client's bytes stream if they do not yet. */
    private void flow() {
        if (!toUpstream.flows()) {
            toUpstream.flow(opening.level(), opening.release());
        }
    }

    // For the parts of the session

    long now() {
        return group.wheel().now();
    }

    boolean open() {
        return state == OPEN;
    }

    boolean closing() {
        return state == CLOSING || state == CLOSED;
    }

    void deadlineIn(long nanos) {
        group.wheel().schedule(this, now() + nanos);
    }

    /** From here on both sides have the close time-out to be done. */
    void closeInTime() {
        deadlineIn(policy.closeTimeout());
    }

    /** Sets the timer to the nearest deadline of OPEN. */
    void arm() {
        if (ending.disconnected()) {
            return;
        }
        long now = now();
        long left = Math.min(patience.left(now), toUpstream.left(now));
        if (left == Patience.ENDLESS) {
            group.wheel().cancel(this);
        } else {
            deadlineIn(left);
        }
    }

    /** The client has said DISCONNECT: either side closes now, else the gateway does. */
    void linger() {
        if (ending.disconnect()) {
            closeInTime();
        }
    }

    /** The first cause ends the session; later ones change nothing. */
    void end(CloseCause why) {
        if (closing()) {
            return;
        }
        SessionState before = state;
        if (why.closedBy() == CloseCause.By.GATEWAY
                && why.severity() == CloseCause.Severity.ORDINARY
                && before == OPEN) {
            toUpstream.passHeld();
        }
        opening.drop();
        answer.drop();
        toUpstream.drop();
        become(CLOSING);
        closeInTime(); // first, so that whatever fails below, there is an end
        if (before == DIALING && dial != null) {
            dial.cancel();
        }
        ending.begin(why, before);
    }

    /** What the session holds, it holds beyond the budget of all. */
    void shedWhen(boolean tooMuch) {
        if (tooMuch && !closing()) {
            shed();
        }
    }

    /** A limit is reached that ends the session, or would if it were enforced. */
    void over(Traffic.Rule rule, CloseCause why) {
        boolean report = policy.report();
        group.traffic().reached(rule, report);
        if (!report) {
            end(why);
        } else if (isFirst(why)) {
            observer.spared(report(), why);
        }
    }

    void closedWhenDone() {
        if (state == CLOSING && !ending.waiting() && sides.done()) {
            become(CLOSED);
            group.wheel().cancel(this);
            group.remove(this);
            releaseClientId();
            observer.ended(account().end(report(), ending));
        }
    }

    private Account account() {
        return new Account(info, policy.route(), opening, answer, toUpstream, toClient, startedAt);
    }

    private void openExpired() {
        CloseCause exhausted = ending.disconnected() ? CloseCause.CLIENT_DISCONNECT : patience.exhausted(now());
        if (exhausted == null) {
            exhausted = toUpstream.expired();
        }
        if (exhausted == CloseCause.LIFETIME_OVER) {
            patience.immortal();
            over(Traffic.Rule.LIFETIME, exhausted);
        } else if (exhausted != null) {
            end(exhausted);
        } else {
            seeWhetherClientIsThere();
        }
        if (state == OPEN) {
            arm();
        }
    }

    private boolean isFirst(CloseCause why) {
        if (spared == null) {
            spared = EnumSet.noneOf(CloseCause.class);
        }
        return spared.add(why);
    }

    private void seeWhetherClientIsThere() {
        if (patience.probeDue(now())) {
            sides.client().probe();
        }
        if (patience.pingDue(now())) {
            sides.client().ping();
        }
    }

    private void releaseClientId() {
        if (reached != null) {
            policy.clientIds().release(reached.cluster(), opening.packet().clientId(), this);
        }
    }

    private CloseCause brokerGone() {
        Reached at = reached;
        if (state != OPEN || at == null) {
            return CloseCause.BROKER_SILENT;
        }
        boolean taken =
                policy.clientIds().takenFrom(at.cluster(), opening.packet().clientId(), this);
        return taken ? CloseCause.TAKEN_OVER : CloseCause.BROKER_LOST;
    }

    /** The client sends no more; what it has sent before, its DISCONNECT too, is not lost to its rates. */
    private void clientGone(CloseCause why) {
        ending.withoutGoodbye();
        if (state == OPEN) {
            toUpstream.passBurst();
        }
        endUnlessDisconnected(why);
    }

    private void endUnlessDisconnected(CloseCause why) {
        end(ending.disconnected() ? CloseCause.CLIENT_DISCONNECT : why);
    }

    private Dial dial() {
        if (dial == null) {
            throw new IllegalStateException("there is no dial in " + state);
        }
        return dial;
    }

    private void become(SessionState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException(state + " to " + next);
        }
        state = next;
    }

    /** The one path of an event that the state lacks. It does not disturb an end that is under way. */
    private boolean legal(boolean expected, String event) {
        if (!expected) {
            observer.bug("session in " + state, new IllegalStateException(event + " in " + state));
            end(CloseCause.INTERNAL);
        }
        return expected;
    }

    private static ByteBuffer take(ByteBuffer all, int length) {
        ByteBuffer packet = all.duplicate().limit(all.position() + length);
        all.position(all.position() + length);
        return packet;
    }
}
