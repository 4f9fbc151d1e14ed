package io.sluice.mqtt;

/**
 * What is known of a client's first packet.
 *
 * <p>Immutable.
 */
public sealed interface ConnectResult {

    /** Nothing wrong so far; more bytes are needed. */
    enum Incomplete implements ConnectResult {
        INCOMPLETE
    }

    /** The whole packet is there and legal. */
    record Complete(Connect connect) implements ConnectResult {}

    /**
     * The session ends here.
     *
     * @param level protocol level as sent, without the bridge bit (6, say); 0 where it could not be read
     */
    record Invalid(Reason reason, int level) implements ConnectResult {}

    /** What is wrong with the packet. */
    enum Reason {
        /** [MQTT-3.1.0-1]. */
        NOT_CONNECT,
        /** The protocol name is none of MQTT's. */
        UNREADABLE_VERSION,
        /** [MQTT-3.1.2-2]: a level that does not belong to the protocol name. */
        UNSUPPORTED_LEVEL,
        MALFORMED,
        PROTOCOL_ERROR,
        TOO_LARGE
    }
}
