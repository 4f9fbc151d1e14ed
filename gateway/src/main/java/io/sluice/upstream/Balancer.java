package io.sluice.upstream;

import io.sluice.config.BalanceConfig;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The choice among the brokers of one cluster that may have a session, by their shares ({@link Broker#share}).
 *
 * <p>Thread-safe.
 */
interface Balancer {

    /**
     * Picks one.
     *
     * @param brokers at least one
     * @param key what the choice should be the same for; empty where the client has none
     * @param now nanoseconds, compared by subtraction
     */
    Broker pick(List<Broker> brokers, String key, long now);

    static Balancer of(BalanceConfig config) {
        LeastConnections least = new LeastConnections(ThreadLocalRandom::current);
        return switch (config.by()) {
            case LEAST_CONNECTIONS -> least;
            case ROUND_ROBIN -> new RoundRobin();
            case CLIENT_ID_HASH, SOURCE_HASH -> new Rendezvous(config.hashBound(), least);
        };
    }
}
