package io.sluice;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The text of an upgrade request, to be spoiled line by line.
 *
 * <p>Immutable.
 */
record UpgradeRequest(String line, List<String> headers) {
    static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    /** RFC 6455 1.3 gives this answer to {@link #KEY}. */
    static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    static final UpgradeRequest VALID = new UpgradeRequest(
            "GET /mqtt HTTP/1.1",
            List.of(
                    "Host: localhost",
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Key: " + KEY,
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Protocol: mqtt"));

    UpgradeRequest withLine(String other) {
        return new UpgradeRequest(other, headers);
    }

    UpgradeRequest path(String path) {
        return withLine("GET " + path + " HTTP/1.1");
    }

    UpgradeRequest without(String name) {
        String prefix = name.toLowerCase(Locale.ROOT) + ":";
        return new UpgradeRequest(
                line,
                headers.stream()
                        .filter(header -> !header.toLowerCase(Locale.ROOT).startsWith(prefix))
                        .toList());
    }

    /** Adds lines behind the others. */
    UpgradeRequest plus(String... more) {
        List<String> all = new ArrayList<>(headers);
        all.addAll(List.of(more));
        return new UpgradeRequest(line, all);
    }

    /** Puts a header in place of those of its name. */
    UpgradeRequest set(String name, String value) {
        return without(name).plus(name + ": " + value);
    }

    @Override
    public String toString() {
        return line + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
    }
}
