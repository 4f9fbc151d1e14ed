package io.sluice.config;

import java.net.InetAddress;
import org.wildfly.common.net.Inet;

/**
 * IP addresses as people write them and look for them.
 *
 * <p>Immutable.
 */
public final class Addresses {
    private Addresses() {}

    /** {@code 192.0.2.1} or, in the form of RFC 5952 and without brackets, {@code 2001:db8::1}. */
    public static String text(InetAddress address) {
        return Inet.toOptimalString(address);
    }
}
