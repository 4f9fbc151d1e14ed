package io.sluice.listener;

import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import org.jspecify.annotations.Nullable;

/**
 * Why a handshake is refused, and the HTTP answer.
 *
 * <p>Immutable.
 */
enum Refusal {
    /** Seconds in Retry-After are the least; as many again are added at random. */
    STOPPING(503, "stopping", "The gateway is stopping; try again soon.", Headers.RETRY_AFTER, "5"),
    FULL(503, "full", "The gateway has as many clients as it can serve; try again later.", Headers.RETRY_AFTER, "10"),
    MEMORY(503, "memory", "The gateway is short of memory; try again later.", Headers.RETRY_AFTER, "10"),
    METHOD(405, "method", "A WebSocket handshake is a GET request.", Headers.ALLOW, "GET"),
    NOT_UPGRADE(
            426,
            "not-upgrade",
            "This address speaks MQTT over WebSocket: connect with a WebSocket client, over HTTP/1.1.",
            Headers.UPGRADE,
            "websocket"),
    VERSION(
            426,
            "websocket-version",
            "Sec-WebSocket-Version must be 13.",
            HttpString.tryFromString("Sec-WebSocket-Version"),
            "13"),
    KEY(400, "websocket-key", "Sec-WebSocket-Key must be 16 bytes in base64, once.", null, ""),
    HOST(400, "host", "There must be exactly one valid Host header.", null, ""),
    BODY(400, "body", "A WebSocket handshake has no body, no Transfer-Encoding and no Expect.", null, ""),
    EARLY_BYTES(400, "early-bytes", "WebSocket frames may follow only after the 101 answer.", null, ""),
    FOLDED_HEADER(400, "folded-header", "Header lines must not be folded.", null, ""),
    DENIED(403, "address-denied", "This address may not connect.", null, ""),
    BANNED(403, "banned", "This address is banned for a time.", null, ""),
    ADDRESS_RATE(
            429,
            "address-rate",
            "Too many connections from this address at once; try again later.",
            Headers.RETRY_AFTER,
            "1"),
    ADDRESS_CONNECTIONS(
            429,
            "address-connections",
            "This address has as many connections as it may have.",
            Headers.RETRY_AFTER,
            "30"),
    ADDRESS_AWAITING_CONNECT(
            429,
            "address-awaiting-connect",
            "Too many connections of this address have not yet sent CONNECT.",
            Headers.RETRY_AFTER,
            "5"),
    NO_ROUTE(404, "no-route", "Nothing is served at this address.", null, ""),
    ORIGIN(403, "origin", "This Origin may not connect.", null, ""),
    ORIGIN_ABSENT(403, "origin-absent", "An Origin header is required.", null, ""),
    SUBPROTOCOL(
            400, "subprotocol", "Sec-WebSocket-Protocol must offer mqtt or another that this route accepts.", null, ""),
    NO_BROKER(503, "no-broker", "No broker can be reached; try again soon.", Headers.RETRY_AFTER, "5"),
    AUTH_HEADER(400, "auth-header", "A header of the handshake has characters that HTTP does not allow.", null, ""),
    AUTH_REQUIRED(401, "auth-required", "A valid credential is required.", null, ""),
    AUTH_DENIED(403, "auth-denied", "This client may not connect.", null, ""),
    AUTH_FAILED(503, "auth-failed", "Credentials cannot be checked now; try again soon.", Headers.RETRY_AFTER, "5"),
    AUTH_BUSY(503, "auth-busy", "Too many credentials are being checked; try again soon.", Headers.RETRY_AFTER, "5");

    private final int status;
    private final String label;
    private final String sentence;
    private final @Nullable HttpString header;
    private final String headerValue;

    Refusal(int status, String label, String sentence, @Nullable HttpString header, String headerValue) {
        this.status = status;
        this.label = label;
        this.sentence = sentence;
        this.header = header;
        this.headerValue = headerValue;
    }

    int status() {
        return status;
    }

    /** The name in log lines. */
    String label() {
        return label;
    }

    /** The body of the answer. */
    String sentence() {
        return sentence;
    }

    /** What the status asks for beside the body. */
    @Nullable
    HttpString header() {
        return header;
    }

    String headerValue() {
        return headerValue;
    }
}
