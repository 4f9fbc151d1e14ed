package io.sluice.upstream;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The brokers in turn, each as often as its share is great. Each pick of a broker moves it on by one over its share, and the
 * broker that stands furthest back is next (start-time fair queueing: Goyal, Vin and Cheng). One that was away goes on where
 * the others are; what it missed is not made up for.
 *
 * <p>Thread-safe.
 */
final class RoundRobin implements Balancer {
    /** Where each broker stood when it was picked last. */
    private final Map<Broker, Double> places = new HashMap<>();
    /** Where the broker that was picked last stood. */
    private double front;

    @Override
    public synchronized Broker pick(List<Broker> brokers, String key, long now) {
        Broker next = brokers.get(0);
        double least = Double.POSITIVE_INFINITY;
        for (Broker broker : brokers) {
            Double last = places.get(broker);
            double place = last == null ? front : Math.max(front, last + 1 / broker.share(now));
            if (place < least) {
                least = place;
                next = broker;
            }
        }
        front = least;
        places.put(next, least);
        return next;
    }
}
