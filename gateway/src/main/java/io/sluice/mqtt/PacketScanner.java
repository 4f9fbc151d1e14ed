package io.sluice.mqtt;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Walks the fixed headers of one direction's control packets, run by run, and steps over everything else.
 *
 * <pre>
 *   bit      7  6  5  4   3  2  1  0
 *   byte 1   packet type   flags        looked up: one verdict for each of the 256 values
 *   byte 2.. remaining length           1 to 4 bytes of 7 bits, lowest first; bit 7: one more follows
 * </pre>
 *
 * <p>Runs cut the stream anywhere. Of a header that is cut the bytes seen so far are passed on before the rest can be
 * judged, so a violation found later leaves the receiver with a packet begun. The first byte is judged as soon as it is
 * there.
 *
 * <p>Confined to its session's I/O thread.
 */
public final class PacketScanner {
    private static final int TYPES = 16;

    private static final int PUBLISH = 3;
    private static final int PINGREQ = 12;
    private static final int PINGRESP = 13;
    private static final int DISCONNECT = 14;

    /** A packet type of one byte and at most four bytes of remaining length. */
    private static final int LONGEST_HEADER = 5;

    private final byte[] verdicts;
    private final boolean client;
    private final boolean minimalLengths;
    private final int maxPacketBytes;
    private final boolean lenient;
    private final long[] counts;

    /** Bytes of the current packet behind its fixed header that are still to come. */
    private int body;
    /** Bytes seen of a fixed header that the last run cut; 0 when there is none. */
    private byte cutBytes;

    private byte cutFirst;
    private int cutLength;

    /** Packets, and PUBLISH among them, that may still begin. */
    private long packetsLeft = Long.MAX_VALUE;

    private long publishesLeft = Long.MAX_VALUE;
    private boolean exhausted;

    private boolean tooLarge;
    private boolean inDisconnect;
    private boolean disconnected;
    private boolean ended;
    private @Nullable Violation violation;
    private long packets;

    private PacketScanner(boolean client, int level, long maxPacketBytes, boolean lenient, long[] counts) {
        this.verdicts = FirstByte.verdicts(client, level);
        this.client = client;
        this.minimalLengths = level >= 5;
        this.maxPacketBytes = (int) Math.min(Integer.MAX_VALUE, maxPacketBytes);
        this.lenient = lenient;
        this.counts = counts;
    }

    /**
     * For what a client sends behind its CONNECT.
     *
     * @param level protocol level without the bridge bit: 3, 4 or 5
     * @param maxPacketBytes greatest packet, fixed header included
     * @throws IllegalArgumentException for another level
     */
    public static PacketScanner ofClient(int level, long maxPacketBytes) {
        return ofClient(level, maxPacketBytes, false, new long[TYPES]);
    }

    /**
     * As without counts.
     *
     * @param lenient a greater packet is told by {@link #takeTooLarge} and passes
     * @param counts one for each packet type, moved on by the packets found legal; of the caller's thread
     */
    public static PacketScanner ofClient(int level, long maxPacketBytes, boolean lenient, long[] counts) {
        return new PacketScanner(true, level, maxPacketBytes, lenient, counts);
    }

    /**
     * For what a broker sends, from its first byte on. There is no limit of size, and whatever is illegal is
     * {@link Violation#MALFORMED}.
     *
     * @param level protocol level without the bridge bit: 3, 4 or 5
     * @throws IllegalArgumentException for another level
     */
    public static PacketScanner ofBroker(int level) {
        return ofBroker(level, new long[TYPES]);
    }

    /**
     * As without counts.
     *
     * @param counts one for each packet type, moved on by the packets found legal; of the caller's thread
     */
    public static PacketScanner ofBroker(int level, long[] counts) {
        return new PacketScanner(false, level, Long.MAX_VALUE, false, counts);
    }

