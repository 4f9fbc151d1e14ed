package io.sluice.config;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the path of a request URL and decodes it once (RFC 3986 section 2.1).
 *
 * <p>Immutable.
 */
final class RequestPath implements Format<String> {

    @Override
    public @Nullable String read(String text, Consumer<String> problems) {
        if (!text.startsWith("/")) {
            problems.accept(Quote.quote(text) + " is not a path; it begins with a slash, e.g. /mqtt");
            return null;
        }
        if (text.indexOf('?') >= 0 || text.indexOf('#') >= 0) {
            problems.accept(Quote.quote(text) + " has a query or fragment; write the path alone, e.g. /mqtt");
            return null;
        }
        String path = decode(text);
        if (path == null || path.chars().anyMatch(Character::isISOControl)) {
            problems.accept(Quote.quote(text) + " is not percent-encoded text; write %25 for a percent sign");
            return null;
        }
        for (String segment : path.split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                problems.accept(Quote.quote(text) + " has a dot segment; write the path that remains without it");
                return null;
            }
        }
        return path;
    }

    /** Null where a percent sign lacks its two digits or the bytes are not UTF-8. */
    private static @Nullable String decode(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(encoded.length);
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] != '%') {
                decoded.write(encoded[i]);
                continue;
            }
            int high = i + 2 < encoded.length ? Character.digit(encoded[i + 1], 16) : -1;
            int low = i + 2 < encoded.length ? Character.digit(encoded[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                return null;
            }
            decoded.write(high << 4 | low);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(decoded.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
