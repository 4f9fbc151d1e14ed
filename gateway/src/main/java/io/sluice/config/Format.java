package io.sluice.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How one kind of value is written.
 *
 * <p>Immutable.
 */
@FunctionalInterface
interface Format<T> {

    /**
     * Reads a value that is not empty and has no white space at its ends.
     *
     * @param problems is told each problem as the value, quoted, and what is accepted
     * @return null where there was a problem
     */
    @Nullable
    T read(String text, Consumer<String> problems);

    default <R> Format<R> map(Function<T, R> function) {
        return (text, problems) -> {
            T value = read(text, problems);
            return value == null ? null : function.apply(value);
        };
    }

    static Format<String> choice(String... words) {
        List<String> accepted = List.of(words);
        return (text, problems) -> {
            if (accepted.contains(text)) {
                return text;
            }
            problems.accept(Quote.quote(text) + " is not one of " + String.join(", ", accepted));
            return null;
        };
    }

    /** Text that matches {@code pattern}; else "is not {@code what}; {@code accepted}". */
    static Format<String> matching(Pattern pattern, String what, String accepted) {
        return (text, problems) -> {
            if (pattern.matcher(text).matches()) {
                return text;
            }
            problems.accept(Quote.quote(text) + " is not " + what + "; " + accepted);
            return null;
        };
    }

    /** A decimal number from {@code least} to {@code most}, e.g. {@code 1.5}. */
    static Format<Double> decimal(int least, int most) {
        Format<String> number = matching(
                Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?"),
                "a number",
                "write " + least + " to " + most + ", e.g. 1.5");
        return (text, problems) -> {
            String digits = number.read(text, problems);
            if (digits == null) {
                return null;
            }
            double value = Double.parseDouble(digits);
            if (value < least || value > most) {
                problems.accept(Quote.quote(text) + " is out of range; " + least + " to " + most);
                return null;
            }
            return value;
        };
    }

    static Format<Path> path() {
        return (text, problems) -> {
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                problems.accept(Quote.quote(text) + " is not a path: " + Quote.escape(e.getReason()));
                return null;
            }
        };
    }

    /** {@code word} for nothing, or what the format reads. */
    static <T> Format<Optional<T>> or(String word, Format<T> format) {
        Format<Optional<T>> present = format.map(Optional::of);
        return (text, problems) -> text.equals(word) ? Optional.empty() : present.read(text, problems);
    }

    /** Values parted by commas, in order, each once. */
    static <T> Format<List<T>> list(Format<T> element) {
        return (text, problems) -> {
            Set<T> values = new LinkedHashSet<>();
            boolean good = true;
            for (String part : text.split(",", -1)) {
                String word = part.strip();
                T value = word.isEmpty() ? null : element.read(word, problems);
                if (word.isEmpty()) {
                    problems.accept(Quote.quote(text) + " has nothing between two commas or at an end");
                } else if (value != null && !values.add(value)) {
                    problems.accept(Quote.quote(word) + " is listed twice");
                    value = null;
                }
                good &= value != null;
            }
            return good ? List.copyOf(values) : null;
        };
    }

    /** As {@link #list}, or {@code word} alone for the empty list, which sets no bounds. */
    static <T> Format<List<T>> listOr(String word, Format<T> element) {
        Format<List<T>> list = list((text, problems) -> {
            if (text.equals(word)) {
                problems.accept(Quote.quote(word) + " excludes every other value; write it alone");
                return null;
            }
            return element.read(text, problems);
        });
        return (text, problems) -> text.equals(word) ? List.of() : list.read(text, problems);
    }
}
