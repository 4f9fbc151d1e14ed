package io.sluice.session;

import static io.sluice.session.CloseCause.By.BROKER;
import static io.sluice.session.CloseCause.By.CLIENT;
import static io.sluice.session.CloseCause.By.GATEWAY;
import static io.sluice.session.CloseCause.Severity.BUG;
import static io.sluice.session.CloseCause.Severity.NOTABLE;
import static io.sluice.session.CloseCause.Severity.ORDINARY;

/**
 * Why a session ended, and what each side is told: the one table from event to answer. A session has exactly one cause,
 * the first.
 *
 * <p>Towards an MQTT 5.0 client the reason code goes out in a DISCONNECT after a successful CONNACK, and in a CONNACK
 * before it (with a code that a CONNACK may carry, MQTT 5.0 table 3-1). MQTT 3.1 and 3.1.1 know no DISCONNECT from a
 * server: there a CONNACK before the CONNACK, afterwards the WebSocket close code alone.
 *
 * <p>Immutable.
 */
public enum CloseCause {
    /** The first packet is no CONNECT, or its version cannot be read. */
    NOT_CONNECT("not-connect", CLIENT, NOTABLE, Answer.none(1002)),
    CONNECT_MALFORMED("connect-malformed", CLIENT, NOTABLE, Answer.mqtt(Answer.NOTHING, 0x81, 1002)),
    CONNECT_PROTOCOL_ERROR("connect-protocol-error", CLIENT, NOTABLE, Answer.mqtt(Answer.NOTHING, 0x82, 1002)),
    CONNECT_TOO_LARGE("connect-too-large", CLIENT, NOTABLE, Answer.mqtt(Answer.NOTHING, 0x95, 1009)),
    /** The protocol level is unknown, or the route's limit policy does not allow it. */
    VERSION_REFUSED("version-refused", CLIENT, NOTABLE, Answer.mqtt(1, 0x84, 1002)),
    /** Bit 7 of the protocol level is set and the route has no {@code route.bridges=allow}. */
    BRIDGE_REFUSED("bridge-refused", CLIENT, NOTABLE, Answer.mqtt(1, 0x84, 1002)),
    /** The client id is longer than 1,024 characters. */
    CLIENT_ID_TOO_LONG("client-id-too-long", CLIENT, NOTABLE, Answer.mqtt(2, 0x85, 0x80, 1008)),
    CONNECT_TIMEOUT("connect-timeout", GATEWAY, NOTABLE, Answer.none(1008)),

    /** No broker of the cluster could be reached. */
    NO_BROKER("no-broker", GATEWAY, NOTABLE, Answer.mqtt(3, 0x88, 1013)),
    /** The brokers' queue is full, or the time in it was up. */
    QUEUE_FULL("queue-full", GATEWAY, NOTABLE, Answer.mqtt(3, 0x89, 1013)),
    /** The gateway has no file descriptor left for a connection to a broker. */
    NO_DESCRIPTOR("no-descriptor", GATEWAY, NOTABLE, Answer.mqtt(3, 0x89, 1013)),
    CONNACK_TIMEOUT("connack-timeout", GATEWAY, NOTABLE, Answer.mqtt(3, 0x88, 1014)),
    /** The broker closed or was lost before its CONNACK. */
    BROKER_SILENT("broker-closed-before-connack", BROKER, NOTABLE, Answer.mqtt(3, 0x88, 1014)),
    /** The broker answered CONNECT with neither CONNACK nor, in 5.0, AUTH: it may be no MQTT broker at all. */
    NOT_CONNACK("broker-not-connack", BROKER, NOTABLE, Answer.mqtt(3, 0x88, 1014)),
    /** The broker's CONNACK refuses; it is passed on. */
    BROKER_REFUSED("broker-refused", BROKER, NOTABLE, Answer.none(1000)),
    /** The broker's DISCONNECT was passed on. */
    BROKER_DISCONNECT("broker-disconnect", BROKER, NOTABLE, Answer.none(1000)),
    /** The broker closed without a DISCONNECT, after another session had sent it the same client id. */
    TAKEN_OVER("taken-over", BROKER, NOTABLE, Answer.mqtt(3, 0x8E, 1014)),
    /** The broker closed or was lost and nobody had sent a DISCONNECT. */
    BROKER_LOST("broker-lost", BROKER, NOTABLE, Answer.mqtt(3, 0x80, 1014)),
    /** The broker took not one byte of what waited for it, for the write-stall time. */
    BROKER_STALLED("broker-stalled", BROKER, NOTABLE, Answer.mqtt(3, 0x80, 1014)),
    /** The broker sent what is no MQTT; its stream has no packet boundary any more. */
    BROKER_MALFORMED("broker-malformed", BROKER, NOTABLE, Answer.mqtt(3, 0x80, 1014)),

