package io.sluice;

/**
 * The gateway cannot start. The message is one line for the operator.
 *
 * <p>Immutable.
 */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message);
    }
}
