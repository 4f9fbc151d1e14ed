package io.sluice.config;

import org.jspecify.annotations.Nullable;

/**
 * One key of the reference: what it is called, what it holds, what holds without it.
 *
 * <p>Immutable.
 *
 * @param name what follows the section (and the entry's name), e.g. {@code packet.max}
 * @param defaultValue as an operator would write it; null where there is none
 * @param doc the comment of the reference file
 */
record Key<T>(Section section, String name, @Nullable String defaultValue, Format<T> format, String doc) {

    /** The form without an entry's name, e.g. {@code limit.packet.max}. */
    String path() {
        return section.word() + "." + name;
    }

    /** The form for one entry, e.g. {@code limit.slow.packet.max}. */
    String path(String entry) {
        return section.word() + "." + entry + "." + name;
    }

    String firstSegment() {
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }
}
