package io.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.BrokerConfig;
import io.sluice.config.HostPort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Brokers without a network, and sessions that a balancer sends to them.
 *
 * <p>Confined to the test's thread.
 */
final class Crowd {
    private final Balancer balancer;
    private final List<Broker> brokers = new ArrayList<>();

    Crowd(Balancer balancer, int... weights) {
        this.balancer = balancer;
        for (int i = 0; i < weights.length; i++) {
            brokers.add(broker(i, weights[i]));
        }
    }

    static Broker broker(int number, int weight) {
        return broker(number, weight, new SlowStart(Optional.empty()));
    }

    static Broker broker(int number, int weight, SlowStart slowStart) {
        return new Broker(
                "default", new BrokerConfig(new HostPort("broker" + number + ".example", 1883), weight), slowStart);
    }

    /** Gives a broker one connection more. */
    static void connect(Broker broker) {
        assertThat(broker.tryAcquire(Integer.MAX_VALUE)).isTrue();
    }

    Crowd with(Broker broker) {
        brokers.add(broker);
        return this;
    }

    Crowd without(Broker broker) {
        brokers.remove(broker);
        return this;
    }

    Broker broker(int index) {
        return brokers.get(index);
    }

    /** One session more. */
    Broker come(String key) {
        return come(key, 0);
    }

    Broker come(String key, long now) {
        Broker chosen = balancer.pick(brokers, key, now);
        connect(chosen);
        return chosen;
    }

    /** As many sessions as there are numbers from 0, each with a key of its own; where each went. */
    Map<String, Broker> come(int many) {
        Map<String, Broker> placed = new HashMap<>();
        for (int i = 0; i < many; i++) {
            placed.put("client-" + i, come("client-" + i));
        }
        return placed;
    }

    List<Integer> sessions() {
        return brokers.stream().map(Broker::sessions).toList();
    }
}
