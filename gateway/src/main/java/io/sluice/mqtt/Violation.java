package io.sluice.mqtt;

/**
 * What a peer did against the standard.
 *
 * <p>Immutable.
 */
public enum Violation {
    /** Bytes that cannot be parsed as the standard demands (MQTT 5.0 1.2, reason 0x81). */
    MALFORMED,
    /** Bytes that parse and yet may not stand here (MQTT 5.0 1.2, reason 0x82). */
    PROTOCOL_ERROR,
    /** More bytes than the receiver takes (MQTT 5.0 3.1.2.11.4, reason 0x95). */
    TOO_LARGE
}