    /** The client sent DISCONNECT, then either side closed. */
    CLIENT_DISCONNECT("client-disconnect", CLIENT, ORDINARY, Answer.none(1000)),
    /** The client's WebSocket Close without a DISCONNECT; its code is echoed. */
    CLIENT_CLOSE("client-close", CLIENT, ORDINARY, Answer.none(Answer.ECHO)),
    /** The client is gone without a WebSocket Close. */
    CLIENT_LOST("client-lost", CLIENT, ORDINARY, Answer.none(Answer.RESET)),

    KEEP_ALIVE_EXPIRED("keep-alive-expired", GATEWAY, NOTABLE, Answer.mqtt(Answer.NOTHING, 0x8D, 1008)),
    PACKET_TOO_LARGE("packet-too-large", CLIENT, NOTABLE, Answer.mqtt(Answer.NOTHING, 0x95, 1009)),
    PACKET_MALFORMED("packet-malformed", CLIENT, NOTABLE, Answer.mqtt(Answer.NOTHING, 0x81, 1002)),
    PROTOCOL_ERROR("protocol-error", CLIENT, NOTABLE, Answer.mqtt(Answer.NOTHING, 0x82, 1002)),
    /** Throttled without a break for {@code limit.close-after}. */
    RATE_EXCEEDED("rate-exceeded", GATEWAY, NOTABLE, Answer.mqtt(Answer.NOTHING, 0x96, 1008)),
    TEXT_FRAME("text-frame", CLIENT, NOTABLE, Answer.none(1003)),
    FRAME_ERROR("frame-error", CLIENT, NOTABLE, Answer.none(1002)),
    /** The reason in the client's WebSocket Close is no UTF-8. */
    CLOSE_REASON_INVALID("close-reason-invalid", CLIENT, NOTABLE, Answer.none(1007)),
    /** The client took not one byte for the write-stall time. */
    WRITE_STALLED("write-stalled", GATEWAY, NOTABLE, Answer.none(Answer.RESET)),
    /** The client has begun a TLS record and not ended it in the write-stall time. */
    RECORD_STALLED("record-stalled", GATEWAY, NOTABLE, Answer.mqtt(Answer.NOTHING, 0x80, 1008)),

    /** Pings are on, and no sign of life came: nobody is there who could read a goodbye. */
    PONG_OVERDUE("pong-overdue", GATEWAY, NOTABLE, Answer.none(Answer.RESET)),

