package io.sluice.telemetry;

/**
 * Counts what passes on one I/O thread, for the price of an addition.
 *
 * <p>One thread writes, with plain writes; whoever reads the sums sees them late by no more than a wake-up of that thread. A
 * {@code long} is written whole on every JVM of 64 bits.
 *
 * <p>Confined to its I/O thread, but for {@link #add}, which reads from any.
 */
public final class Traffic {
    /** Packet types, 0 among them, which is none. */
    public static final int TYPES = 16;

    /** What the limits of a client bound; also the labels. */
    public enum Rule {
        PACKETS(0),
        PUBLISH(1),
        BYTES(2),
        PACKET_SIZE(3),
        VERSION(4),
        LIFETIME(5);

        private final int index;

        Rule(int index) {
            this.index = index;
        }
    }

    /** Of so many runs of bytes one is timed: a power of two. */
    static final int SAMPLED = 64;

    private static final int CODES = 256;

    private final Direction toUpstream = new Direction();
    private final Direction toClient = new Direction();
    private final Spread dials = new Spread();
    private final long[] connacks = new long[CODES];
    private final long[] enforced = new long[Rule.values().length];
    private final long[] reported = new long[Rule.values().length];
    private long throttledNanos;
    private int runs;

    /** What goes to the brokers. */
    public Direction toUpstream() {
        return toUpstream;
    }

    /** What goes to the clients. */
    public Direction toClient() {
        return toClient;
    }

    /** How long a broker took to accept a connection. */
    public Spread dials() {
        return dials;
    }

    /** A broker has answered CONNECT with this code, 0 to 255. */
    public void connack(int code) {
        connacks[code & 0xFF]++;
    }

    /** Bytes of a client have waited for its rates. */
    public void throttled(long nanos) {
        throttledNanos += nanos;
    }

    /** A client has reached one of its limits. */
    public void reached(Rule rule, boolean report) {
        (report ? reported : enforced)[rule.index]++;
    }

    /** The run of bytes at hand is one of those whose time in the gateway is taken. */
    public boolean sampled() {
        return (++runs & SAMPLED - 1) == 0;
    }

    long connacks(int code) {
        return connacks[code];
    }

    long throttledNanos() {
        return throttledNanos;
    }

    long reached(Rule rule, Mode mode) {
        return (mode == Mode.REPORT ? reported : enforced)[rule.index];
    }

    /** What happens to who is over a limit; also the labels. */
    enum Mode {
        ENFORCE,
        REPORT
    }

    /** Adds what another has counted; that goes on counting. */
    void add(Traffic other) {
        toUpstream.add(other.toUpstream);
        toClient.add(other.toClient);
        dials.add(other.dials);
        add(connacks, other.connacks);
        add(enforced, other.enforced);
        add(reported, other.reported);
        throttledNanos += other.throttledNanos;
    }

    private static void add(long[] sums, long[] values) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
    }

    /**
     * What goes one way.
     *
     * <p>Confined to its I/O thread.
     */
    public static final class Direction {
        private final long[] packets = new long[TYPES];
        private final Spread latency = new Spread();
        private long bytes;

        /** Packets by type, for who counts them in place. */
        public long[] packets() {
            return packets;
        }

        public void bytes(int count) {
            bytes += count;
        }

        /** From the read of a sampled run to the write of its last byte. */
        public Spread latency() {
            return latency;
        }

        long bytes() {
            return bytes;
        }

        long allPackets() {
            long all = 0;
            for (long of : packets) {
                all += of;
            }
            return all;
        }

        private void add(Direction other) {
            Traffic.add(packets, other.packets);
            latency.add(other.latency);
            bytes += other.bytes;
        }
    }

    /**
     * How times are spread: a histogram.
     *
     * <p>Confined to its I/O thread.
     */
    public static final class Spread {
        private static final long[] BOUNDS = {
            5_000,
            10_000,
            25_000,
            50_000,
            100_000,
            250_000,
            500_000,
            1_000_000,
            2_500_000,
            5_000_000,
            10_000_000,
            25_000_000,
            50_000_000,
            100_000_000,
            250_000_000,
            500_000_000,
            1_000_000_000,
            2_500_000_000L,
            5_000_000_000L
        };

        private final long[] counts = new long[BOUNDS.length + 1];
        private long nanos;

        /** One of the times. */
        public void took(long time) {
            int bucket = 0;
            while (bucket < BOUNDS.length && time > BOUNDS[bucket]) {
                bucket++;
            }
            counts[bucket]++;
            nanos += time;
        }

        /** Upper bounds in seconds, the last one infinite. */
        static double[] bounds() {
            double[] seconds = new double[BOUNDS.length + 1];
            for (int i = 0; i < BOUNDS.length; i++) {
                seconds[i] = BOUNDS[i] / 1e9;
            }
            seconds[BOUNDS.length] = Double.POSITIVE_INFINITY;
            return seconds;
        }

        long[] counts() {
            return counts.clone();
        }

        double seconds() {
            return nanos / 1e9;
        }

        private void add(Spread other) {
            Traffic.add(counts, other.counts);
            nanos += other.nanos;
        }
    }
}
