package io.sluice.admin;

/**
 * A call that cannot be done, and the answer to it; one plain sentence.
 *
 * <p>Immutable.
 */
final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    Refused(int status, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
