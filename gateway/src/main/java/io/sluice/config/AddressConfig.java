package io.sluice.config;

import io.sluice.identity.Cidr;
import java.util.List;
import java.util.Optional;

/**
 * What clients of one address may have ({@code address.*}); {@link Integer#MAX_VALUE} is unlimited.
 *
 * <p>Immutable.
 *
 * @param mode what is done about an address that exceeds a limit
 * @param connectionRate new connections; empty is unlimited
 * @param awaitingConnect connections that have not yet sent CONNECT
 * @param connections connections at a time
 * @param ipv6Prefix so many leading bits of an IPv6 address count as one address
 * @param tracked of so many addresses without connections the rate is remembered
 * @param allow who may connect; empty is any
 * @param deny who may not, also where allowed
 */
public record AddressConfig(
        Mode mode,
        Optional<RateConfig> connectionRate,
        int awaitingConnect,
        int connections,
        int ipv6Prefix,
        int tracked,
        List<Cidr> allow,
        List<Cidr> deny) {

    public AddressConfig {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    /** What is done about an address that exceeds a limit. */
    public enum Mode {
        /** Its further connections are refused. */
        ENFORCE,
        /** They are counted and logged. */
        REPORT
    }
}
