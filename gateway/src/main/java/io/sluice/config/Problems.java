package io.sluice.config;

import io.sluice.config.Origin.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Collects what is wrong, so that an operator learns all of it at once.
 *
 * <p>Confined to the thread that loads.
 */
final class Problems {
    private record Problem(Source source, int line, String text) {}

    private final List<Problem> found = new ArrayList<>();

    /** The same problem at the same place is kept once. */
    void add(Origin origin, String message) {
        String text = origin.isDefault() ? message : origin.text() + ": " + message;
        Problem problem = new Problem(origin.source(), origin.line(), text);
        if (!found.contains(problem)) {
            found.add(problem);
        }
    }

    void throwIfAny() throws ConfigurationException {
        if (!found.isEmpty()) {
            found.sort(Comparator.comparing(Problem::source).thenComparingInt(Problem::line));
            throw new ConfigurationException(found.stream().map(Problem::text).toList());
        }
    }
}
