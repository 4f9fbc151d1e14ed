package io.sluice.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration that is read again changes, key by key, and when each takes effect.
 *
 * <p>Immutable.
 */
public final class Changes {
    /** When a changed key takes effect. */
    public enum Effect {
        NOW("applied"),
        NEW_CONNECTIONS("applied to new connections"),
        RESTART("needs a restart");

        private final String words;

        Effect(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /**
     * One key.
     *
     * <p>Immutable.
     *
     * @param before null where the key was not there
     * @param after null where it is no more
     */
    public record Change(
            String key, @Nullable String before, @Nullable String after, Effect effect) {}

    private static final Set<String> ANEW =
            Set.of(Section.ROUTE.word(), Section.LIMIT.word(), Keys.ADDRESS_ALLOW.path(), Keys.ADDRESS_DENY.path());

    private final List<Change> changes = new ArrayList<>();
    private final List<Setting> inForce = new ArrayList<>();

    private Changes() {}

    /** Compares the settings in force with those that were read again. */
    public static Changes between(List<Setting> before, List<Setting> after) {
        Changes found = new Changes();
        Map<String, Setting> old = byKey(before);
        for (Setting now : after) {
            Setting was = old.remove(now.key());
            boolean same = was != null && was.value().equals(now.value());
            Effect effect = effectOf(now.key());
            if (!same) {
                found.changes.add(new Change(now.key(), was == null ? null : was.value(), now.value(), effect));
            }
            if (same || effect != Effect.RESTART) {
                found.inForce.add(now);
            } else if (was != null) {
                found.inForce.add(was);
            }
        }
        for (Setting gone : old.values()) {
            Effect effect = effectOf(gone.key());
            found.changes.add(new Change(gone.key(), gone.value(), null, effect));
            if (effect == Effect.RESTART) {
                found.inForce.add(gone);
            }
        }
        return found;
    }

    private static Map<String, Setting> byKey(List<Setting> settings) {
        Map<String, Setting> found = new LinkedHashMap<>();
        settings.forEach(setting -> found.put(setting.key(), setting));
        return found;
    }

    private static Effect effectOf(String key) {
        String section = key.substring(0, key.indexOf('.'));
        if (section.equals(Section.DRAIN.word())) {
            return Effect.NOW;
        }
        return ANEW.contains(section) || ANEW.contains(key) ? Effect.NEW_CONNECTIONS : Effect.RESTART;
    }

    /** In the order of the reference, those that are gone last. */
    public List<Change> list() {
        return List.copyOf(changes);
    }

    /** The settings in force when all is applied that can be. */
    public List<Setting> inForce() {
        return List.copyOf(inForce);
    }
}
