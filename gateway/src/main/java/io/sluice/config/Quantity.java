package io.sluice.config;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A whole number with its unit, within a range.
 *
 * <p>Immutable.
 */
final class Quantity implements Format<Long> {
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]+)([A-Za-z/%]*)");

    /** In milliseconds. */
    private static final Map<String, Long> TIME_UNITS =
            Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    /** In bytes. */
    private static final Map<String, Long> SIZE_UNITS =
            Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private static final Map<String, Long> RATE_UNITS = Map.of("/s", 1L);

    /** In bytes a second. */
    private static final Map<String, Long> BYTE_RATE_UNITS =
            Map.of("B/s", 1L, "KiB/s", 1L << 10, "MiB/s", 1L << 20, "GiB/s", 1L << 30);

    private static final Map<String, Long> PERCENT = Map.of("%", 1L);

    private static final Map<String, Long> NO_UNIT = Map.of("", 1L);

    private final String what;
    private final String accepted;
    private final Map<String, Long> units;
    private final String least;
    private final String most;

    /** The word that stands for no number at all, e.g. {@code off}; empty for none. */
    private final String word;

    private Quantity(String what, String accepted, Map<String, Long> units, String least, String most, String word) {
        this.what = what;
        this.accepted = accepted;
        this.units = units;
        this.least = least;
        this.most = most;
        this.word = word;
    }

    static Format<Duration> duration(String least, String most) {
        return milliseconds(least, most, "").map(Duration::ofMillis);
    }

    static Format<Optional<Duration>> durationOr(String word, String least, String most) {
        return milliseconds(least, most, word).orWord().map(value -> value.map(Duration::ofMillis));
    }

    private static Quantity milliseconds(String least, String most, String word) {
        return new Quantity(
                "a duration", "write a number and ms, s, m, h or d, e.g. 10s", TIME_UNITS, least, most, word);
    }

    /** In bytes. */
    static Format<Long> size(String least, String most) {
        return bytes(least, most, "");
    }

    /** In bytes; empty for the word. */
    static Format<Optional<Long>> sizeOr(String word, String least, String most) {
        return bytes(least, most, word).orWord();
    }

    private static Quantity bytes(String least, String most, String word) {
        return new Quantity("a size", "write a number and B, KiB or MiB, e.g. 256KiB", SIZE_UNITS, least, most, word);
    }

    /** A second; empty for the word. */
    static Format<Optional<Long>> rateOr(String word, String least, String most) {
        return new Quantity("a rate", "write a number and /s, e.g. 1000/s", RATE_UNITS, least, most, word).orWord();
    }

    /** In bytes a second; empty for the word. */
    static Format<Optional<Long>> byteRateOr(String word, String least, String most) {
        return new Quantity(
                        "a rate",
                        "write a number and B/s, KiB/s, MiB/s or GiB/s, e.g. 1MiB/s",
                        BYTE_RATE_UNITS,
                        least,
                        most,
                        word)
                .orWord();
    }

    /** In hundredths. */
    static Format<Integer> percent(String least, String most) {
        return new Quantity("a percentage", "write a number and %, e.g. 50%", PERCENT, least, most, "")
                .map(Long::intValue);
    }

    static Format<Integer> count(int least, int most) {
        return number(least, most, "").map(Long::intValue);
    }

    static Format<Optional<Integer>> countOr(String word, int least, int most) {
        return number(least, most, word).orWord().map(value -> value.map(Long::intValue));
    }

    private static Quantity number(int least, int most, String word) {
        String from = Integer.toString(least);
        String to = Integer.toString(most);
        return new Quantity("a number", "write " + from + " to " + to, NO_UNIT, from, to, word);
    }

    private Format<Optional<Long>> orWord() {
        return (text, problems) -> {
            if (text.equals(word)) {
                return Optional.empty();
            }
            Long value = read(text, problems);
            return value == null ? null : Optional.of(value);
        };
    }

    @Override
    public @Nullable Long read(String text, Consumer<String> problems) {
        Long value = amount(text);
        String alternative = word.isEmpty() ? "" : ", or " + word;
        if (value == null) {
            // whoever began a number wants to hear of units, not of the word
            boolean number = Character.isDigit(text.charAt(0));
            problems.accept(Quote.quote(text) + " is not " + what + "; " + accepted + (number ? "" : alternative));
            return null;
        }
        if (value < bound(least) || value > bound(most)) {
            problems.accept(Quote.quote(text) + " is out of range; " + least + " to " + most + alternative);
            return null;
        }
        return value;
    }

    private long bound(String text) {
        Long value = amount(text);
        if (value == null) {
            throw new IllegalStateException("bound " + text + " is not " + what);
        }
        return value;
    }

    /** In the smallest unit, at most {@link Long#MAX_VALUE}; null where the text is no number with a unit. */
    private @Nullable Long amount(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
        if (unit == null) {
            return null;
        }
        BigInteger amount = new BigInteger(matcher.group(1)).multiply(BigInteger.valueOf(unit));
        return amount.min(BigInteger.valueOf(Long.MAX_VALUE)).longValue();
    }
}
