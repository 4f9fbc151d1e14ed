package io.sluice.tls;

/**
 * A certificate, its key or the key's password cannot be used. The message is one line for the operator: the
 * configuration key, the file, what is wrong and what is accepted.
 *
 * <p>Immutable.
 */
public final class TlsException extends Exception {
    private static final long serialVersionUID = 1L;

    TlsException(String message) {
        super(message);
    }
}
