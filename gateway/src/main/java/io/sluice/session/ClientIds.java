package io.sluice.session;

import java.util.concurrent.ConcurrentHashMap;

/**
 * Which session of a cluster was the last to send CONNECT with a client id. A broker ends the older session of two with one id
 * ([MQTT-3.1.4-2] in 3.1.1, [MQTT-3.1.4-3] in 5.0), and some do it without a word; by this the older one's client can be told.
 * A client id belongs to its cluster, whichever routes lead there. It holds an
 * entry for each session at most.
 *
 * <p>Thread-safe.
 */
public final class ClientIds {
    /** Comparable, so that ids made to have one hash cost no more than a tree. */
    private record Key(String cluster, String clientId) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byId = clientId.compareTo(other.clientId);
            return byId != 0 ? byId : cluster.compareTo(other.cluster);
        }
    }

    private final ConcurrentHashMap<Key, Session> latest = new ConcurrentHashMap<>();

    /** The session is about to send its CONNECT to the cluster. An empty id is none: the broker assigns one. */
    void claim(String cluster, String clientId, Session session) {
        if (!clientId.isEmpty()) {
            latest.put(new Key(cluster, clientId), session);
        }
    }

    /** Another session has claimed the id since this one did, and is still there. */
    boolean takenFrom(String cluster, String clientId, Session session) {
        Session holder = latest.get(new Key(cluster, clientId));
        return holder != null && holder != session;
    }

    /** The session has ended, or has left the cluster; idempotent. */
    void release(String cluster, String clientId, Session session) {
        latest.remove(new Key(cluster, clientId), session);
    }

    int size() {
        return latest.size();
    }
}
