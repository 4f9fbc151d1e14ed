package io.sluice.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key as it is written: a row of the table and, in a family, perhaps an entry's name.
 *
 * <p>Immutable.
 *
 * @param entry null where the key is the default for all of its family, or belongs to no family
 */
record KeyName(Key<?> key, @Nullable String entry) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*");

    /** Values of keys that take names. */
    private static final Set<String> VALUE_WORDS = Set.of("all", "any", "none", "off");

    static Optional<KeyName> parse(String text) {
        for (Key<?> key : Keys.ALL) {
            if (key.path().equals(text)) {
                return Optional.of(new KeyName(key, null));
            }
            String name = entryName(key, text);
            if (name != null && NAME.matcher(name).matches() && !isReserved(key.section(), name)) {
                return Optional.of(new KeyName(key, name));
            }
        }
        return Optional.empty();
    }

    /** What stands where {@code key} would have its entry's name; null where nothing does. */
    private static @Nullable String entryName(Key<?> key, String text) {
        String before = key.section().word() + ".";
        String after = "." + key.name();
        boolean fits = key.section().isFamily()
                && text.length() > before.length() + after.length()
                && text.startsWith(before)
                && text.endsWith(after);
        String name = fits ? text.substring(before.length(), text.length() - after.length()) : "";
        return name.isEmpty() || name.indexOf('.') >= 0 ? null : name;
    }

    private static boolean isReserved(Section family, String name) {
        boolean section = false;
        for (Section each : Section.values()) {
            section |= each.word().equals(name);
        }
        return section
                || VALUE_WORDS.contains(name)
                || Keys.of(family).stream().anyMatch(key -> key.firstSegment().equals(name));
    }

    /** For a text that {@link #parse} does not know: one line that says why, or what it may have been meant to be. */
    static String unknown(String text) {
        String message = "unknown key " + Quote.escape(text);
        for (Key<?> key : Keys.ALL) {
            String name = entryName(key, text);
            if (name != null && isReserved(key.section(), name)) {
                return message + "; " + Quote.quote(name) + " is a word of keys or values and cannot be a name";
            }
            if (name != null && !NAME.matcher(name).matches()) {
                return message + "; " + Quote.quote(name)
                        + " cannot be a name: names are lower-case letters and digits";
            }
        }
        return message + Nearest.hint(text, meant(text));
    }

    /** Every key in its family form, and in the form that names the entry which {@code text} seems to name. */
    private static List<String> meant(String text) {
        List<String> candidates = new ArrayList<>();
        Keys.ALL.forEach(key -> candidates.add(key.path()));
        String[] segments = text.split("\\.", 3);
        if (segments.length == 3 && NAME.matcher(segments[1]).matches()) {
            Keys.ALL.stream()
                    .filter(key -> key.section().isFamily() && !isReserved(key.section(), segments[1]))
                    .forEach(key -> candidates.add(key.path(segments[1])));
        }
        return candidates;
    }
}
