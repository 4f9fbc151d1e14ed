package io.sluice.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A host name or IP literal (IPv6 without brackets) and a port.
 *
 * <p>Immutable.
 *
 * @param port 0 to 65535
 */
public record HostPort(String host, int port) {

    /** The address, by its name where it is not resolved. */
    public static HostPort of(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        return new HostPort(ip == null ? address.getHostString() : Addresses.text(ip), address.getPort());
    }

    /** {@code host:port}, an IPv6 literal in brackets. */
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
