package io.sluice.loadtest.load;

import io.sluice.tls.DevCertificates;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a peer of a comparison is given to run with.
 *
 * <p>Immutable.
 *
 * @param directory its own, for all that it writes
 * @param port where it listens, on 127.0.0.1
 * @param upstream where the stub broker listens, for MQTT and WebSocket
 * @param clients at most, at the same time
 * @param certificates null: without TLS
 */
record Site(
        Path directory,
        int port,
        int upstream,
        int clients,
        @Nullable DevCertificates certificates) {
    static final String CIPHER = "TLS_AES_256_GCM_SHA384";
    static final String PATH = "/mqtt";

    boolean isTls() {
        return certificates != null;
    }

    DevCertificates tls() {
        if (certificates == null) {
            throw new IllegalStateException("there is no TLS here");
        }
        return certificates;
    }

    URI url() {
        return URI.create((isTls() ? "wss" : "ws") + "://localhost:" + port + PATH);
    }

    /** The only one that is let in. */
    String origin() {
        return (isTls() ? "https" : "http") + "://localhost:" + port;
    }
}
