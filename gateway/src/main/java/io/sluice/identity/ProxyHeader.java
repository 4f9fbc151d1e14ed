package io.sluice.identity;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the header of the PROXY protocol, by which a proxy tells who the client is in front of its bytes
 * (haproxy.org, proxy-protocol.txt, 2.1 and 2.2).
 *
 * <pre>
 * v1  PROXY TCP4 192.0.2.7 198.51.100.1 40000 443\r\n
 *
 * v2  0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A | version 2, command | family, protocol | length (2)
 *     | source | destination | source port (2) | destination port (2) | TLVs: type, length (2), value
 * </pre>
 *
 * <p>Immutable.
 */
public final class ProxyHeader {
    static final int PREFIX_BYTES = 16;
    static final int IPV4_BLOCK_BYTES = 12;
    static final int IPV6_BLOCK_BYTES = 36;
    static final int LOCAL = 0x20;
    static final int PROXY = 0x21;
    static final int TCP_OVER_IPV4 = 0x11;
    static final int TCP_OVER_IPV6 = 0x21;

    private static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};

    private static final int AUTHORITY = 0x02;
    private static final int UNIQUE_ID = 0x05;
    private static final int SSL = 0x20;
    private static final int SSL_VERSION = 0x21;
    private static final int SSL_COMMON_NAME = 0x22;
    private static final int SSL_CIPHER = 0x23;
    private static final int CLIENT_SSL = 0x01;
    private static final int CLIENT_CERTIFICATE = 0x02 | 0x04;
    /** Neither a unique id (2.2.5) nor a host name is longer; a common name is cut. */
    private static final int MOST_TEXT_BYTES = 255;

    private static final int MOST_UNIQUE_ID_BYTES = 128;

    private ProxyHeader() {}

    /**
     * What version 2 tells besides addresses; null is not told.
     *
     * <p>Immutable.
     *
     * @param tlsVersion such as {@code TLSv1.3}; null for a client without TLS, of which nothing else of TLS is told either
     * @param tlsCipher name of the cipher suite
     * @param clientName common name of the client's verified certificate
     * @param authority the name that the client asked for (SNI)
     * @param uniqueId of the connection; at most 128 bytes in UTF-8
     */
    public record Extras(
            @Nullable String tlsVersion,
            @Nullable String tlsCipher,
            @Nullable String clientName,
            @Nullable String authority,
            @Nullable String uniqueId) {
        public static final Extras NONE = new Extras(null, null, null, null, null);
    }

    /**
     * Version 1. Addresses of two families are both written as IPv6.
     *
     * @param source the client; resolved
     * @param destination where the client connected to; resolved
     */
    public static ByteBuffer v1(InetSocketAddress source, InetSocketAddress destination) {
        byte[] from = source.getAddress().getAddress();
        byte[] to = destination.getAddress().getAddress();
        boolean ipv4 = from.length == 4 && to.length == 4;
        String line = "PROXY " + (ipv4 ? "TCP4 " : "TCP6 ") + text(from, ipv4) + " " + text(to, ipv4) + " "
                + source.getPort() + " " + destination.getPort() + "\r\n";
        return ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(byte[] address, boolean ipv4) {
        if (ipv4) {
            return AddressText.formatIpv4(ByteBuffer.wrap(address).getInt());
        }
        ByteBuffer words = ByteBuffer.wrap(sixteen(address));
        return AddressText.formatIpv6(words.getLong(), words.getLong());
    }

    /** Version 2; as {@link #v1} otherwise. */
    public static ByteBuffer v2(InetSocketAddress source, InetSocketAddress destination, Extras extras) {
        byte[] from = source.getAddress().getAddress();
        byte[] to = destination.getAddress().getAddress();
        boolean ipv4 = from.length == 4 && to.length == 4;
        byte[] tlvs = tlvs(extras);
        int length = (ipv4 ? IPV4_BLOCK_BYTES : IPV6_BLOCK_BYTES) + tlvs.length;
        return prefix(PROXY, ipv4 ? TCP_OVER_IPV4 : TCP_OVER_IPV6, length)
                .put(ipv4 ? from : sixteen(from))
                .put(ipv4 ? to : sixteen(to))
                .putShort((short) source.getPort())
                .putShort((short) destination.getPort())
                .put(tlvs)
                .flip();
    }

    /** Version 1, of a connection whose ends are not told. */
    public static ByteBuffer unknown() {
        return ByteBuffer.wrap("PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** Version 2, for a connection that the proxy opened on its own behalf, such as a health check. */
    public static ByteBuffer local() {
        return prefix(LOCAL, 0, 0).flip();
    }

    private static ByteBuffer prefix(int command, int family, int length) {
        return ByteBuffer.allocate(PREFIX_BYTES + length)
                .put(SIGNATURE)
                .put((byte) command)
                .put((byte) family)
                .putShort((short) length);
    }

    /** RFC 4291 2.5.5.2: an IPv4 address in the place of an IPv6 one. */
    private static byte[] sixteen(byte[] address) {
        if (address.length == 16) {
            return address;
        }
        return ByteBuffer.allocate(16).putLong(0).putInt(0xFFFF).put(address).array();
    }

    private static byte[] tlvs(Extras extras) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        put(out, AUTHORITY, extras.authority, MOST_TEXT_BYTES);
        put(out, UNIQUE_ID, extras.uniqueId, MOST_UNIQUE_ID_BYTES);
        if (extras.tlsVersion != null) {
            boolean verified = extras.clientName != null;
            ByteArrayOutputStream ssl = new ByteArrayOutputStream();
            ssl.write(CLIENT_SSL | (verified ? CLIENT_CERTIFICATE : 0));
            ssl.writeBytes(new byte[] {0, 0, 0, (byte) (verified ? 0 : 1)});
            put(ssl, SSL_VERSION, extras.tlsVersion, MOST_TEXT_BYTES);
            put(ssl, SSL_COMMON_NAME, extras.clientName, MOST_TEXT_BYTES);
            put(ssl, SSL_CIPHER, extras.tlsCipher, MOST_TEXT_BYTES);
            put(out, SSL, ssl.toByteArray());
        }
        return out.toByteArray();
    }

    private static void put(ByteArrayOutputStream out, int type, @Nullable String text, int most) {
        if (text != null) {
            byte[] value = text.getBytes(StandardCharsets.UTF_8);
            put(out, type, value.length > most ? Arrays.copyOf(value, most) : value);
        }
    }

    private static void put(ByteArrayOutputStream out, int type, byte[] value) {
        out.write(type);
        out.write(value.length >> 8);
        out.write(value.length);
        out.writeBytes(value);
    }

    static boolean isSignature(ByteBuffer bytes, int from, int count) {
        for (int i = 0; i < Math.min(count, SIGNATURE.length); i++) {
            if (bytes.get(from + i) != SIGNATURE[i]) {
                return false;
            }
        }
        return true;
    }

    static InetSocketAddress address(byte[] address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException wrongLength) {
            throw new IllegalArgumentException("4 or 16 bytes are an address", wrongLength);
        }
    }
}
