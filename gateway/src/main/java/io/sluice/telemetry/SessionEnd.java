package io.sluice.telemetry;

/**
 * How a session has ended.
 *
 * <p>Immutable.
 *
 * @param cause label of the close cause
 * @param closedBy {@code client}, {@code broker} or {@code gateway}
 * @param mqttCode code of the gateway's own CONNACK or DISCONNECT to the client, -1 where it sent none
 * @param webSocketCode close code, 0 where the client's own was echoed or the connection reset
 * @param ordinary the ending is none an operator wonders about
 */
public record SessionEnd(
        SessionReport session, String cause, String closedBy, int mqttCode, int webSocketCode, boolean ordinary) {}
