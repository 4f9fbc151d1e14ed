package io.sluice.loadtest;

import io.sluice.tls.DevCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The development certificates as files, and clients that trust their CA and no other.
 *
 * <p>Immutable.
 *
 * @param directory holds usable development certificates
 */
record DemoTrust(Path directory) {

    /**
     * The certificates of a directory; made, when they are missing or cannot be used.
     *
     * @throws IOException the directory cannot be written
     */
    static DemoTrust in(Path directory) throws IOException {
        if (!DevCertificates.usable(directory)) {
            DevCertificates.writeTo(directory);
        }
        return new DemoTrust(directory);
    }

    Path authority() {
        return directory.resolve("ca.crt");
    }

    Path serverCertificate() {
        return directory.resolve("server.crt");
    }

    Path serverKey() {
        return directory.resolve("server.key");
    }

    /** An HTTP client that trusts the development CA alone. */
    HttpClient httpClient() {
        return HttpClient.newBuilder().sslContext(sslContext()).build();
    }

    SSLContext sslContext() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trustManagers().getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS client for " + authority(), e);
        }
    }

    TrustManagerFactory trustManagers() {
        try (InputStream in = Files.newInputStream(authority())) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot trust " + authority(), e);
        }
    }
}
