package io.sluice.session;

import io.sluice.mqtt.Connect;
import io.sluice.telemetry.SessionEnd;
import io.sluice.telemetry.SessionReport;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A session between two fake peers, with a clock moved by hand.
 *
 * <p>Confined to its test's thread.
 */
final class SessionRig {
    static final int MOST_BEFORE_CONNACK = 256;
    static final int MOST_PER_PACKET = 100;

    static final InetSocketAddress ADDRESS = InetSocketAddress.createUnresolved("192.0.2.7", 50_000);

    static final Reached REACHED = new Reached("eu", "10.0.0.1:1883", 1, 2_000);

    final HandClock clock;
    final SessionGroup group;
    final Observer observer = new Observer();
    final FakePeer client = new FakePeer();
    final FakeDialer dialer = new FakeDialer();
    final Session session;

    FakePeer broker = new FakePeer();

    SessionRig() {
        this(0b111000, false, 60);
    }

    SessionRig(int levels, boolean bridges, long writeStallSeconds) {
        this(levels, bridges, writeStallSeconds, new ClientIds());
    }

    SessionRig(int levels, boolean bridges, long writeStallSeconds, ClientIds clientIds) {
        this(levels, bridges, writeStallSeconds, clientIds, RateRules.UNLIMITED);
    }

    SessionRig(int levels, boolean bridges, long writeStallSeconds, ClientIds clientIds, RateRules rates) {
        this(levels, bridges, writeStallSeconds, clientIds, rates, 0, 0);
    }

    private SessionRig(
            int levels,
            boolean bridges,
            long writeStallSeconds,
            ClientIds clientIds,
            RateRules rates,
            long lifetimeSeconds,
            long pingAfterSeconds) {
        this(
                new HandClock(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(20)),
                null,
                levels,
                bridges,
                writeStallSeconds,
                clientIds,
                rates,
                lifetimeSeconds,
                pingAfterSeconds);
    }

    private SessionRig(
            HandClock clock,
            @Nullable SessionGroup beside,
            int levels,
            boolean bridges,
            long writeStallSeconds,
            ClientIds clientIds,
            RateRules rates,
            long lifetimeSeconds,
            long pingAfterSeconds) {
        this.clock = clock;
        group = beside == null ? new SessionGroup(clock) : beside;
        SessionPolicy policy = new SessionPolicy(
                "web",
                dialer,
                clientIds,
                TimeUnit.SECONDS.toNanos(10),
                TimeUnit.SECONDS.toNanos(30),
                TimeUnit.SECONDS.toNanos(5),
                MOST_BEFORE_CONNACK,
                MOST_PER_PACKET,
                1.5,
                TimeUnit.SECONDS.toNanos(5),
                TimeUnit.SECONDS.toNanos(writeStallSeconds),
                rates,
                TimeUnit.SECONDS.toNanos(lifetimeSeconds),
                levels,
                bridges);
        session = new Session(
                group,
                policy,
                observer,
                new ClientInfo("public", ADDRESS, ADDRESS, ADDRESS, null, null, null, null),
                client,
                TimeUnit.SECONDS.toNanos(pingAfterSeconds),
                clientId -> true);
    }

    /** In OPENING, in the group of another. */
    static SessionRig beside(SessionRig other) {
        return beside(other, RateRules.UNLIMITED);
    }

    /** In OPENING, in the group of another. */
    static SessionRig beside(SessionRig other, RateRules rates) {
        return new SessionRig(other.clock, other.group, 0b111000, false, 60, new ClientIds(), rates, 0, 0);
    }

    /** In OPEN, where clients of all versions are pinged after so many seconds. */
    static SessionRig pinging(long seconds) {
        return new SessionRig(0b111000, false, 60, new ClientIds(), RateRules.UNLIMITED, 0, seconds).opened(5);
    }

    /** In OPEN, for so many seconds at most. */
    static SessionRig mortal(long seconds, boolean report) {
        return new SessionRig(0b111000, false, 60, new ClientIds(), reporting(report), seconds, 0).opened(5);
    }

    /** In OPENING, with all limits reported alone, and no version allowed but 3.1. */
    static SessionRig reporting() {
        return new SessionRig(0b1000, false, 60, new ClientIds(), reporting(true), 0, 0);
    }

    private static RateRules reporting(boolean report) {
        return new RateRules(null, null, null, Long.MAX_VALUE, 0, report);
    }

    /** A session in DIALING. */
    static SessionRig dialing(String connect) {
        SessionRig rig = new SessionRig();
        rig.fromClient(connect);
        return rig;
    }

    /** A session in AWAITING_CONNACK. */
    static SessionRig awaiting(String connect) {
        SessionRig rig = dialing(connect);
        rig.connected();
        return rig;
    }

    /** A session in OPEN, nothing sent but CONNECT and CONNACK. */
    static SessionRig open(int level) {
        return open(level, new ClientIds());
    }

    /** The same in a cluster with other sessions; all have one client id. */
    static SessionRig open(int level, ClientIds clientIds) {
        return new SessionRig(0b111000, false, 60, clientIds).opened(level);
    }

