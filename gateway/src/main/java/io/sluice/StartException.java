package io.sluice;

/**
 * The gateway cannot start. The message is one line for the operator.
 *
 * <p>Immutable.
 */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean misconfigured;

    public StartException(String message) {
        this(message, false);
    }

    private StartException(String message, boolean misconfigured) {
        super(message);
        this.misconfigured = misconfigured;
    }

    /** The cause lies in the configuration or a file that it names: to try again is of no use. */
    public static StartException misconfigured(String message) {
        return new StartException(message, true);
    }

    boolean isMisconfigured() {
        return misconfigured;
    }
}
