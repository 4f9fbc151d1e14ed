package io.sluice.limit;

import io.sluice.config.Addresses;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The addresses that share their first bits.
 *
 * <p>It is comparable so that hash maps stay fast when a client chooses addresses whose hashes collide.
 *
 * <p>Immutable.
 *
 * @param high the first 64 bits of an IPv6 address, 0 for IPv4
 * @param low the other 64 bits, or the 32 bits of an IPv4 address; bits behind the prefix are 0
 * @param prefixLength 0 to 128, for IPv4 0 to 32
 */
record AddressBlock(boolean ipv6, long high, long low, int prefixLength) implements Comparable<AddressBlock> {
    static final int IPV4_BITS = 32;
    static final int IPV6_BITS = 128;

    /** The high word of the last 64 bits of {@code ::ffff:0:0/96}. */
    private static final long MAPPED = 0xFFFF;

    /** The one address; an IPv4-mapped IPv6 address is the IPv4 address. */
    static AddressBlock of(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == IPV4_BITS / 8) {
            return new AddressBlock(false, 0, word(bytes, 0, bytes.length), IPV4_BITS);
        }
        long high = word(bytes, 0, 8);
        long low = word(bytes, 8, 16);
        return high == 0 && low >>> 32 == MAPPED
                ? new AddressBlock(false, 0, low & 0xFFFF_FFFFL, IPV4_BITS)
                : new AddressBlock(true, high, low, IPV6_BITS);
    }

    private static long word(byte[] bytes, int from, int to) {
        long word = 0;
        for (int i = from; i < to; i++) {
            word = word << 8 | (bytes[i] & 0xFF);
        }
        return word;
    }

    /** How many bits an address of this family has. */
    int bits() {
        return ipv6 ? IPV6_BITS : IPV4_BITS;
    }

    /** The block with that shorter prefix that holds this one. */
    AddressBlock within(int length) {
        if (!ipv6) {
            return new AddressBlock(false, 0, low & upper(length + 32) & 0xFFFF_FFFFL, length);
        }
        return new AddressBlock(true, high & upper(length), low & upper(length - 64), length);
    }

    /** A word of so many leading ones; none below 0, 64 above 64. */
    private static long upper(int ones) {
        if (ones <= 0) {
            return 0;
        }
        return ones >= 64 ? -1 : -1L << (64 - ones);
    }

    @Override
    public int compareTo(AddressBlock other) {
        int order = Boolean.compare(ipv6, other.ipv6);
        order = order != 0 ? order : Long.compare(high, other.high);
        order = order != 0 ? order : Long.compare(low, other.low);
        return order != 0 ? order : Integer.compare(prefixLength, other.prefixLength);
    }

    /** The address, and its prefix length where it is more than one address: {@code 192.0.2.0/24}. */
    @Override
    public String toString() {
        byte[] bytes = new byte[bits() / 8];
        for (int i = 0; i < bytes.length; i++) {
            int shift = bits() - 8 - 8 * i;
            bytes[i] = (byte) (shift >= 64 ? high >>> (shift - 64) : low >>> shift);
        }
        try {
            String address = Addresses.text(InetAddress.getByAddress(bytes));
            return prefixLength == bits() ? address : address + "/" + prefixLength;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("no address has " + bytes.length + " bytes", e);
        }
    }
}
