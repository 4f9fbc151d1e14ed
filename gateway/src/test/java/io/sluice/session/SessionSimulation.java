package io.sluice.session;

import io.sluice.limit.Rate;
import io.sluice.mqtt.Connect;
import io.sluice.telemetry.SessionEnd;
import io.sluice.telemetry.SessionReport;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One session with a client, brokers, sockets and a clock that behave at random within the contract of {@link Peer} and
 * {@link Dial}; after each step the invariants of the session are checked.
 *
 * <p>Confined to its test's thread.
 */
final class SessionSimulation {
    /** What the simulation calls a tick. */
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int MOST_BEFORE_CONNACK = 150;
    private static final int LONGEST_RUN = 64;
    private static final long CLOSE_TIMEOUT = TimeUnit.SECONDS.toNanos(5);
    private static final int STEPS = 80;
    private static final List<CloseCause> REFUSALS =
            List.of(CloseCause.NO_BROKER, CloseCause.QUEUE_FULL, CloseCause.NO_DESCRIPTOR);

    private final SplittableRandom random;
    private final HandClock clock;
    private final SessionGroup group;
    private final SimulatedSide client;
    private final SimulatedDialer dialer;
    private final List<SimulatedSide> brokers = new ArrayList<>();
    private final List<SessionEnd> ends = new ArrayList<>();
    private final ByteArrayOutputStream brokersWords = new ByteArrayOutputStream();
    private final int level;
    private final Session session;

    private @Nullable SimulatedSide broker;
    private boolean accepted;
    private boolean ordered;
    private boolean finishing;
    private long finishingSince;
    private @Nullable CloseCause cause;
    /** Since when what was delivered and what was passed on differ without a visible reason. */
    private long differingSince = Long.MIN_VALUE;

    private final RateRules rates;
    private final StringBuilder log = new StringBuilder();

    SessionSimulation(long seed) {
        random = new SplittableRandom(seed);
        clock = new HandClock(random.nextLong());
        group = new SessionGroup(clock);
        level = 3 + random.nextInt(3);
        client = new SimulatedSide("client", Scripts.client(random, level));
        dialer = new SimulatedDialer();
        rates = random.nextInt(3) > 0
                ? RateRules.UNLIMITED
                : new RateRules(
                        new Rate(1 + random.nextInt(100), 1 + random.nextInt(10)),
                        new Rate(1 + random.nextInt(50), 1 + random.nextInt(10)),
                        new Rate(1 + random.nextInt(2000), 1 + random.nextInt(200)),
                        TimeUnit.SECONDS.toNanos(5),
                        random.nextInt(4) == 0 ? TimeUnit.SECONDS.toNanos(1 + random.nextInt(20)) : 0,
                        random.nextInt(4) == 0);
        SessionPolicy policy = new SessionPolicy(
                "web",
                dialer,
                new ClientIds(),
                TimeUnit.SECONDS.toNanos(10),
                TimeUnit.SECONDS.toNanos(30),
                CLOSE_TIMEOUT,
                MOST_BEFORE_CONNACK,
                100,
                1.5,
                TimeUnit.SECONDS.toNanos(5),
                TimeUnit.SECONDS.toNanos(20),
                rates,
                // a goodbye that waits for its boundary cannot be told from a throttled client
                rates.unlimited() && random.nextInt(4) == 0 ? TimeUnit.SECONDS.toNanos(1 + random.nextInt(60)) : 0,
                0b111000,
                false);
        InetSocketAddress address = InetSocketAddress.createUnresolved("192.0.2.7", 50_000);
        session = new Session(
                group,
                policy,
                new Reports(),
                new ClientInfo("public", address, address, address, null, null, null, null),
                client,
                random.nextInt(3) == 0 ? TimeUnit.SECONDS.toNanos(1 + random.nextInt(20)) : 0,
                clientId -> true);
    }

    /** Lives the whole life of the session, and a while beyond; throws AssertionError where an invariant breaks. */
    SessionEnd run() {
        try {
            for (int i = 0; i < STEPS && ends.isEmpty(); i++) {
                step();
                check();
            }
            event("stop", session::stop);
            long stoppedAt = group.wheel().now();
            while (ends.isEmpty()) {
                settleClosed(true);
                ticks(1);
                check();
                require(
                        group.wheel().now() - stoppedAt <= CLOSE_TIMEOUT + SessionPolicy.BOUNDARY_WAIT + 3 * STEP,
                        "not closed in time");
            }
            checkEnd(ends.get(0));
            return ends.get(0);
        } catch (AssertionError | RuntimeException broken) {
            throw new AssertionError(broken.getMessage() + "\n" + log, broken);
        }
    }

