package io.sluice.config;

/**
 * Makes text that others wrote safe for one line of a message.
 *
 * <p>Immutable.
 */
public final class Quote {
    private static final int MOST_CHARACTERS = 64;
    private static final int MOST_OF_SENTENCE = 512;

    private Quote() {}

    /** In double quotes, escaped, cut at 64 characters. */
    public static String quote(String text) {
        return '"' + escape(text).replace("\"", "\\\"") + '"';
    }

    /** A sentence in which others may have had a word, in double quotes, escaped, cut at 512 characters. */
    public static String sentence(String text) {
        return '"' + escape(text, MOST_OF_SENTENCE).replace("\"", "\\\"") + '"';
    }

    /** Escaped and cut at 64 characters, without quotes. */
    static String escape(String text) {
        return escape(text, MOST_CHARACTERS);
    }

    private static String escape(String text, int most) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().limit(most).forEach(character -> append(escaped, character));
        if (text.codePointCount(0, text.length()) > most) {
            escaped.append("...");
        }
        return escaped.toString();
    }

    /** Escaped, whole: for a path that an operator must find again. */
    static String escapeAll(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(character -> append(escaped, character));
        return escaped.toString();
    }

    private static void append(StringBuilder escaped, int character) {
        if (character == '\\') {
            escaped.append("\\\\");
        } else if (isPlain(character)) {
            escaped.appendCodePoint(character);
        } else {
            escaped.append(
                    character > 0xFFFF ? String.format("\\u{%x}", character) : String.format("\\u%04x", character));
        }
    }

    private static boolean isPlain(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> character == ' ';
            default -> true;
        };
    }
}
