package io.sluice.loadtest.load;

import java.io.IOException;
import java.net.BindException;
import java.net.NoRouteToHostException;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLException;

/**
 * Errors as short fixed phrases, so that they can be counted by kind.
 *
 * <p>Immutable.
 */
final class Failure {
    static final String CLOSED = "connection closed";
    static final String NOT_HTTP = "no HTTP answer";
    static final String NOT_MQTT = "malformed MQTT";
    static final String NOT_WEBSOCKET = "malformed WebSocket";
    static final String NOT_ANSWERED = "not answered in time";
    static final String BUFFER_FULL = "send buffer full";
    static final String NO_QUOTA = "Receive Maximum reached";
    static final String NOT_CONNECTED = "not connected when due";
    static final String TOO_MANY = "too many connections under way";
    static final String NOT_BACK = "not back in time";

    private static final String TLS = "TLS failure";

    /** What the operating system says, as the beginning of a message, to what is counted. */
    private static final Map<String, String> SAID = Map.of(
            "connection refused", "connection refused",
            "connection reset", "connection reset",
            "broken pipe", "connection reset",
            "connection timed out", "timeout in connect",
            "too many open files", "out of file descriptors");

    private Failure() {}

    static String of(IOException e) {
        if (e instanceof SSLException) {
            return TLS;
        }
        if (e instanceof BindException) {
            return "no free local port";
        }
        if (e instanceof NoRouteToHostException) {
            return "no route to host";
        }
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return SAID.entrySet().stream()
                .filter(said -> message.startsWith(said.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("I/O error");
    }

    static String timeout(LoadClient.Stage stage) {
        return "timeout in " + stage.phrase();
    }

    static String httpStatus(int status) {
        return "HTTP status " + status;
    }

    static String close(int code) {
        return "WebSocket close " + code;
    }

    static String connack(int code) {
        return "CONNACK 0x%02X".formatted(code);
    }

    static String disconnect(int code) {
        return "DISCONNECT 0x%02X".formatted(code);
    }

    static String suback(int code) {
        return "SUBACK 0x%02X".formatted(code);
    }
}
