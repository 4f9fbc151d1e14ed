package io.sluice.loadtest.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/1.1 upgrade to WebSocket with subprotocol {@code mqtt} (RFC 6455 4.1): the request, and what the answer must be.
 * All clients use one key, which is as good as another here.
 *
 * <p>Immutable.
 */
final class Upgrade {
    /** Longest answer that is read. */
    static final int MOST = 8192;

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final byte[] request;
    private final String accept;

    Upgrade(URI url, String origin) {
        byte[] nonce = new byte[16];
        new SplittableRandom().nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        accept = accept(key);
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        request = ("GET " + path + query + " HTTP/1.1\r\nHost: " + host(url) + "\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Protocol: mqtt\r\n" + (origin.isEmpty() ? "" : "Origin: " + origin + "\r\n")
                        + "\r\n")
                .getBytes(US_ASCII);
    }

    private static String host(URI url) {
        return url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
    }

    /** The answer to a key. */
    static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    byte[] request() {
        return request;
    }

    /** Where the answer's head ends in these bytes, its empty line included; -1 where it is not there yet. */
    static int end(ByteBuffer answer) {
        for (int i = answer.position(); i + 3 < answer.limit(); i++) {
            if (answer.getInt(i) == 0x0D0A0D0A) {
                return i + 4;
            }
        }
        return -1;
    }

    /** What is wrong with an answer's head; null: nothing. */
    @Nullable
    String refusal(byte[] head) {
        String[] lines = new String(head, ISO_8859_1).split("\r\n", -1);
        String[] status = lines[0].split(" ", 3);
        if (!status[0].startsWith("HTTP/1.") || status.length < 2 || !status[1].matches("[1-5][0-9][0-9]")) {
            return Failure.NOT_HTTP;
        }
        if (!status[1].equals("101")) {
            return Failure.httpStatus(Integer.parseInt(status[1]));
        }
        if (!accept.equals(header(lines, "sec-websocket-accept"))) {
            return "wrong Sec-WebSocket-Accept";
        }
        return "mqtt".equals(header(lines, "sec-websocket-protocol")) ? null : "no subprotocol mqtt";
    }

    private static String header(String[] lines, String name) {
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).toLowerCase(Locale.ROOT).equals(name)) {
                return line.substring(colon + 1).trim();
            }
        }
        return "";
    }
}
