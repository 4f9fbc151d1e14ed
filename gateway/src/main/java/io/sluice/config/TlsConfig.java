package io.sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One TLS bundle ({@code tls.<name>.*}).
 *
 * <p>Immutable.
 *
 * @param certificate PEM file: the certificate, then its chain
 * @param privateKey PEM file
 * @param privateKeyPasswordFile file whose first line is the password of an encrypted key
 * @param serverNames names that clients ask for, exact or {@code *.example.com}; empty: those in the certificate
 * @param provider whose TLS it is
 * @param clientAuth whether clients show a certificate
 * @param clientCa PEM file: who issues the clients' certificates
 * @param crl PEM file: which of them are revoked
 * @param reloadInterval how often the files are looked at for changes; empty is never
 */
public record TlsConfig(
        String name,
        Path certificate,
        Path privateKey,
        Optional<Path> privateKeyPasswordFile,
        List<String> serverNames,
        MinVersion minVersion,
        Library provider,
        ClientAuth clientAuth,
        Optional<Path> clientCa,
        Optional<Path> crl,
        Optional<Duration> reloadInterval) {

    public TlsConfig {
        serverNames = List.copyOf(serverNames);
    }

    /** A bundle for the names in its certificate that asks clients for none. */
    public TlsConfig(
            String name,
            Path certificate,
            Path privateKey,
            Optional<Path> privateKeyPasswordFile,
            MinVersion minVersion) {
        this(
                name,
                certificate,
                privateKey,
                privateKeyPasswordFile,
                List.of(),
                minVersion,
                Library.JDK,
                ClientAuth.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Whose TLS it is. */
    public enum Library {
        JDK,
        CONSCRYPT
    }

    /** Whether clients show a certificate; one that is shown must be good. */
    public enum ClientAuth {
        NONE,
        OPTIONAL,
        REQUIRED
    }

    /** The oldest TLS version that a client may use. */
    public enum MinVersion {
        TLS_1_2,
        TLS_1_3
    }
}