    /**
     * Scans the bytes from position to limit and moves neither.
     *
     * @return how many of these bytes may be passed on: all, or up to the end of the packet before a violation, or, in a
     *     client's stream, up to the end of its DISCONNECT, 0 from then on; or up to the packet that {@link #allow} lets no
     *     more begin
     */
    public int scan(ByteBuffer run) {
        if (ended) {
            return 0;
        }
        exhausted = false;
        int start = run.position();
        int limit = run.limit();
        int at = cutBytes == 0 ? start : header(run, start, limit);
        while (!ended && !exhausted) {
            int left = limit - at;
            if (body > left) {
                body -= left;
                return limit - start;
            }
            at += body;
            body = 0;
            if (inDisconnect) {
                inDisconnect = false;
                disconnected = true;
                ended = client;
            } else if (at == limit) {
                return limit - start;
            } else {
                at = header(run, at, limit);
            }
        }
        return at - start;
    }

    /** Sets how many packets, and how many PUBLISH among them, may begin in the scans to come; at first there is no bound. */
    public void allow(long packets, long publishes) {
        packetsLeft = packets;
        publishesLeft = publishes;
    }

    /** What is left of the packets allowed. */
    public long packetsLeft() {
        return packetsLeft;
    }

    /** What is left of the PUBLISH packets allowed. */
    public long publishesLeft() {
        return publishesLeft;
    }

    /** The last scan ended in front of a packet that may not begin. */
    public boolean exhausted() {
        return exhausted;
    }

    /** What was found wrong; once set it stays. */
    public @Nullable Violation violation() {
        return violation;
    }

    /** Whether a packet was too large since the last call. */
    public boolean takeTooLarge() {
        boolean was = tooLarge;
        tooLarge = false;
        return was;
    }

    /** The bytes passed on so far end between two packets. */
    public boolean atBoundary() {
        return cutBytes == 0 && body == 0;
    }

    /** A whole DISCONNECT has passed. */
    public boolean disconnected() {
        return disconnected;
    }

    /** Fixed headers seen whole and found legal. */
    public long packets() {
        return packets;
    }

    /** Reads one fixed header, or the rest of it; the fields serve only one that is cut. Returns where the body begins. */
    private int header(ByteBuffer run, int begin, int limit) {
        int at = begin;
        int bytes = cutBytes;
        int first = cutFirst & 0xFF;
        int length = cutLength;
        if (bytes == 0) {
            first = run.get(at++) & 0xFF;
            if (verdicts[first] != FirstByte.LEGAL) {
                violate(FirstByte.violation(verdicts[first]));
                return begin;
            }
            if (!mayBegin(first >> 4)) {
                return begin;
            }
            bytes = 1;
            length = 0;
        }
        while (at < limit) {
            int digit = run.get(at++);
            length |= (digit & 0x7F) << (7 * (bytes - 1));
            bytes++;
            if (digit >= 0) {
                boolean padded = digit == 0 && bytes > 2;
                return enter(first, length, bytes, padded) ? at : begin;
            }
            if (bytes == LONGEST_HEADER) {
                violate(Violation.MALFORMED);
                return begin;
            }
        }
        cutBytes = (byte) bytes;
        cutFirst = (byte) first;
        cutLength = length;
        return limit;
    }

    private boolean mayBegin(int type) {
        boolean publish = type == PUBLISH;
        exhausted = packetsLeft == 0 || (publish && publishesLeft == 0);
        if (exhausted) {
            return false;
        }
        packetsLeft--;
        if (publish) {
            publishesLeft--;
        }
        return true;
    }

    /** Judges a whole fixed header and enters its packet; false for a violation. */
    private boolean enter(int first, int length, int headerBytes, boolean padded) {
        int type = first >> 4;
        if ((padded && minimalLengths) || (length != 0 && mustBeEmpty(type))) {
            violate(Violation.MALFORMED);
            return false;
        }
        if (headerBytes + length > maxPacketBytes) {
            tooLarge = true;
            if (!lenient) {
                violate(Violation.TOO_LARGE);
                return false;
            }
        }
        cutBytes = 0;
        body = length;
        inDisconnect = type == DISCONNECT;
        packets++;
        counts[type]++;
        return true;
    }

    private boolean mustBeEmpty(int type) {
        return type == PINGREQ || type == PINGRESP || (type == DISCONNECT && !minimalLengths);
    }

    private void violate(Violation found) {
        violation = found;
        ended = true;
    }
}
