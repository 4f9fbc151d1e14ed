package io.sluice.config;

import org.jspecify.annotations.Nullable;

/**
 * One {@code key=value} as a source has it.
 *
 * <p>Immutable.
 *
 * @param value null where it cannot be used and the problem is already told
 */
record Written(String key, @Nullable String value, Origin origin) {

    /** Null where there is no equals sign or nothing in front of it. White space beside key and value does not count. */
    static @Nullable Written parse(String text, Origin origin) {
        int equals = text.indexOf('=');
        String key = equals < 0 ? "" : text.substring(0, equals).strip();
        return key.isEmpty()
                ? null
                : new Written(key, text.substring(equals + 1).strip(), origin);
    }
}
