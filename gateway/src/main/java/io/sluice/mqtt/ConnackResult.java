package io.sluice.mqtt;

/**
 * What is known of the next packet of a broker that has not yet answered CONNECT.
 *
 * <p>Immutable.
 */
public sealed interface ConnackResult {

    /** Nothing wrong so far; more bytes are needed. */
    enum Incomplete implements ConnackResult {
        INCOMPLETE
    }

    /**
     * A whole AUTH of MQTT 5.0; another packet comes before the CONNACK is due.
     *
     * @param length bytes of the packet, fixed header included
     */
    record Auth(int length) implements ConnackResult {}

    /**
     * A whole CONNACK.
     *
     * @param length bytes of the packet, fixed header included
     * @param sessionPresent Session Present; false in 3.1, which has no such flag
     * @param code return code, in 5.0 reason code; 0 accepts
     * @param serverKeepAliveSeconds 5.0 property Server Keep Alive; -1 where there is none
     */
    record Connack(int length, boolean sessionPresent, int code, int serverKeepAliveSeconds) implements ConnackResult {}

    /** What the broker may not say here. */
    enum Invalid implements ConnackResult {
        /** Its first byte is not that of a CONNACK or, in 5.0, an AUTH ([MQTT-3.2.0-1]). */
        OTHER_PACKET,
        /** Malformed, or too long. */
        MALFORMED
    }
}
