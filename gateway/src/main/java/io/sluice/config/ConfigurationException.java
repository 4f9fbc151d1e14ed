package io.sluice.config;

import java.util.List;

/**
 * The configuration cannot be used. The message holds one line for each problem.
 *
 * <p>Immutable.
 */
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String lines;

    ConfigurationException(List<String> problems) {
        super(String.join("\n", problems));
        lines = String.join("\n", problems);
    }

    /** All problems, one line each: those of the file by line, then environment, {@code --set}, and what is nowhere. */
    public List<String> problems() {
        return lines.lines().toList();
    }
}
