package io.sluice.config;

import java.util.Locale;

/**
 * The first word of a key: a family, whose keys may carry an entry's name, or a single section.
 *
 * <p>Immutable.
 */
enum Section {
    LISTENER("listener"),
    TLS("TLS bundle"),
    ROUTE("route"),
    CLUSTER("cluster"),
    LIMIT("limit policy"),
    ADDRESS,
    GATEWAY,
    MEMORY,
    HEALTH,
    ADMIN,
    DRAIN,
    LOG;

    private final String noun;
    private final boolean family;

    Section(String noun) {
        this.noun = noun;
        this.family = true;
    }

    Section() {
        this.noun = "";
        this.family = false;
    }

    /** As it stands in a key. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What one entry is called in a message; empty for a single section. */
    String noun() {
        return noun;
    }

    boolean isFamily() {
        return family;
    }
}
