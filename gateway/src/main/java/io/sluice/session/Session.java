package io.sluice.session;

import static io.sluice.session.SessionState.AWAITING_CONNACK;
import static io.sluice.session.SessionState.CLOSED;
import static io.sluice.session.SessionState.CLOSING;
import static io.sluice.session.SessionState.DIALING;
import static io.sluice.session.SessionState.OPEN;
import static io.sluice.session.SessionState.OPENING;

import io.sluice.mqtt.ConnackDecoder;
import io.sluice.mqtt.ConnackResult;
import io.sluice.mqtt.Connect;
import io.sluice.mqtt.PacketScanner;
import io.sluice.mqtt.Violation;
import io.sluice.telemetry.SessionEnd;
import io.sluice.telemetry.SessionReport;
import io.sluice.telemetry.Traffic;
import java.nio.ByteBuffer;
import java.util.Locale;
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
    @Nullable
    Session previousInGroup;

    @Nullable
    Session nextInGroup;

    /** Its number in the group. */
    long serial;

    private static final int NONE = -1;
    private static final int CONNECT = 1;
    private static final int CONNACK = 2;
    private static final int AUTH = 15;

    private final SessionGroup group;
    private final Traffic traffic;
    private final SessionPolicy policy;
    private final SessionObserver observer;
    private final ClientInfo info;
    private final Peer client;
    private final Predicate<String> welcome;
    private final Opening opening;
    private final Patience patience;
    private final long startedAt;

    private SessionState state = OPENING;
    private @Nullable CloseCause cause;
    private @Nullable Dial dial;
    private @Nullable Peer broker;
    private @Nullable Reached reached;
    private @Nullable HeldBytes answer;
    private @Nullable PacketScanner fromClient;
    private @Nullable PacketScanner fromBroker;
    /** Null before CONNACK, and where the policy has no rates. */
    private @Nullable Throttle throttle;
    /** Another server for the client, where it is told to go. */
    private @Nullable String serverReference;
    /** A goodbye packet that waits for the end of the broker's packet. */
    private @Nullable ByteBuffer goodbye;

    private boolean brokerSpoke;
    private boolean brokerWasSilent;
    private boolean clientDone;
    private boolean brokerDone = true;

    /** The client has said DISCONNECT. */
    private boolean lingering;

    private int connackCode = NONE;
    private int serverKeepAliveSeconds = NONE;
    /** Code of our own CONNACK or DISCONNECT. */
    private int goodbyeCode = NONE;

    /** When the sampled run under way was read, its last bit set; 0 without one. */
    private long toUpstreamSince;

    private long toClientSince;
    private long bytesIn;
    private long bytesOut;
    /** Packets to the client that the broker's scanner has not seen. */
    private long packetsOut;

    /**
     * Starts in OPENING; the connect-packet deadline runs.
     *
     * @param welcome is asked once, for the client id of a whole CONNECT; false: it is banned
     */
    public Session(
            SessionGroup group,
            SessionPolicy policy,
            SessionObserver observer,
            ClientInfo info,
            Peer client,
            Predicate<String> welcome) {
        this.welcome = welcome;
        this.group = group;
        traffic = group.traffic();
        this.policy = policy;
        this.observer = observer;
        this.info = info;
        this.client = client;
        opening = new Opening(policy);
        patience = new Patience(policy);
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

    // Events of the client's side

    /** MQTT bytes from the client, frame boundaries forgotten. */
    public void clientBytes(ByteBuffer run) {
        if (!run.hasRemaining()) {
            return;
        }
        bytesIn += run.remaining();
        traffic.toUpstream().bytes(run.remaining());
        switch (state) {
            case OPENING -> opening(run);
            case DIALING -> hold(run);
            case AWAITING_CONNACK -> {
                if (fromClient == null) {
                    hold(run);
                } else {
                    forward(run, fromClient);
                }
            }
            case OPEN -> {
                long now = now();
                patience.heard(now);
                if (traffic.sampled()) {
                    toUpstreamSince = now | 1;
                }
                forward(run, assigned(fromClient));
                settleToUpstream();
            }
            case CLOSING, CLOSED -> {
                run.position(run.limit());
                legal(!clientDone, "clientBytes");
            }
        }
    }

    /** All that was sent to the client has been accepted. */
    public void clientWritable() {
        patience.unblock();
        settleToClient();
        if (legal(!clientDone, "clientWritable")
                && broker != null
                && (state == OPEN || state == AWAITING_CONNACK || goodbye != null)) {
            broker.resumeReads();
        }
    }

    /** Some of the bytes that wait for the client have been accepted. */
    public void clientProgress() {
        patience.progress(now());
        legal(!clientDone, "clientProgress");
    }

    /** The client's WebSocket Close came: it sends nothing more. */
    public void clientFinished() {
        if (legal(!clientDone, "clientFinished")) {
            goodbyeIsLate();
            endUnlessDisconnected(CloseCause.CLIENT_CLOSE);
        }
    }

    /** The client is lost, or broke the rules of RFC 6455. */
    public void clientFailed(CloseCause why) {
        if (legal(!clientDone, "clientFailed")) {
            goodbyeIsLate();
            if (why == CloseCause.CLIENT_LOST) {
                endUnlessDisconnected(why);
            } else {
                end(why);
            }
        }
    }

    /** The client's connection is closed; the last event of its side. */
    public void clientClosed() {
        if (legal(!clientDone, "clientClosed")) {
            clientDone = true;
            goodbyeIsLate();
            endUnlessDisconnected(CloseCause.CLIENT_LOST);
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
        broker = connection;
        reached = found;
        brokerDone = false;
        become(AWAITING_CONNACK);
        policy.clientIds().claim(opening.packet().clientId(), this);
        if (connection.send(opening.connectBytes())) {
            patience.unblockBroker();
        } else {
            patience.blockBroker(now());
        }
    }

    /**
     * The dial found none.
     *
     * @param why {@link CloseCause#NO_BROKER} or {@link CloseCause#QUEUE_FULL}
     */
    public void upstreamRefused(CloseCause why) {
        if (legal(state == DIALING, "upstreamRefused")) {
            dial = null;
            end(brokerWasSilent ? CloseCause.BROKER_SILENT : why);
        }
    }

    /** MQTT bytes from the broker. */
    public void upstreamBytes(ByteBuffer run) {
        switch (state) {
            case AWAITING_CONNACK -> awaiting(run);
            case OPEN -> {
                if (traffic.sampled()) {
                    toClientSince = now() | 1;
                }
                deliver(run, assigned(fromBroker));
                settleToClient();
            }
            case OPENING, DIALING, CLOSING, CLOSED -> {
                if (legal(!brokerDone, "upstreamBytes")) {
                    deliverToBoundary(run);
                }
                run.position(run.limit());
            }
        }
    }

    /** All that was sent to the broker has been accepted. */
    public void upstreamWritable() {
        patience.unblockBroker();
        settleToUpstream();
        legal(!brokerDone, "upstreamWritable");
        if (state == OPEN || (state == AWAITING_CONNACK && fromClient != null)) {
            resumeUnlessThrottled();
        }
    }

    /** Some of the bytes that wait for the broker have been accepted. */
    public void upstreamProgress() {
        patience.brokerProgress(now());
        legal(!brokerDone, "upstreamProgress");
    }

    /** The broker's stream ended, or its connection failed. */
    public void upstreamFinished() {
        if (!legal(!brokerDone, "upstreamFinished")) {
            return;
        }
        goodbyeIsLate();
        if (state == AWAITING_CONNACK && !brokerSpoke) {
            assigned(broker).abort();
        } else {
            endUnlessDisconnected(brokerGone());
        }
    }

    /** The broker's connection is closed; the last event of that connection. */
    public void upstreamClosed() {
        if (!legal(!brokerDone, "upstreamClosed")) {
            return;
        }
        brokerDone = true;
        goodbyeIsLate();
        if (state == AWAITING_CONNACK && !brokerSpoke) {
            broker = null;
            brokerWasSilent = true;
            if (assigned(dial).next()) {
                become(DIALING);
                return;
            }
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
        serverReference = reference;
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

    /** A bug: an event of this session threw. */
    public void failed(Throwable bug) {
        observer.bug("session in " + state, bug);
        if (state == CLOSING) {
            goodbye = null;
            abortBoth();
        } else {
            end(CloseCause.INTERNAL);
        }
    }

    @Override
    protected void expired() {
        try {
            switch (state) {
                case OPENING -> end(CloseCause.CONNECT_TIMEOUT);
                case AWAITING_CONNACK -> endUnlessDisconnected(CloseCause.CONNACK_TIMEOUT);
                case OPEN -> openExpired();
                case CLOSING -> {
                    if (goodbye != null) {
                        goodbyeIsLate();
                    } else {
                        abortBoth();
                    }
                }
                case DIALING -> end(brokerWasSilent ? CloseCause.BROKER_SILENT : CloseCause.NO_BROKER);
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
        if (refusal != null) {
            end(refusal);
        } else if (banned) {
            end(CloseCause.BANNED);
        } else if (connect != null) {
            traffic.toUpstream().packets()[CONNECT]++;
            become(DIALING);
            deadlineIn(policy.connackTimeout());
            pauseFullClient();
            dial = policy.dialer().dial(this, connect);
        }
    }

    private void hold(ByteBuffer run) {
        opening.hold(run);
        pauseFullClient();
    }

    private void pauseFullClient() {
        if (opening.full()) {
            pauseClient();
        }
    }

    // The broker's answer

    private void awaiting(ByteBuffer run) {
        brokerSpoke = true;
        ByteBuffer all = run;
        if (answer != null) {
            answer.append(run);
            all = answer.view(0, answer.size());
            answer = null;
        }
        while (all.hasRemaining() && state == AWAITING_CONNACK) {
            ConnackResult result = ConnackDecoder.decode(all, opening.level(), policy.maxPacketBeforeConnack());
            if (result instanceof ConnackResult.Connack connack) {
                answered(connack, all);
            } else if (result instanceof ConnackResult.Auth auth) {
                authenticating(auth, all);
            } else if (result instanceof ConnackResult.Invalid invalid) {
                end(
                        invalid == ConnackResult.Invalid.OTHER_PACKET
                                ? CloseCause.NOT_CONNACK
                                : CloseCause.BROKER_MALFORMED);
            } else {
                answer = new HeldBytes(all);
            }
        }
        run.position(run.limit());
    }

    private void authenticating(ConnackResult.Auth auth, ByteBuffer all) {
        if (!lingering) {
            deadlineIn(policy.connackTimeout());
        }
        packetsOut++;
        traffic.toClient().packets()[AUTH]++;
        deliver(take(all, auth.length()));
        if (fromClient == null) {
            flow();
        }
    }

    private void answered(ConnackResult.Connack connack, ByteBuffer all) {
        traffic.connack(connack.code());
        connackCode = connack.code();
        if (connack.code() != 0) {
            packetsOut++;
            traffic.toClient().packets()[CONNACK]++;
            deliver(take(all, connack.length()));
            end(CloseCause.BROKER_REFUSED);
            return;
        }
        serverKeepAliveSeconds = connack.serverKeepAliveSeconds();
        int keepAliveSeconds = connack.serverKeepAliveSeconds() >= 0
                ? connack.serverKeepAliveSeconds()
                : opening.packet().keepAliveSeconds();
        patience.begin(keepAliveSeconds, now());
        throttle = Throttle.of(policy.rates(), keepAliveSeconds, now(), traffic);
        become(OPEN);
        assigned(dial).accepted();
        dial = null;
        PacketScanner scanner =
                PacketScanner.ofBroker(opening.level(), traffic.toClient().packets());
        fromBroker = scanner;
        deliver(all, scanner);
        if (state == OPEN && fromClient == null) {
            flow();
        }
        if (state == OPEN) {
            arm();
        }
    }

    /** From here on the client's bytes stream; CONNECT is settled and will not be sent to another broker. */
    private void flow() {
        ByteBuffer behindConnect = opening.release();
        PacketScanner scanner = PacketScanner.ofClient(
                opening.level(), policy.maxPacket(), traffic.toUpstream().packets());
        fromClient = scanner;
        if (behindConnect.hasRemaining()) {
            forward(behindConnect, scanner);
        }
        if (patience.brokerBlocked()) {
            pauseClient();
        } else if (state != CLOSING) {
            resumeUnlessThrottled();
        }
    }

    // Streaming

    private void forward(ByteBuffer run, PacketScanner scanner) {
        Throttle rates = throttle;
        if (rates == null) {
            forward(run, scanner, scanner.scan(run));
            return;
        }
        long now = now();
        if (rates.holding()) {
            rates.hold(run, now); // one run may have been under way when reads were paused
            return;
        }
        int passing = rates.admit(run, scanner, now);
        int cutAt = run.position() + passing;
        forward(run, scanner, passing);
        if (rates.cut() && state == OPEN) {
            rates.hold(run.position(cutAt), now);
            pauseClient();
            arm();
        }
    }

    /** The wait is over: what is held goes on as far as the rates allow. */
    private void release(Throttle rates) {
        if (patience.brokerBlocked()) {
            return; // goes on when the broker takes bytes again
        }
        PacketScanner scanner = assigned(fromClient);
        ByteBuffer rest = rates.rest();
        long now = now();
        int passing = rates.admit(rest, scanner, now);
        rates.released(passing, now);
        forward(rest, scanner, passing);
        if (state == OPEN && !rates.holding() && !patience.brokerBlocked()) {
            resumeClient();
        }
    }

    private void forward(ByteBuffer run, PacketScanner scanner, int passing) {
        int limit = run.limit();
        run.limit(run.position() + passing);
        if (run.hasRemaining() && !assigned(broker).send(run)) {
            patience.blockBroker(now());
            pauseClient();
            if (state == OPEN) {
                arm();
            }
        }
        run.limit(limit).position(limit);
        Violation violation = scanner.violation();
        if (violation != null) {
            end(
                    switch (violation) {
                        case MALFORMED -> CloseCause.PACKET_MALFORMED;
                        case PROTOCOL_ERROR -> CloseCause.PROTOCOL_ERROR;
                        case TOO_LARGE -> CloseCause.PACKET_TOO_LARGE;
                    });
        } else if (scanner.disconnected() && !lingering) {
            linger();
        }
    }

    /** The client has said DISCONNECT: either side closes now, else the gateway does. */
    private void linger() {
        lingering = true;
        deadlineIn(policy.closeTimeout());
    }

    private void deliver(ByteBuffer run, PacketScanner scanner) {
        int limit = run.limit();
        run.limit(run.position() + scanner.scan(run));
        deliver(run);
        run.limit(limit).position(limit);
        if (scanner.violation() != null) {
            end(CloseCause.BROKER_MALFORMED);
        } else if (scanner.disconnected()) {
            end(CloseCause.BROKER_DISCONNECT);
        }
    }

    private void deliver(ByteBuffer packets) {
        bytesOut += packets.remaining();
        traffic.toClient().bytes(packets.remaining());
        if (packets.hasRemaining() && !client.send(packets) && patience.block(now())) {
            assigned(broker).pauseReads();
            if (state == OPEN) {
                arm();
            }
        }
    }

    /** A sampled run is timed when its last byte has been taken; what waited for its rates is not the gateway's time. */
    private void settleToUpstream() {
        if (toUpstreamSince != 0 && !patience.brokerBlocked()) {
            if (throttle == null || !throttle.holding()) {
                traffic.toUpstream().latency().took(now() - toUpstreamSince);
            }
            toUpstreamSince = 0;
        }
    }

    private void settleToClient() {
        if (toClientSince != 0 && !patience.blocked()) {
            traffic.toClient().latency().took(now() - toClientSince);
            toClientSince = 0;
        }
    }

    private void pauseClient() {
        if (patience.pause(now())) {
            client.pauseReads();
        }
    }

    private void resumeUnlessThrottled() {
        if (throttle == null || !throttle.holding()) {
            resumeClient();
        } else {
            if (throttle.isDue(now())) {
                release(throttle);
            }
            if (state == OPEN) {
                arm();
            }
        }
    }

    private void resumeClient() {
        if (patience.resume(now())) {
            client.resumeReads();
        }
    }

    // Deadlines

    private long now() {
        return group.wheel().now();
    }

    private void deadlineIn(long nanos) {
        group.wheel().schedule(this, now() + nanos);
    }

    /** Sets the timer to the nearest deadline of OPEN. */
    private void arm() {
        if (lingering) {
            return;
        }
        long now = now();
        long left = patience.left(now);
        if (throttle != null && !patience.brokerBlocked()) {
            left = Math.min(left, throttle.left(now));
        }
        if (left == Patience.ENDLESS) {
            group.wheel().cancel(this);
        } else {
            deadlineIn(left);
        }
    }

    private void openExpired() {
        CloseCause exhausted = lingering ? CloseCause.CLIENT_DISCONNECT : patience.exhausted(now());
        if (exhausted == null && throttle != null) {
            if (throttle.exhausted(now())) {
                exhausted = CloseCause.RATE_EXCEEDED;
            } else if (throttle.isDue(now())) {
                release(throttle);
            }
        }
        if (exhausted != null) {
            end(exhausted);
        } else if (state == OPEN) {
            arm();
        }
    }

    // The end

    private CloseCause brokerGone() {
        if (state != OPEN) {
            return CloseCause.BROKER_SILENT;
        }
        boolean taken = policy.clientIds().takenFrom(opening.packet().clientId(), this);
        return taken ? CloseCause.TAKEN_OVER : CloseCause.BROKER_LOST;
    }

    private void endUnlessDisconnected(CloseCause why) {
        end(lingering ? CloseCause.CLIENT_DISCONNECT : why);
    }

    private void end(CloseCause why) {
        if (state == CLOSING || state == CLOSED) {
            return;
        }
        SessionState before = state;
        if (why.closedBy() == CloseCause.By.GATEWAY
                && why.severity() == CloseCause.Severity.ORDINARY
                && before == OPEN) {
            passHeld();
        }
        cause = why;
        become(CLOSING);
        deadlineIn(policy.closeTimeout()); // first, so that whatever fails below, there is an end
        if (before == DIALING && dial != null) {
            dial.cancel();
        }
        ByteBuffer packet = goodbyePacket(before, why);
        if (packet == null || clientDone || why.resetsClient()) {
            finishBoth();
        } else if (before == OPEN && !assigned(fromBroker).atBoundary()) {
            if (brokerDone || why.closedBy() == CloseCause.By.BROKER) {
                finishBoth();
            } else {
                goodbye = packet;
                deadlineIn(SessionPolicy.BOUNDARY_WAIT);
            }
        } else {
            sendGoodbye(packet);
        }
    }

    /** What a client has sent in time is not lost to its rates when the gateway goes. */
    private void passHeld() {
        Throttle rates = throttle;
        PacketScanner scanner = fromClient;
        if (rates != null && rates.holding() && scanner != null) {
            ByteBuffer rest = rates.rest();
            scanner.allow(Long.MAX_VALUE, Long.MAX_VALUE);
            int passing = scanner.scan(rest);
            assigned(broker).send(rest.limit(rest.position() + passing));
            rates.released(rates.heldBytes(), now());
        }
    }

    private @Nullable ByteBuffer goodbyePacket(SessionState before, CloseCause why) {
        if (lingering) {
            return null;
        }
        return before == OPEN
                ? Goodbye.disconnect(why, opening.level(), opening.connect(), serverReference)
                : Goodbye.connack(why, opening.level(), opening.connect(), serverReference);
    }

    private void sendGoodbye(ByteBuffer packet) {
        bytesOut += packet.remaining();
        packetsOut++;
        CloseCause why = assigned(cause);
        goodbyeCode = fromBroker == null ? why.connackCode(opening.level()) : why.disconnectCode();
        traffic.toClient().bytes(packet.remaining());
        traffic.toClient().packets()[(packet.get(packet.position()) & 0xF0) >> 4]++;
        client.send(packet);
        finishBoth();
    }

    /** The broker's packet that is under way to the client goes on to its end, then the goodbye follows. */
    private void deliverToBoundary(ByteBuffer run) {
        PacketScanner scanner = fromBroker;
        ByteBuffer packet = goodbye;
        if (packet != null && scanner != null) {
            int end = run.position() + Goodbye.bytesToBoundary(run, scanner);
            deliver(run.limit(end));
            if (scanner.violation() != null || scanner.disconnected()) {
                goodbyeIsLate();
            } else if (scanner.atBoundary()) {
                goodbye = null;
                sendGoodbye(packet);
            }
        }
    }

    /** The goodbye packet did not find its place in time, or has lost its reader: close without it. */
    private void goodbyeIsLate() {
        if (goodbye != null) {
            goodbye = null;
            finishBoth();
        }
    }

    private void finishBoth() {
        CloseCause why = assigned(cause);
        deadlineIn(policy.closeTimeout());
        if (!clientDone) {
            if (why.resetsClient()) {
                client.abort();
            } else {
                client.finish(why);
            }
        }
        if (!brokerDone) {
            assigned(broker).finish(why);
        }
        closedWhenDone();
    }

    private void abortBoth() {
        if (!clientDone) {
            client.abort();
        }
        if (!brokerDone) {
            assigned(broker).abort();
        }
    }

    private void closedWhenDone() {
        if (state == CLOSING && goodbye == null && clientDone && brokerDone) {
            become(CLOSED);
            group.wheel().cancel(this);
            group.remove(this);
            Connect connect = opening.connect();
            if (connect != null) {
                policy.clientIds().release(connect.clientId(), this);
            }
            observer.ended(summary());
        }
    }

    private SessionEnd summary() {
        CloseCause why = assigned(cause);
        return new SessionEnd(
                report(),
                why.label(),
                why.closedBy().name().toLowerCase(Locale.ROOT),
                goodbyeCode,
                why.webSocketCode(),
                why.severity() == CloseCause.Severity.ORDINARY);
    }

    /** What is known of it now. */
    public SessionReport report() {
        Connect connect = opening.connect();
        Reached found = reached;
        ClientInfo.Tls tls = info.tls();
        boolean direct = info.peer().equals(info.address());
        return new SessionReport(
                id(),
                state.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                info.listener(),
                policy.route(),
                new SessionReport.Client(
                        info.address(),
                        direct ? null : info.peer(),
                        tls == null ? null : tls.version(),
                        tls == null ? null : tls.serverName(),
                        tls == null ? null : tls.clientName(),
                        info.origin(),
                        info.subprotocol()),
                new SessionReport.Mqtt(
                        opening.level(),
                        connect == null ? null : connect.clientId(),
                        connect == null ? null : connect.userName(),
                        connect == null ? 0 : connect.keepAliveSeconds(),
                        serverKeepAliveSeconds,
                        connackCode),
                found == null
                        ? SessionReport.Upstream.NONE
                        : new SessionReport.Upstream(found.cluster(), found.broker(), found.tries(), found.dialNanos()),
                new SessionReport.Counts(
                        (connect == null ? 0 : 1) + (fromClient == null ? 0 : fromClient.packets()),
                        packetsOut + (fromBroker == null ? 0 : fromBroker.packets()),
                        bytesIn,
                        bytesOut,
                        throttle == null ? 0 : throttle.waited(now()),
                        throttle == null ? 0 : throttle.reached()),
                now() - startedAt);
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

    private static <T> T assigned(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("a part of the session that its state has is missing");
        }
        return value;
    }
}