    /** The session is as old as {@code limit.max-lifetime} lets it become. */
    LIFETIME_OVER("lifetime-over", GATEWAY, ORDINARY, Answer.mqtt(3, 0xA0, 1008)),
    /** The operator ended it. */
    KICKED("kicked", GATEWAY, NOTABLE, Answer.mqtt(3, 0x98, 1008)),
    /** The client's address or client id is banned; a CONNACK has a word for it, a DISCONNECT only "administrative action". */
    BANNED("banned", GATEWAY, NOTABLE, Answer.mqtt(5, 0x8A, 0x98, 1008)),
    /** The gateway is short of memory. It is not the client's quota that is exceeded: busy, to be tried again later. */
    MEMORY_SHED("memory-shed", GATEWAY, NOTABLE, Answer.mqtt(3, 0x89, 1013)),
    /** The gateway drains: it will be gone, and others serve. */
    DRAIN("drain", GATEWAY, ORDINARY, Answer.mqtt(3, 0x8B, 1012)),
    /** The same, with another server named (Server Reference). */
    DRAIN_MOVED("drain-moved", GATEWAY, ORDINARY, Answer.mqtt(3, 0x9C, 1012)),
    /** The gateway stops. */
    SHUTDOWN("shutdown", GATEWAY, ORDINARY, Answer.mqtt(3, 0x8B, 1001)),
    /** A bug in the gateway. */
    INTERNAL("internal", GATEWAY, BUG, Answer.none(1011));

    /** Who ended it. */
    public enum By {
        CLIENT,
        BROKER,
        GATEWAY
    }

    /** How loud the log line is. */
    public enum Severity {
        ORDINARY,
        NOTABLE,
        BUG
    }

    private final String label;
    private final String reason;
    private final By closedBy;
    private final Severity severity;
    private final Answer answer;

    CloseCause(String label, By closedBy, Severity severity, Answer answer) {
        this.label = label;
        this.reason = label.replace('-', ' ');
        this.closedBy = closedBy;
        this.severity = severity;
        this.answer = answer;
    }

    /** The name in log lines and metrics. */
    public String label() {
        return label;
    }

    /** The label for a human to read: Reason String and reason of the WebSocket Close. */
    public String reason() {
        return reason;
    }

    public By closedBy() {
        return closedBy;
    }

    public Severity severity() {
        return severity;
    }

    /**
     * The code of a CONNACK that tells this cause to a client whose CONNECT is not yet answered.
     *
     * @param level 3, 4 or 5
     * @return -1 where none is sent
     */
    public int connackCode(int level) {
        return level >= 5 ? answer.connackReason : answer.returnCode;
    }

    /** The reason code of an MQTT 5.0 DISCONNECT, or -1 where none is sent. */
    public int disconnectCode() {
        return answer.reason;
    }

    /** The WebSocket close code, or 0 where the client's own code is echoed or the connection is reset. */
    public int webSocketCode() {
        return Math.max(answer.webSocketCode, 0);
    }

    /** The client gets no goodbye at all: its connection is dropped. */
    public boolean resetsClient() {
        return answer.webSocketCode == Answer.RESET;
    }

    /**
     * @param returnCode CONNACK return code of MQTT 3.x before a CONNACK, or NOTHING
     * @param connackReason reason code of MQTT 5.0 before a CONNACK, or NOTHING
     * @param reason reason code of MQTT 5.0 afterwards, or NOTHING
     */
    private record Answer(int returnCode, int connackReason, int reason, int webSocketCode) {
        static final int NOTHING = -1;
        static final int ECHO = 0;
        static final int RESET = -1;

        static Answer none(int webSocketCode) {
            return new Answer(NOTHING, NOTHING, NOTHING, webSocketCode);
        }

        static Answer mqtt(int returnCode, int reason, int webSocketCode) {
            return mqtt(returnCode, connackOf(reason), reason, webSocketCode);
        }

        static Answer mqtt(int returnCode, int connackReason, int reason, int webSocketCode) {
            return new Answer(returnCode, connackReason, reason, webSocketCode);
        }

        /** MQTT 5.0 table 3.2.2.2: what DISCONNECT may carry and CONNACK may not is replaced. */
        private static int connackOf(int reason) {
            return switch (reason) {
                case 0x8B -> 0x88;
                case 0x96 -> 0x9F;
                case 0x98 -> 0x87;
                case 0x8D, 0x8E, 0x8F, 0x93, 0x94, 0x9E, 0xA0, 0xA1, 0xA2 -> 0x80;
                default -> reason;
            };
        }
    }
}
