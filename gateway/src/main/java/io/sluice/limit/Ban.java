package io.sluice.limit;

import java.time.Instant;

/**
 * One ban in force.
 *
 * <p>Immutable.
 *
 * @param subject an address, a network as {@code 192.0.2.0/24}, or a client id as the client sends it
 * @param reason the operator's words
 * @param until by the wall clock of the moment of the ban; it ends by the monotonic clock
 */
public record Ban(Kind kind, String subject, String reason, Instant until) {

    /** What is banned. */
    public enum Kind {
        ADDRESS,
        CLIENT_ID
    }
}
