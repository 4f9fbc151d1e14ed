package io.sluice.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * Development certificates of long ago: the server's has expired, the authority's has not.
 *
 * <p>Thread-safe.
 */
public final class OldCertificates {
    private static final Duration AGE = DevAuthority.LEAF_LIFETIME.plusDays(2);

    private OldCertificates() {}

    /** As {@link DevCertificates#writeTo(Path)}. */
    public static DevCertificates writeTo(Path directory) throws IOException {
        return DevCertificates.writeTo(directory, Instant.now().minus(AGE));
    }
}
