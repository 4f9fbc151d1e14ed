package io.sluice.upstream;

import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Of two brokers taken at random, each as often as its share is great, the one with fewer sessions for its share
 * (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing"). Other gateways choose at the same time by counts of
 * their own: the least of all would be the same for each of them.
 *
 * <p>Thread-safe.
 */
final class LeastConnections implements Balancer {
    private final Supplier<RandomGenerator> random;

    /** @param random gives each thread one of its own */
    LeastConnections(Supplier<RandomGenerator> random) {
        this.random = random;
    }

    @Override
    public Broker pick(List<Broker> brokers, String key, long now) {
        double[] shares = new double[brokers.size()];
        double all = 0;
        for (int i = 0; i < shares.length; i++) {
            shares[i] = brokers.get(i).share(now);
            all += shares[i];
        }
        int one = draw(shares, all);
        double share = shares[one];
        if (shares.length == 1) {
            return brokers.get(one);
        }
        shares[one] = 0;
        int other = draw(shares, all - share);
        return load(brokers.get(other), shares[other]) < load(brokers.get(one), share)
                ? brokers.get(other)
                : brokers.get(one);
    }

    private int draw(double[] shares, double all) {
        double point = random.get().nextDouble() * all;
        int last = 0;
        for (int i = 0; i < shares.length; i++) {
            if (shares[i] > 0) {
                last = i;
                point -= shares[i];
                if (point < 0) {
                    return i;
                }
            }
        }
        return last; // what is left of the point is rounding
    }

    /** With the session that is to come. */
    private static double load(Broker broker, double share) {
        return (broker.sessions() + 1) / share;
    }
}
