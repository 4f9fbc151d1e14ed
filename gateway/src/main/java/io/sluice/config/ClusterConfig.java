package io.sluice.config;

import java.time.Duration;
import java.util.List;

/**
 * One cluster: a named group of brokers ({@code cluster.<name>.*}).
 *
 * <p>Immutable.
 *
 * @param brokers at least one
 * @param dialTimeout bound on opening one TCP connection
 * @param dialTries how many brokers one session tries, at least 1
 * @param resolveInterval how often names are resolved again
 */
public record ClusterConfig(
        String name, List<HostPort> brokers, Duration dialTimeout, int dialTries, Duration resolveInterval) {

    public ClusterConfig {
        brokers = List.copyOf(brokers);
    }
}
