package io.sluice.config;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a family, or one single section: its keys, each with the value of its own, of its family, or the default.
 *
 * <p>Immutable.
 *
 * @param named keys were written with the entry's name
 */
record Entry(Assignments assignments, Section section, String name, boolean named) {
    /** The value in force; empty where there is none, or where it is bad: {@link Assignments} told that already. */
    <T> Optional<T> find(Key<T> key) {
        String text = text(key);
        return text == null || text.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(key.format().read(text, problem -> {}));
    }

    /** The value in force, in a configuration without problems. */
    <T> T get(Key<T> key) {
        return find(key).orElseThrow(() -> new IllegalStateException(path(key) + " is unchecked"));
    }

    /** As written, or the default; null where there is neither. */
    @Nullable
    String text(Key<?> key) {
        Written written = written(key);
        return written == null ? key.defaultValue() : written.value();
    }

    boolean isWritten(Key<?> key) {
        return written(key) != null;
    }

    Origin origin(Key<?> key) {
        Written written = written(key);
        return written == null ? Origin.DEFAULT : written.origin();
    }

    private @Nullable Written written(Key<?> key) {
        Written own = named ? assignments.find(key.path(name)) : null;
        return own == null ? assignments.find(key.path()) : own;
    }

    /** The key as an operator would write it for this entry. */
    String path(Key<?> key) {
        return named ? key.path(name) : key.path();
    }

    /** Tells a problem where the key was written; where it was not, at the entry's first line. */
    void complain(Key<?> key, String message, Problems problems) {
        Written written = written(key);
        if (written != null) {
            problems.add(written.origin(), written.key() + ": " + message);
        } else {
            problems.add(place(), path(key) + ": " + message);
        }
    }

    private Origin place() {
        Written first = named ? assignments.first(section, name) : null;
        return first == null ? Origin.DEFAULT : first.origin();
    }

    /** {@code listener public}, to be named in a message. */
    String title() {
        return section.noun() + " " + name;
    }
}
