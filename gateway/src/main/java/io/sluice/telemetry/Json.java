package io.sluice.telemetry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON object, member by member. Whatever a terminal or a page could take for more than text is escaped, and
 * text of others is cut.
 *
 * <p>Confined to one thread.
 */
public final class Json {
    /** Longest text, in characters; a client id may have 65,535. */
    private static final int MOST_CHARACTERS = 1024;

    private final StringBuilder out = new StringBuilder(256);
    private final StringBuilder open = new StringBuilder();
    private boolean first = true;

    /** Begins the object. */
    public Json() {
        open('{', '}');
    }

    /** A member; null is written as such. */
    public Json put(String name, @Nullable String value) {
        name(name);
        if (value == null) {
            out.append("null");
        } else {
            quote(value);
        }
        return this;
    }

    public Json put(String name, long value) {
        name(name);
        out.append(value);
        return this;
    }

    public Json put(String name, boolean value) {
        name(name);
        out.append(value);
        return this;
    }

    /** A duration in milliseconds, to the microsecond. */
    public Json putMillis(String name, long nanos) {
        name(name);
        out.append(String.format(Locale.ROOT, "%.3f", nanos / 1e6));
        return this;
    }

    /** An element of the array that is open. */
    public Json add(String value) {
        comma();
        quote(value);
        return this;
    }

    /** Opens an array as a member. */
    public Json array(String name) {
        name(name);
        open('[', ']');
        return this;
    }

    /** Opens an object as a member. */
    public Json object(String name) {
        name(name);
        open('{', '}');
        return this;
    }

    /** Opens an object as an element of the array that is open. */
    public Json object() {
        comma();
        open('{', '}');
        return this;
    }

    /** Closes the array or object opened last. */
    public Json end() {
        int last = open.length() - 1;
        out.append(open.charAt(last));
        open.setLength(last);
        first = false;
        return this;
    }

    /** Closes all that is open. */
    @Override
    public String toString() {
        return out + new StringBuilder(open).reverse().toString();
    }

    private void open(char begin, char end) {
        out.append(begin);
        open.append(end);
        first = true;
    }

    private void name(String name) {
        comma();
        quote(name);
        out.append(':');
    }

    private void comma() {
        if (!first) {
            out.append(',');
        }
        first = false;
    }

    private void quote(String text) {
        out.append('"');
        int length = Math.min(text.length(), MOST_CHARACTERS);
        for (int i = 0; i < length; i++) {
            char character = text.charAt(i);
            if (character == '"' || character == '\\') {
                out.append('\\').append(character);
            } else if (isPlain(text, i, length)) {
                out.append(character);
            } else {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
            }
        }
        if (length < text.length()) {
            out.append("...");
        }
        out.append('"');
    }

    private static boolean isPlain(String text, int at, int length) {
        char character = text.charAt(at);
        if (Character.isHighSurrogate(character)) {
            return at + 1 < length && Character.isLowSurrogate(text.charAt(at + 1));
        }
        if (Character.isLowSurrogate(character)) {
            return at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
        }
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
