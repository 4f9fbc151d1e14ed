package io.sluice.loadtest.load;

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
}
