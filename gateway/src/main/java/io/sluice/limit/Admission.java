package io.sluice.limit;

/**
 * The answer to one more connection of an address.
 *
 * <p>Immutable.
 *
 * @param admitted the connection may go on; it is counted until {@link AddressLimits#closed}. Where limits are not
 *     enforced this holds for every verdict
 * @param retryAfterSeconds when to try again; 0 with {@link Verdict#ADMITTED}
 * @param majority this address now has more than half of 100 or more connections; told once in the life of an
 *     {@link AddressLimits}
 */
public record Admission(Verdict verdict, boolean admitted, long retryAfterSeconds, boolean majority) {

    /** Which limit was reached. */
    public enum Verdict {
        /** None. */
        ADMITTED,
        /** {@code address.connection-rate}. */
        RATE,
        /** {@code address.connections}. */
        CONNECTIONS,
        /** {@code address.awaiting-connect}. */
        AWAITING_CONNECT
    }
}
