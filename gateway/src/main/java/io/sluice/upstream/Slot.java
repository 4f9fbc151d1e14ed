package io.sluice.upstream;

/**
 * The place of one connection at a broker, from before it is opened until it is closed: waiting for a client, connecting until
 * CONNACK, or neither.
 *
 * <p>Confined to its connection's I/O thread.
 */
final class Slot {
    private final Slots slots;
    private final Broker broker;
    private boolean warm;
    private boolean connecting;
    private boolean free;

    /** What it stands for is counted already. */
    Slot(Slots slots, Broker broker, boolean warm) {
        this.slots = slots;
        this.broker = broker;
        this.warm = warm;
        connecting = !warm;
    }

    Broker broker() {
        return broker;
    }

    /** The warm connection gets a client, whose connecting is counted already. */
    void used() {
        warm = false;
        connecting = true;
        broker.addWarm(-1);
    }

    /** CONNACK came; idempotent. */
    void accepted() {
        if (connecting) {
            connecting = false;
            broker.endConnecting();
            slots.freed();
        }
    }

    /** The connection is closed, or there never was one; idempotent. */
    void release() {
        if (free) {
            return;
        }
        free = true;
        if (warm) {
            broker.addWarm(-1);
        }
        if (connecting) {
            connecting = false;
            broker.endConnecting();
        }
        broker.released();
        slots.freed();
    }
}
