package io.sluice.loadtest.load;

import org.jspecify.annotations.Nullable;

/**
 * A run cannot begin or go on; the message is one line for the operator.
 *
 * <p>Immutable.
 */
final class LoadException extends Exception {
    private static final long serialVersionUID = 1;

    LoadException(String message) {
        super(message);
    }

    /** @param cause of which the message has what an operator needs; for those who debug */
    LoadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
