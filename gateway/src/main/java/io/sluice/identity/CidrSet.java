package io.sluice.identity;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * The addresses of several networks, found in logarithmic time.
 *
 * <p>Two networks either nest or share no address. Without the nested ones, sorted by first address, only the last that
 * begins at or before an address can hold it.
 *
 * <p>Immutable.
 */
public final class CidrSet {
    /** Holds no address. */
    public static final CidrSet EMPTY = new CidrSet(List.of());

    private final Cidr[] networks;

    private CidrSet(List<Cidr> networks) {
        this.networks = networks.toArray(Cidr[]::new);
    }

    public static CidrSet of(Collection<Cidr> networks) {
        List<Cidr> outermost = new ArrayList<>();
        for (Cidr network : new TreeSet<>(networks)) {
            if (outermost.isEmpty() || !outermost.get(outermost.size() - 1).contains(network)) {
                outermost.add(network);
            }
        }
        return new CidrSet(outermost);
    }

    /**
     * Reads each as {@link Cidr#parse} does.
     *
     * @throws IllegalArgumentException for the first that is neither address nor network
     */
    public static CidrSet parse(Collection<String> texts) {
        return of(texts.stream().map(Cidr::parse).toList());
    }

    /** Whether one of the networks holds the address; allocates nothing but the copy of its bytes. */
    public boolean contains(InetAddress address) {
        if (networks.length == 0) {
            return false;
        }
        byte[] bytes = address.getAddress();
        boolean ipv6 = Cidr.isIpv6(bytes);
        long high = ipv6 ? Cidr.highWord(bytes) : 0;
        long low = Cidr.lowWord(bytes, ipv6);
        int from = 0;
        int to = networks.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (networks[middle].compareFirst(ipv6, high, low) <= 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from > 0 && networks[from - 1].contains(ipv6, high, low);
    }

    public boolean isEmpty() {
        return networks.length == 0;
    }

    /** The networks, without those that lie within another, by family and address. */
    public List<Cidr> networks() {
        return List.of(networks);
    }

    /** The networks as a comma list. */
    @Override
    public String toString() {
        return String.join(", ", networks().stream().map(Cidr::toString).toList());
    }
}
