package io.sluice.upstream;

import io.sluice.mqtt.Connect;
import io.sluice.session.Dial;
import io.sluice.session.Dialer;
import io.sluice.session.Session;
import java.util.List;

/**
 * The clusters of a route, the preferred one first: each dial goes to the first that has a live broker.
 *
 * <p>Thread-safe.
 */
record Preference(List<Cluster> clusters) implements Dialer {

    Preference {
        clusters = List.copyOf(clusters);
    }

    @Override
    public Dial dial(Session session, Connect connect) {
        return clusters.stream()
                .filter(Cluster::live)
                .findFirst()
                .orElse(clusters.get(0))
                .dial(session, connect);
    }

    @Override
    public boolean live() {
        for (Cluster cluster : clusters) {
            if (cluster.live()) {
                return true;
            }
        }
        return false;
    }
}
