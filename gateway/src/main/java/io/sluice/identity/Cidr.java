package io.sluice.identity;

import java.net.InetAddress;

/**
 * A network of IP addresses, or a single one: {@code 10.0.0.0/8}, {@code 2001:db8::/32}, {@code ::1} (RFC 4632 3.1).
 *
 * <p>An IPv4-mapped IPv6 address ({@code ::ffff:10.0.0.1}, RFC 4291 2.5.5.2) is the IPv4 address, everywhere. No other IPv6
 * network holds it, not even {@code ::/0}.
 *
 * <p>Immutable.
 *
 * @param high the first 64 bits of an IPv6 address, 0 for IPv4
 * @param low the other 64 bits, or the 32 bits of an IPv4 address
 * @param prefixLength how many leading bits the addresses share: 0 to 128, for IPv4 0 to 32
 */
public record Cidr(boolean ipv6, long high, long low, int prefixLength) implements Comparable<Cidr> {
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;
    private static final int MAPPED_BITS = IPV6_BITS - IPV4_BITS;
    private static final String EXAMPLES = "10.0.0.0/8, 192.0.2.7 or 2001:db8::/32";

    /** @throws IllegalArgumentException for bits behind the prefix or of no address of the family, or such a length */
    public Cidr {
        int bits = ipv6 ? IPV6_BITS : IPV4_BITS;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException(
                    "prefix length " + prefixLength + " is out of range; " + family(ipv6) + " has 0 to " + bits);
        }
        if ((high & ~highMask(ipv6, prefixLength)) != 0 || (low & ~lowMask(ipv6, prefixLength)) != 0) {
            throw new IllegalArgumentException("bits behind prefix length " + prefixLength + " are set");
        }
    }

    /**
     * Reads a network, or an address as the network of that one.
     *
     * @throws IllegalArgumentException for any other text, with a message for the operator that begins with the text
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        byte[] bytes = AddressText.parse(slash < 0 ? text : text.substring(0, slash));
        if (bytes == null) {
            throw problem(text, "is not an IP address or network; write e.g. " + EXAMPLES);
        }
        int bits = bytes.length * 8;
        int length = slash < 0 ? bits : AddressText.decimal(text.substring(slash + 1), bits);
        if (length < 0) {
            throw problem(text, "has no usable prefix length; " + family(bits == IPV6_BITS) + " has 0 to " + bits);
        }
        boolean mapped = isMapped(bytes);
        if (mapped && length < MAPPED_BITS) {
            throw problem(text, "is IPv4-mapped with a prefix length below 96; write IPv4, e.g. 10.0.0.0/8");
        }
        return network(text, bytes, mapped ? length - MAPPED_BITS : length);
    }

    private static Cidr network(String text, byte[] bytes, int length) {
        boolean ipv6 = isIpv6(bytes);
        long high = ipv6 ? highWord(bytes) : 0;
        long low = lowWord(bytes, ipv6);
        Cidr network = new Cidr(ipv6, high & highMask(ipv6, length), low & lowMask(ipv6, length), length);
        if (network.high != high || network.low != low) {
            throw problem(
                    text,
                    "has bits set behind its prefix; write " + network + ", or " + format(ipv6, high, low)
                            + " for the one address");
        }
        return network;
    }

    private static IllegalArgumentException problem(String text, String problem) {
        return new IllegalArgumentException(AddressText.quote(text) + " " + problem);
    }

    /** Allocates nothing but the copy of its bytes that an {@link InetAddress} hands out. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean sixth = isIpv6(bytes);
        return contains(sixth, sixth ? highWord(bytes) : 0, lowWord(bytes, sixth));
    }

    boolean contains(boolean ofIpv6, long ofHigh, long ofLow) {
        return ofIpv6 == ipv6
                && (ofHigh & highMask(ipv6, prefixLength)) == high
                && (ofLow & lowMask(ipv6, prefixLength)) == low;
    }

    /** Whether every address of the other is one of this network. */
    boolean contains(Cidr other) {
        return other.prefixLength >= prefixLength && contains(other.ipv6, other.high, other.low);
    }

    /** By family, first address, and from the widest network to the narrowest. */
    @Override
    public int compareTo(Cidr other) {
        int order = compareFirst(other.ipv6, other.high, other.low);
        return order != 0 ? order : Integer.compare(prefixLength, other.prefixLength);
    }

    int compareFirst(boolean toIpv6, long toHigh, long toLow) {
        int order = Boolean.compare(ipv6, toIpv6);
        order = order != 0 ? order : Long.compareUnsigned(high, toHigh);
        return order != 0 ? order : Long.compareUnsigned(low, toLow);
    }

    /** The form that {@link #parse} reads, IPv6 by RFC 5952, without prefix length for a single address. */
    @Override
    public String toString() {
        String address = format(ipv6, high, low);
        return prefixLength == (ipv6 ? IPV6_BITS : IPV4_BITS) ? address : address + "/" + prefixLength;
    }

    private static String format(boolean ipv6, long high, long low) {
        return ipv6 ? AddressText.formatIpv6(high, low) : AddressText.formatIpv4(low);
    }

    private static String family(boolean ipv6) {
        return ipv6 ? "IPv6" : "IPv4";
    }

    /** Whether these bytes are an IPv6 address that is not IPv4-mapped. */
    static boolean isIpv6(byte[] bytes) {
        return bytes.length == IPV6_BITS / 8 && !isMapped(bytes);
    }

    private static boolean isMapped(byte[] bytes) {
        return bytes.length == IPV6_BITS / 8 && word(bytes, 0, 8) == 0 && word(bytes, 8, 12) == 0xFFFF;
    }

    static long highWord(byte[] bytes) {
        return word(bytes, 0, 8);
    }

    static long lowWord(byte[] bytes, boolean ipv6) {
        return word(bytes, ipv6 ? 8 : bytes.length - 4, bytes.length);
    }

    private static long word(byte[] bytes, int from, int to) {
        long word = 0;
        for (int i = from; i < to; i++) {
            word = word << 8 | (bytes[i] & 0xFF);
        }
        return word;
    }

    private static long highMask(boolean ipv6, int prefixLength) {
        return ipv6 ? upper(prefixLength) : 0;
    }

    private static long lowMask(boolean ipv6, int prefixLength) {
        return ipv6 ? upper(prefixLength - 64) : upper(prefixLength + 32) & 0xFFFF_FFFFL;
    }

    /** A word of so many leading ones; none below 0, 64 above 64. */
    private static long upper(int ones) {
        if (ones <= 0) {
            return 0;
        }
        return ones >= 64 ? -1 : -1L << (64 - ones);
    }
}
