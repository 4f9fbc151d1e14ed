package io.sluice.limit;

import java.util.Optional;

/**
 * What one client address may have ({@code address.*}); {@link Integer#MAX_VALUE} is unlimited.
 *
 * <p>Immutable.
 *
 * @param enforced false: over a limit is told, and admitted all the same
 * @param connectionRate new connections; empty is unlimited
 * @param awaitingConnect greatest number of connections that have not yet sent CONNECT, from 1
 * @param connections greatest number of connections at once, from 1
 * @param ipv6Prefix so many leading bits of an IPv6 address count as one address, 1 to 128
 * @param tracked of so many addresses without connections the rate is remembered, from 1
 */
public record AddressPolicy(
        boolean enforced,
        Optional<Rate> connectionRate,
        int awaitingConnect,
        int connections,
        int ipv6Prefix,
        int tracked) {

    /** @throws IllegalArgumentException when a number is out of range */
    public AddressPolicy {
        if (awaitingConnect < 1 || connections < 1 || tracked < 1) {
            throw new IllegalArgumentException("awaitingConnect " + awaitingConnect + ", connections " + connections
                    + " and tracked " + tracked + " must be at least 1");
        }
        if (ipv6Prefix < 1 || ipv6Prefix > AddressBlock.IPV6_BITS) {
            throw new IllegalArgumentException("ipv6Prefix " + ipv6Prefix + " is out of range; 1 to 128");
        }
    }
}
