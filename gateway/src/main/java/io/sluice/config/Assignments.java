package io.sluice.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was written, each key once with its strongest source, and the entries that come of it.
 *
 * <p>Immutable.
 */
final class Assignments {
    private static final String IMPLICIT = "default";

    private final Map<String, Written> byKey = new LinkedHashMap<>();

    /** For each section, the names in the order in which they were first written. */
    private final Map<Section, Set<String>> names = new LinkedHashMap<>();

    /**
     * Tells unknown keys, keys twice in one source and bad values, also those that a stronger source replaces.
     *
     * @param pairs of all sources, the weakest first
     */
    Assignments(List<Written> pairs, Problems problems) {
        for (Written pair : pairs) {
            KeyName name = KeyName.parse(pair.key()).orElse(null);
            if (name == null) {
                problems.add(pair.origin(), KeyName.unknown(pair.key()));
                continue;
            }
            Written present = byKey.get(pair.key());
            if (present != null && present.origin().source() == pair.origin().source()) {
                problems.add(
                        pair.origin(),
                        "duplicate key " + pair.key() + "; already set by "
                                + present.origin().text());
                continue;
            }
            check(name.key(), pair, problems);
            byKey.put(pair.key(), pair);
            if (name.entry() != null) {
                names.computeIfAbsent(name.key().section(), section -> new LinkedHashSet<>())
                        .add(name.entry());
            }
        }
    }

    private static void check(Key<?> key, Written pair, Problems problems) {
        String value = pair.value();
        if (value == null) {
            return;
        }
        String prefix = pair.key() + ": ";
        if (value.isEmpty()) {
            problems.add(pair.origin(), prefix + "there is no value; write one or leave the key out");
        } else if (hasControlCharacter(value)) {
            problems.add(pair.origin(), prefix + Quote.quote(value) + " has a control character");
        } else {
            key.format().read(value, message -> problems.add(pair.origin(), prefix + message));
        }
    }

    private static boolean hasControlCharacter(String value) {
        return value.chars().anyMatch(character -> Character.isISOControl(character) && character != '\t');
    }

    @Nullable
    Written find(String key) {
        return byKey.get(key);
    }

    /** The first pair that names the entry; null where none does. */
    @Nullable
    Written first(Section section, String entry) {
        String prefix = section.word() + "." + entry + ".";
        return byKey.values().stream()
                .filter(pair -> pair.key().startsWith(prefix))
                .findFirst()
                .orElse(null);
    }

    /**
     * The named entries; where none is named, one called {@code default}. The limit policy {@code default} is always
     * there.
     */
    List<Entry> entries(Section section) {
        Set<String> named = names.getOrDefault(section, Set.of());
        List<Entry> entries = new ArrayList<>();
        if (named.isEmpty() || (section == Section.LIMIT && !named.contains(IMPLICIT))) {
            entries.add(new Entry(this, section, IMPLICIT, false));
        }
        named.forEach(name -> entries.add(new Entry(this, section, name, true)));
        return entries;
    }
}
