package io.sluice.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One TLS bundle ({@code tls.<name>.*}).
 *
 * <p>Immutable.
 *
 * @param certificate PEM file: the certificate, then its chain
 * @param privateKey PEM file
 * @param privateKeyPasswordFile file whose first line is the password of an encrypted key
 */
public record TlsConfig(
        String name, Path certificate, Path privateKey, Optional<Path> privateKeyPasswordFile, MinVersion minVersion) {

    /** The oldest TLS version that a client may use. */
    public enum MinVersion {
        TLS_1_2,
        TLS_1_3
    }
}
