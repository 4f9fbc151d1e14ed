package io.sluice.identity;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads the header of the PROXY protocol, version 1 or 2 ({@link ProxyHeader} has the drawing), to the letter. TLVs are
 * skipped. It is told all bytes from the first on, each time more have come.
 *
 * <p>Immutable.
 */
public final class ProxyDecoder {
    /** Longest header that is accepted; version 1 ends at 107. Load balancers send some 100 bytes of TLVs. */
    public static final int MOST_BYTES = 4096;

    private static final int MOST_V1_BYTES = 107;
    private static final String V1_START = "PROXY ";
    private static final String V1_UNKNOWN = "PROXY UNKNOWN";
    /** {@code PROXY UNKNOWN\r\n}: no header of either version is shorter. */
    private static final int LEAST_BYTES = 15;

    private static final int GREATEST_PORT = 65535;
    private static final int FAMILY_SHIFT = 4;
    private static final int STREAM = 1;
    private static final int UNIX_SOCKETS = 3;

    private ProxyDecoder() {}

    /**
     * Judges what came so far.
     *
     * @param bytes from the first one on, between position and limit; not changed
     */
    public static ProxyResult decode(ByteBuffer bytes) {
        int start = bytes.position();
        int count = bytes.remaining();
        if (ProxyHeader.isSignature(bytes, start, count)) {
            return v2(bytes, start, count);
        }
        for (int i = 0; i < Math.min(count, V1_START.length()); i++) {
            if (bytes.get(start + i) != V1_START.charAt(i)) {
                return malformed("the connection does not begin with a PROXY header");
            }
        }
        return v1(bytes, start, count);
    }

    private static ProxyResult v1(ByteBuffer bytes, int start, int count) {
        int end = start;
        while (end < start + Math.min(count, MOST_V1_BYTES) && bytes.get(end) != '\r' && bytes.get(end) != '\n') {
            end++;
        }
        int length = end - start;
        if (length > MOST_V1_BYTES - 2 || (length == MOST_V1_BYTES - 2 && count > length && bytes.get(end) != '\r')) {
            return malformed("a PROXY v1 header is longer than 107 bytes");
        }
        if (length == count) {
            return new ProxyResult.Incomplete(Math.max(2, LEAST_BYTES - count));
        }
        if (bytes.get(end) != '\r' || (count > length + 1 && bytes.get(end + 1) != '\n')) {
            return malformed("a PROXY v1 header has a CR or an LF alone");
        }
        if (count == length + 1) {
            return new ProxyResult.Incomplete(1);
        }
        byte[] line = new byte[length];
        bytes.duplicate().get(line);
        return v1(new String(line, StandardCharsets.ISO_8859_1));
    }

    private static ProxyResult v1(String line) {
        int length = line.length() + 2;
        if (line.equals(V1_UNKNOWN) || line.startsWith(V1_UNKNOWN + " ")) {
            return new ProxyResult.Header(length, null, null);
        }
        String[] fields = line.split(" ", -1);
        int addressBytes = fields[1].equals("TCP4") ? 4 : fields[1].equals("TCP6") ? 16 : 0;
        if (addressBytes == 0 || fields.length != 6) {
            return malformed("a PROXY v1 header is not TCP4 or TCP6 with two addresses and two ports");
        }
        byte[] source = AddressText.parse(fields[2]);
        byte[] destination = AddressText.parse(fields[3]);
        int sourcePort = port(fields[4]);
        int destinationPort = port(fields[5]);
        if (source == null || destination == null || sourcePort < 0 || destinationPort < 0) {
            return malformed("a PROXY v1 header has a bad address or port");
        }
        if (source.length != addressBytes || destination.length != addressBytes) {
            return malformed("a PROXY v1 header has an address of another family");
        }
        return new ProxyResult.Header(
                length, ProxyHeader.address(source, sourcePort), ProxyHeader.address(destination, destinationPort));
    }

    /** -1 for other than 0 to 65535 without leading zeros. */
    static int port(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || (text.length() > 1 && text.charAt(0) == '0')) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port <= GREATEST_PORT ? port : -1;
    }

    private static ProxyResult v2(ByteBuffer bytes, int start, int count) {
        if (count < ProxyHeader.PREFIX_BYTES) {
            return new ProxyResult.Incomplete(
                    count < LEAST_BYTES ? LEAST_BYTES - count : ProxyHeader.PREFIX_BYTES - count);
        }
        int command = bytes.get(start + 12) & 0xFF;
        int family = bytes.get(start + 13) & 0xFF;
        int length = ProxyHeader.PREFIX_BYTES + ((bytes.get(start + 14) & 0xFF) << 8 | (bytes.get(start + 15) & 0xFF));
        if (command != ProxyHeader.LOCAL && command != ProxyHeader.PROXY) {
            return malformed("a PROXY v2 header has an unknown version or command");
        }
        boolean known = family == 0
                || family == ProxyHeader.TCP_OVER_IPV4
                || family == ProxyHeader.TCP_OVER_IPV6
                || family == (UNIX_SOCKETS << FAMILY_SHIFT | STREAM);
        if (command == ProxyHeader.PROXY && !known) {
            return malformed("a PROXY v2 header is not of a stream over IPv4, IPv6 or a Unix socket");
        }
        if (length > MOST_BYTES) {
            return malformed("a PROXY v2 header is longer than 4096 bytes");
        }
        int least = family == ProxyHeader.TCP_OVER_IPV4
                ? ProxyHeader.IPV4_BLOCK_BYTES
                : family == ProxyHeader.TCP_OVER_IPV6 ? ProxyHeader.IPV6_BLOCK_BYTES : 0;
        if (command == ProxyHeader.PROXY && length < ProxyHeader.PREFIX_BYTES + least) {
            return malformed("a PROXY v2 header is too short for its addresses");
        }
        if (count < length) {
            return new ProxyResult.Incomplete(length - count);
        }
        return command == ProxyHeader.LOCAL || least == 0
                ? new ProxyResult.Header(length, null, null)
                : addresses(bytes.duplicate().position(start + ProxyHeader.PREFIX_BYTES), length, least);
    }

    private static ProxyResult addresses(ByteBuffer block, int length, int blockBytes) {
        byte[] source = new byte[blockBytes == ProxyHeader.IPV4_BLOCK_BYTES ? 4 : 16];
        byte[] destination = new byte[source.length];
        block.get(source).get(destination);
        InetSocketAddress from = ProxyHeader.address(source, block.getShort() & 0xFFFF);
        return new ProxyResult.Header(length, from, ProxyHeader.address(destination, block.getShort() & 0xFFFF));
    }

    private static ProxyResult malformed(String reason) {
        return new ProxyResult.Malformed(reason);
    }
}
