package io.sluice.session;

import org.jspecify.annotations.Nullable;

/**
 * The two connections of a session, and which of them are closed.
 *
 * <p>Confined to its session's I/O thread.
 */
final class Sides {
    private final Peer client;
    private @Nullable Peer broker;
    private boolean clientDone;
    /** No connection counts as a closed one. */
    private boolean brokerDone = true;

    Sides(Peer client) {
        this.client = client;
    }

    Peer client() {
        return client;
    }

    /** The broker's connection, which is there. */
    Peer broker() {
        if (broker == null) {
            throw new IllegalStateException("there is no broker's connection");
        }
        return broker;
    }

    void connected(Peer connection) {
        broker = connection;
        brokerDone = false;
    }

    void clientClosed() {
        clientDone = true;
    }

    void brokerClosed() {
        brokerDone = true;
    }

    boolean clientDone() {
        return clientDone;
    }

    boolean brokerDone() {
        return brokerDone;
    }

    boolean done() {
        return clientDone && brokerDone;
    }

    /** Closes what is open, each in its manner. */
    void finish(CloseCause why) {
        if (!clientDone) {
            if (why.resetsClient()) {
                client.abort();
            } else {
                client.finish(why);
            }
        }
        if (!brokerDone) {
            broker().finish(why);
        }
    }

    /** Bytes outside the heap that both keep. */
    int heldBytes() {
        return client.heldBytes() + (broker == null ? 0 : broker.heldBytes());
    }

    /** Drops what is open. */
    void abort() {
        if (!clientDone) {
            client.abort();
        }
        if (!brokerDone) {
            broker().abort();
        }
    }
}
