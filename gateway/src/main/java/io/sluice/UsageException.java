package io.sluice;

import java.util.List;

/**
 * The command or its configuration is wrong. The message holds one line for each problem.
 *
 * <p>Immutable.
 */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(List<String> problems) {
        super(String.join("\n", problems));
    }
}
