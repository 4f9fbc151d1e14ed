package io.sluice.loadtest.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server's side of a WebSocket to the {@link StubBroker}, for proxies that pass WebSocket through: the upgrade, whatever its
 * path, the frames of a client without their masks, and what a turn sends in one frame (RFC 6455 5.2).
 *
 * <p>Confined to the broker's thread.
 */
final class StubSocket {
    /** No MQTT client begins with it: a PUBACK with flags that it cannot have. */
    static final byte FIRST = 'G';

    private static final int MOST_HEAD = 8192;
    private static final int MOST_WIRE = 1 << 20;
    private static final int MOST_HEADER = 10;
    private static final Pattern KEY = Pattern.compile("\r\nsec-websocket-key: *([^\r ]+)", Pattern.CASE_INSENSITIVE);

    private byte[] head = new byte[0];
    private boolean upgraded;
    private ByteBuffer wire = ByteBuffer.allocateDirect(1024);

    private int opcode;
    private int headerRead;
    private int headerSize = 2;
    private int mask;
    private int maskAt;
    private long left;

    /** What its frames hold goes to the client. */
    void feed(ByteBuffer in, PacketFeed packets, StubClient client) {
        while (in.hasRemaining() && !client.hasEnded()) {
            if (!upgraded) {
                upgrade(in, client);
            } else if (headerRead < headerSize) {
                header(in.get() & 0xFF);
                if (left < 0) {
                    client.malformedPacket();
                    return;
                }
            } else {
                payload(in, packets, client);
            }
            if (headerRead == headerSize && left == 0) {
                if (opcode == FrameFeed.CLOSE) {
                    client.malformedPacket(); // it wants no more, and nobody waits for an answer
                }
                headerRead = 0;
                headerSize = 2;
            }
        }
    }

    private void upgrade(ByteBuffer in, StubClient client) {
        int before = head.length;
        head = Arrays.copyOf(head, before + in.remaining());
        in.get(head, before, head.length - before);
        int end = Upgrade.end(ByteBuffer.wrap(head));
        if (end >= 0) {
            in.position(in.limit() - (head.length - end));
            Matcher key = KEY.matcher(new String(head, 0, end, ISO_8859_1));
            if (!key.find()) {
                client.malformedPacket();
                return;
            }
            put(ByteBuffer.wrap(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Accept: " + Upgrade.accept(key.group(1))
                            + "\r\n\r\n")
                    .getBytes(US_ASCII)));
            head = new byte[0];
            upgraded = true;
            client.willFlush();
        } else if (head.length > MOST_HEAD) {
            client.malformedPacket();
        }
    }

    private void header(int next) {
        headerRead++;
        if (headerRead == 1) {
            opcode = next & 0x0F;
        } else if (headerRead == 2) {
            int length = next & 0x7F;
            left = length < 126 ? length : 0;
            headerSize = length < 126 ? 6 : length == 126 ? 8 : 14;
            maskAt = 0;
        } else if (headerRead <= headerSize - Integer.BYTES) {
            left = left << 8 | next;
        } else {
            mask = mask << 8 | next;
        }
    }

    private void payload(ByteBuffer in, PacketFeed packets, StubClient client) {
        int limit = in.limit();
        int start = in.position();
        int count = (int) Math.min(left, in.remaining());
        left -= count;
        unmask(in, start, start + count);
        in.limit(start + count);
        if (opcode < FrameFeed.CLOSE) {
            packets.feed(in, client);
        }
        in.limit(limit).position(start + count);
    }

    private void unmask(ByteBuffer in, int from, int to) {
        int turned = Integer.rotateLeft(mask, maskAt * Byte.SIZE);
        long wide = (long) turned << Integer.SIZE | (turned & 0xFFFF_FFFFL);
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            in.putLong(at, in.getLong(at) ^ wide);
        }
        for (int shift = 24; at < to; at++, shift = (shift + 24) % Integer.SIZE) {
            in.put(at, (byte) (in.get(at) ^ turned >>> shift));
        }
        maskAt = maskAt + to - from & 3;
    }

    /**
     * Takes all of a turn's packets in a frame, unless much waits already.
     *
     * @return what is to be written, between position and limit; {@link ByteBuffer#compact} it afterwards
     */
    ByteBuffer framed(ByteBuffer packets) {
        int length = packets.remaining();
        if (length > 0 && wire.position() < MOST_WIRE) {
            ByteBuffer header = ByteBuffer.allocate(MOST_HEADER).put((byte) (0x80 | FrameFeed.BINARY));
            if (length < 126) {
                header.put((byte) length);
            } else if (length < 0x1_0000) {
                header.put((byte) 126).putShort((short) length);
            } else {
                header.put((byte) 127).putLong(length);
            }
            put(header.flip());
            put(packets);
        }
        return wire.flip();
    }

    private void put(ByteBuffer bytes) {
        if (wire.remaining() < bytes.remaining()) {
            int needed = wire.position() + bytes.remaining();
            wire = ByteBuffer.allocateDirect(Math.max(needed, wire.capacity() * 2))
                    .put(wire.flip());
        }
        wire.put(bytes);
    }
}
