package io.sluice.config;

/**
 * What is logged, and how ({@code log.*}).
 *
 * <p>Immutable.
 *
 * @param sessions every session has its line, not only one with an odd end
 * @param userName how the user name of a CONNECT is shown
 */
public record LogConfig(Format format, boolean sessions, UserName userName) {

    /** How a line is written. */
    public enum Format {
        TEXT,
        JSON
    }

    /** How a user name is shown. */
    public enum UserName {
        PLAIN,
        /** The first eight bytes of its SHA-256, in hexadecimal: the same name is known again. */
        HASH,
        OFF
    }
}
