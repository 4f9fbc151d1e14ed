package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.session.CloseCause;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EndingsTableTest {
    private static final String BEGIN = "<!-- endings -->\n";
    private static final String END = "<!-- /endings -->";
    private static final String NOTHING = "";

    /** They end a session before its CONNACK, so no DISCONNECT can tell them. */
    private static final Set<CloseCause> OPENING = EnumSet.of(
            CloseCause.NOT_CONNECT,
            CloseCause.CONNECT_MALFORMED,
            CloseCause.CONNECT_PROTOCOL_ERROR,
            CloseCause.CONNECT_TOO_LARGE,
            CloseCause.VERSION_REFUSED,
            CloseCause.BRIDGE_REFUSED,
            CloseCause.CLIENT_ID_TOO_LONG,
            CloseCause.CONNECT_TIMEOUT,
            CloseCause.NO_BROKER,
            CloseCause.QUEUE_FULL,
            CloseCause.NO_DESCRIPTOR,
            CloseCause.CONNACK_TIMEOUT,
            CloseCause.BROKER_SILENT,
            CloseCause.NOT_CONNACK,
            CloseCause.BROKER_REFUSED);

    /** They need a CONNACK to have passed. */
    private static final Set<CloseCause> OPEN = EnumSet.of(
            CloseCause.BROKER_DISCONNECT,
            CloseCause.TAKEN_OVER,
            CloseCause.BROKER_LOST,
            CloseCause.BROKER_STALLED,
            CloseCause.KEEP_ALIVE_EXPIRED,
            CloseCause.RECORD_STALLED,
            CloseCause.RATE_EXCEEDED,
            CloseCause.LIFETIME_OVER);

    @Test
    @DisplayName("README's table of endings is CloseCause, row by row")
    void tellsEveryEnding() throws Exception {
        String readme = Files.readString(Path.of("..", "README.md"));

        int begin = readme.indexOf(BEGIN);
        int end = readme.indexOf(END);

        assertThat(begin).isPositive().isLessThan(end);
        assertThat(readme.substring(begin + BEGIN.length(), end)).isEqualTo(table());
    }

    private static String table() {
        StringBuilder table = new StringBuilder("""
                | label | ended by | MQTT 3.x, before CONNACK | MQTT 5.0, before CONNACK | MQTT 5.0, after CONNACK | WebSocket |
                |---|---|---|---|---|---|
                """);
        for (CloseCause cause : CloseCause.values()) {
            table.append("| `%s` | %s | %s | %s | %s | %s |\n"
                    .formatted(
                            cause.label(),
                            cause.closedBy().name().toLowerCase(Locale.ROOT),
                            connack(cause, 4),
                            connack(cause, 5),
                            disconnect(cause),
                            webSocket(cause)));
        }
        return table.toString();
    }

    private static String connack(CloseCause cause, int level) {
        int code = cause.connackCode(level);
        if (code < 0 || OPEN.contains(cause)) {
            return NOTHING;
        }
        return level == 5 ? "CONNACK 0x%02X".formatted(code) : "CONNACK " + code;
    }

    private static String disconnect(CloseCause cause) {
        int code = cause.disconnectCode();
        return code < 0 || OPENING.contains(cause) ? NOTHING : "DISCONNECT 0x%02X".formatted(code);
    }

    private static String webSocket(CloseCause cause) {
        if (cause.resetsClient()) {
            return "reset";
        }
        return cause.webSocketCode() == 0 ? "the client's code" : Integer.toString(cause.webSocketCode());
    }
}
