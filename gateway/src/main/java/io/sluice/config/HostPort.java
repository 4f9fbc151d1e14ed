package io.sluice.config;

/**
 * A host name or IP literal (IPv6 without brackets) and a port.
 *
 * <p>Immutable.
 *
 * @param port 0 to 65535
 */
public record HostPort(String host, int port) {

    /** {@code host:port}, an IPv6 literal in brackets. */
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
