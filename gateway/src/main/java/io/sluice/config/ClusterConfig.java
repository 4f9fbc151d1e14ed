package io.sluice.config;

import java.time.Duration;
import java.util.List;

/**
 * One cluster: a named group of brokers ({@code cluster.<name>.*}).
 *
 * <p>Immutable.
 *
 * @param brokers at least one
 * @param balance how sessions are shared out among them
 * @param eject when one that is not reached is left alone for a while
 * @param health how they are checked
 * @param slots how much they take at a time
 * @param dialTimeout bound on opening one connection, TLS included
 * @param dialTries how many brokers one session tries, at least 1
 * @param retryRefused a broker's CONNACK that says it cannot serve sends the session to another
 * @param link how connections are made
 * @param resolveInterval how often names are resolved again
 */
public record ClusterConfig(
        String name,
        List<BrokerConfig> brokers,
        BalanceConfig balance,
        EjectConfig eject,
        HealthConfig health,
        SlotConfig slots,
        Duration dialTimeout,
        int dialTries,
        boolean retryRefused,
        LinkConfig link,
        Duration resolveInterval) {

    public ClusterConfig {
        brokers = List.copyOf(brokers);
    }
}