    /** Brings the session from OPENING to OPEN, and forgets what was sent. */
    SessionRig opened(int level) {
        fromClient(Packets.connect(level));
        connected();
        fromBroker(Packets.connack(level));
        forget();
        return this;
    }

    void fromClient(String... packets) {
        ByteBuffer run = Packets.run(Packets.bytes(packets));
        session.clientBytes(run);
        if (run.hasRemaining()) {
            throw new AssertionError("the session left " + run.remaining() + " bytes");
        }
    }

    void fromBroker(String... packets) {
        ByteBuffer run = Packets.run(Packets.bytes(packets));
        session.upstreamBytes(run);
        if (run.hasRemaining()) {
            throw new AssertionError("the session left " + run.remaining() + " bytes");
        }
    }

    void connected() {
        session.upstreamConnected(broker, REACHED);
    }

    /** A new connection, to another broker. */
    void connectedAnew() {
        broker = new FakePeer();
        session.upstreamConnected(broker, new Reached("eu", "10.0.0.2:1883", 2, 1_000));
    }

    void forget() {
        client.sent.reset();
        client.sends = 0;
        broker.sent.reset();
        broker.sends = 0;
    }

    void clientIsSlow() {
        client.accepts = false;
    }

    void clientTookAll() {
        client.accepts = true;
        session.clientWritable();
    }

    void brokerIsSlow() {
        broker.accepts = false;
    }

    void brokerTookAll() {
        broker.accepts = true;
        session.upstreamWritable();
    }

    /** Both sides close as they were told. */
    void bothClose() {
        if (client.ending() && !client.closed) {
            client.closed = true;
            session.clientClosed();
        }
        if (broker.ending() && !broker.closed) {
            broker.closed = true;
            session.upstreamClosed();
        }
    }

    /** Time passes, in ticks. */
    void seconds(double seconds) {
        for (long ticks = Math.round(seconds * 1e9 / TimerWheel.TICK_NANOS); ticks > 0; ticks--) {
            clock.forwardNanos(TimerWheel.TICK_NANOS);
            group.wheel().advance();
        }
    }

    /** The cause told to the client's side, or in the end. */
    @Nullable
    String cause() {
        if (!observer.ends.isEmpty()) {
            return observer.ends.get(0).cause();
        }
        return client.finishedWith == null ? null : client.finishedWith.label();
    }

    /** The cause that the client's side was finished with. */
    CloseCause toldClient() {
        if (client.finishedWith == null) {
            throw new AssertionError("the client's side is not finished");
        }
        return client.finishedWith;
    }

    SessionEnd end() {
        bothClose();
        if (observer.ends.size() != 1) {
            throw new AssertionError("ended " + observer.ends.size() + " times");
        }
        return observer.ends.get(0);
    }

    /** Records what is asked of one side. */
    static final class FakePeer implements Peer {
        final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        int sends;
        int pauses;
        int resumes;
        int aborts;
        int probes;
        int pings;
        boolean paused;
        boolean accepts = true;
        boolean closed;
        int held;

        @Nullable
        CloseCause finishedWith;

        @Override
        public boolean send(ByteBuffer bytes) {
            if (ending()) {
                throw new AssertionError("sent after the end");
            }
            sends++;
            Packets.take(bytes, sent);
            return accepts;
        }

        @Override
        public void pauseReads() {
            paused = true;
            pauses++;
        }

        @Override
        public void resumeReads() {
            paused = false;
            resumes++;
        }

        @Override
        public void probe() {
            probes++;
        }

        @Override
        public void ping() {
            pings++;
        }

        @Override
        public void finish(CloseCause cause) {
            if (finishedWith != null) {
                throw new AssertionError("finished twice");
            }
            finishedWith = cause;
        }

        @Override
        public int heldBytes() {
            return held;
        }

        @Override
        public void abort() {
            aborts++;
        }

        boolean ending() {
            return finishedWith != null || aborts > 0;
        }

        String sent() {
            return Packets.hex(sent.toByteArray());
        }
    }

    /** Records the search; its end is told by the test. */
    static final class FakeDialer implements Dialer, Dial {
        final List<Connect> dialed = new ArrayList<>();
        int accepted;
        int cancelled;
        int nexts;
        boolean another;
        /** Of CONNACK; -1 for none. */
        int retried = -1;

        @Nullable
        RuntimeException bug;

        @Override
        public Dial dial(Session session, Connect connect) {
            if (bug != null) {
                throw bug;
            }
            dialed.add(connect);
            return this;
        }

        @Override
        public void accepted() {
            accepted++;
        }

        @Override
        public boolean retries(int code) {
            return code == retried;
        }

        @Override
        public boolean next() {
            nexts++;
            return another;
        }

        @Override
        public void cancel() {
            cancelled++;
        }
    }

    /** Records the ends and the bugs. */
    static final class Observer implements SessionObserver {
        final List<SessionEnd> ends = new ArrayList<>();
        final List<Throwable> bugs = new ArrayList<>();
        final List<CloseCause> spared = new ArrayList<>();

        @Override
        public void spared(SessionReport session, CloseCause why) {
            spared.add(why);
        }

        @Override
        public void ended(SessionEnd end) {
            ends.add(end);
        }

        @Override
        public void bug(String where, Throwable bug) {
            bugs.add(bug);
        }
    }
}