    private void step() {
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> client.deliver();
            case 4, 5, 6, 7 -> {
                if (broker != null) {
                    broker.deliver();
                }
            }
            case 8 -> client.drain();
            case 9 -> {
                if (broker != null) {
                    broker.drain();
                }
            }
            case 10 -> ticks(1 + random.nextInt(random.nextInt(4) == 0 ? 250 : 5));
            case 11, 12 -> dialer.settle();
            case 13, 14 -> settleClosed(false);
            default -> seldom();
        }
    }

    private void seldom() {
        switch (random.nextInt(40)) {
            case 0 -> order("stop", session::stop);
            case 5 -> order("drain", () -> session.drain(null));
            case 6 -> order("move", () -> session.drain("eu"));
            case 7 -> order("kick", session::kick);
            case 8 -> order("ban", session::ban);
            case 9 -> order("shed", session::shed);
            case 10, 11 -> event("hold back", session::holdBack);
            case 12, 13, 14 -> event("let go", session::letGo);
            case 1, 2 -> {
                clock.forwardNanos(TimeUnit.SECONDS.toNanos(random.nextLong(100_000)));
                ticks(1);
            }
            case 3 -> client.lose();
            case 4 -> {
                if (broker != null) {
                    broker.lose();
                }
            }
            default -> ticks(1);
        }
    }

    /** The gateway ends the session; a goodbye that waits for its boundary cannot be seen from here. */
    private void order(String name, Runnable call) {
        ordered = true;
        event(name, call);
    }

    private void ticks(int count) {
        for (long i = count * STEP / TimerWheel.TICK_NANOS; i > 0; i--) {
            clock.forwardNanos(TimerWheel.TICK_NANOS);
            event("", () -> group.wheel().advance());
        }
    }

    private void settleClosed(boolean always) {
        client.settleClosed(always);
        for (SimulatedSide each : List.copyOf(brokers)) {
            each.settleClosed(always);
        }
    }

    private boolean within;

    private void event(String name, Runnable call) {
        if (!name.isEmpty()) {
            log.append(name).append("; ");
        }
        within = true;
        call.run();
        within = false;
    }

    // Invariants

    private void check() {
        require(ends.size() <= 1, "ended twice");
        byte[] asked = client.delivered();
        for (SimulatedSide each : brokers) {
            require(isPrefix(each.received(), asked), "the broker got what the client did not send");
        }
        checkClientsStream();
        if (!ends.isEmpty()) {
            return;
        }
        if (finishing) {
            require(
                    group.wheel().now() - finishingSince <= CLOSE_TIMEOUT + 2 * STEP || aborted(),
                    "no abort after the close timeout");
            return;
        }
        checkPauses();
        int passed = broker == null ? 0 : broker.received.size();
        if (!accepted) {
            require(asked.length - passed <= MOST_BEFORE_CONNACK + LONGEST_RUN, "too much is held");
        }
        checkFlow(passed);
    }

    /** What the broker said, a prefix, and then at most one packet of the gateway's, at a packet boundary. */
    private void checkClientsStream() {
        byte[] got = client.received();
        byte[] said = brokersWords.toByteArray();
        if (isPrefix(got, said)) {
            return;
        }
        int at = 0;
        int lastPacket = -1;
        while (at < got.length) {
            int end = packetEnd(said, at);
            if (end < 0 || end > got.length || end > said.length || !Arrays.equals(got, at, end, said, at, end)) {
                break;
            }
            lastPacket = at;
            at = end;
        }
        int first = got[at] & 0xFF;
        require(
                packetEnd(got, at) == got.length && (first == 0x20 || first == 0xE0),
                "no goodbye at a packet boundary");
        require((first == 0x20) == !accepted, "a CONNACK behind CONNACK, or a DISCONNECT before it");
        if (lastPacket >= 0) {
            boolean refusal = got[lastPacket] == 0x20 && got[lastPacket + 3] != 0;
            require(!refusal && (got[lastPacket] & 0xF0) != 0xE0, "a goodbye behind the broker's last word");
        }
    }

    private void checkPauses() {
        SimulatedSide other = broker;
        if (accepted && other != null && !other.over()) {
            require(!other.blocked || client.paused, "the client is read while the broker is blocked");
        }
        if (other != null && !other.over()) {
            require(!client.blocked || other.paused, "the broker is read while the client is blocked");
            require(client.blocked || !other.paused, "the broker is paused for nothing");
        }
    }

    /** In OPEN all is passed on at once. A goodbye that waits for its boundary cannot be seen from here: it may last a second. */
    private void checkFlow(int passed) {
        int expected = Math.min(client.at, client.script.passes());
        if (!ordered && !rates.unlimited() && passed < expected) {
            // throttled, or in the runs before it was: no more waits than was read at once or held behind CONNECT
            require(expected - passed <= MOST_BEFORE_CONNACK + 2 * LONGEST_RUN, "too much waits for the rates");
            return;
        }
        boolean pausedForNothing = client.paused && broker != null && !broker.blocked;
        boolean same = passed == expected && client.received.size() == brokersWords.size() && !pausedForNothing;
        if (!accepted || same) {
            differingSince = Long.MIN_VALUE;
        } else if (differingSince == Long.MIN_VALUE) {
            differingSince = group.wheel().now();
        } else {
            require(
                    group.wheel().now() - differingSince <= SessionPolicy.BOUNDARY_WAIT + 2 * STEP,
                    "paused for nothing: " + pausedForNothing + ", passed on " + passed + " of " + expected
                            + " bytes to the broker, " + client.received.size() + " of " + brokersWords.size()
                            + " to the client");
        }
    }

    private void checkEnd(SessionEnd end) {
        require(group.size() == 0, "the group still has the session");
        require(client.closed, "ended before the client was closed");
        require(brokers.stream().allMatch(each -> each.closed), "ended before the broker was closed");
        require(cause == null || cause.label().equals(end.cause()), "another cause in the end");
        require(
                end.session().counts().bytesIn() == client.at,
                "bytesIn " + end.session().counts().bytesIn());
        require(
                end.session().counts().bytesOut() == client.received.size(),
                "bytesOut " + end.session().counts().bytesOut());
        ticks(700);
        event("stop", session::stop);
        require(ends.size() == 1, "ended twice");
    }

    private boolean aborted() {
        return client.aborted || brokers.stream().anyMatch(each -> each.aborted);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private static boolean isPrefix(byte[] part, byte[] whole) {
        return part.length <= whole.length && Arrays.equals(part, 0, part.length, whole, 0, part.length);
    }

    /** Where the packet at this index ends; -1 where its header is cut, or there is none. */
    private static int packetEnd(byte[] stream, int at) {
        int length = 0;
        for (int i = 1; i <= 4; i++) {
            if (at + i >= stream.length) {
                return -1;
            }
            length |= (stream[at + i] & 0x7F) << (7 * (i - 1));
            if (stream[at + i] >= 0) {
                return at + i + 1 + length;
            }
        }
        return -1;
    }

    /** One side's socket and what is at its other end. */
    private final class SimulatedSide implements Peer {
        private final String name;
        private final Scripts.Script script;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final boolean neverCloses = random.nextInt(4) == 0;
        private final boolean slow = random.nextInt(2) == 0;
        private int at;
        private boolean inputEnded;
        private boolean paused;
        private boolean blocked;
        private boolean finished;
        private boolean aborted;
        private boolean closed;
        private boolean owesPong;

        SimulatedSide(String name, Scripts.Script script) {
            this.name = name;
            this.script = script;
        }

        private boolean isClient() {
            return this == client;
        }

        byte[] received() {
            return received.toByteArray();
        }

        byte[] delivered() {
            return Arrays.copyOf(script.bytes(), at);
        }

        boolean over() {
            return finished || aborted || closed;
        }

        @Override
        public boolean send(ByteBuffer bytes) {
            require(within && !over(), "sent to the " + name + " after its end");
            Packets.take(bytes, received);
            if (slow && random.nextInt(3) == 0) {
                blocked = true;
            }
            return !blocked;
        }

        @Override
        public void pauseReads() {
            paused = true;
        }

        @Override
        public void resumeReads() {
            paused = false;
        }

        @Override
        public void probe() {
            require(within && !over() && paused && !blocked, "probed the " + name + " for nothing");
        }

        @Override
        public void ping() {
            require(within && !over() && !paused && !blocked, "pinged the " + name + ", which could not answer");
            owesPong = random.nextInt(4) > 0;
        }

        @Override
        public void finish(CloseCause why) {
            require(!finished && !closed, "finished the " + name + " twice, or when it was closed");
            finished = true;
            finishing(why);
        }

        @Override
        public int heldBytes() {
            return 0;
        }

        @Override
        public void abort() {
            require(!closed, "aborted the " + name + " when it was closed");
            aborted = true;
        }

        private void finishing(CloseCause why) {
            require(cause == null || cause == why, "a second cause: " + why);
            cause = why;
            if (!finishing) {
                finishing = true;
                finishingSince = group.wheel().now();
            }
        }

        /** The next run, or the end of the stream. */
        void deliver() {
            if (over() || paused || inputEnded) {
                return;
            }
            if (owesPong) {
                owesPong = false;
                event("alive", session::clientAlive);
            }
            int left = script.bytes().length - at;
            if (left > 0) {
                int length = 1 + random.nextInt(Math.min(left, random.nextInt(3) == 0 ? 3 : LONGEST_RUN));
                ByteBuffer run = Packets.run(Arrays.copyOfRange(script.bytes(), at, at + length));
                at += length;
                if (isClient()) {
                    event(name + " " + length, () -> session.clientBytes(run));
                } else {
                    brokersWords.writeBytes(Arrays.copyOfRange(script.bytes(), at - length, at));
                    event(name + " " + length, () -> session.upstreamBytes(run));
                }
                require(!run.hasRemaining(), "a run was not taken");
            } else if (script.finishes()) {
                inputEnded = true;
                event(name + " finished", isClient() ? session::clientFinished : session::upstreamFinished);
            }
        }

        void drain() {
            if (closed || aborted || !blocked) {
                return;
            }
            if (isClient() && random.nextBoolean()) {
                event("client progress", session::clientProgress);
            } else {
                blocked = false;
                event(name + " writable", isClient() ? session::clientWritable : session::upstreamWritable);
            }
        }

        void lose() {
            if (closed || aborted || finished) {
                return;
            }
            if (random.nextBoolean()) {
                close();
            } else if (!inputEnded) {
                inputEnded = true;
                event(
                        name + " lost",
                        isClient() ? () -> session.clientFailed(CloseCause.CLIENT_LOST) : session::upstreamFinished);
            }
        }

        void settleClosed(boolean always) {
            boolean due = aborted || (finished && !neverCloses && !blocked);
            if (!closed && due && (always || random.nextBoolean())) {
                close();
            }
        }

        private void close() {
            closed = true;
            if (broker == this) {
                broker = null;
            }
            event(name + " closed", isClient() ? session::clientClosed : session::upstreamClosed);
        }
    }

    private final class SimulatedDialer implements Dialer, Dial {
        private int tries = 1 + random.nextInt(3);
        private boolean searching;

        @Override
        public Dial dial(Session dialing, Connect connect) {
            require(connect.level() == level, "another level");
            searching = true;
            return this;
        }

        void settle() {
            if (!searching) {
                return;
            }
            searching = false;
            if (random.nextInt(5) == 0) {
                CloseCause why = REFUSALS.get(random.nextInt(REFUSALS.size()));
                event("refused", () -> session.upstreamRefused(why));
            } else {
                SimulatedSide side = new SimulatedSide(
                        "broker" + brokers.size(), Scripts.broker(random, level, brokersWords.size() == 0));
                brokers.add(side);
                broker = side;
                event("connected", () -> session.upstreamConnected(side, new Reached("eu", side.name, 1, 0)));
            }
        }

        @Override
        public void accepted() {
            require(!accepted, "accepted twice");
            accepted = true;
        }

        @Override
        public boolean retries(int code) {
            return false; // a broker's words reach the client, whatever they are
        }

        @Override
        public boolean next() {
            require(brokersWords.size() == 0, "another broker although the first one has spoken");
            tries--;
            searching = tries > 0;
            return searching;
        }

        @Override
        public void cancel() {
            require(searching, "cancelled a search that has ended");
            searching = false;
        }
    }

    private final class Reports implements SessionObserver {
        @Override
        public void spared(SessionReport session, CloseCause why) {
            require(rates.report(), "spared where limits are enforced");
        }

        @Override
        public void ended(SessionEnd end) {
            ends.add(end);
        }

        @Override
        public void bug(String where, Throwable bug) {
            throw new AssertionError(where, bug);
        }
    }
}
