package io.sluice.loadtest.load;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Which server certificates are accepted.
 *
 * <p>Immutable.
 *
 * @param manager null: any, whatever its name
 */
record Trust(@Nullable X509ExtendedTrustManager manager) {

    static Trust all() {
        return new Trust(null);
    }

    /** The authorities that this Java knows. */
    static Trust system() throws LoadException {
        return of(null, "the system's");
    }

    /**
     * The authorities of a PEM file alone.
     *
     * @throws LoadException it cannot be read, or has none
     */
    static Trust file(Path authorities) throws LoadException {
        try (InputStream in = Files.newInputStream(authorities)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca-" + number++, certificate);
            }
            if (number == 0) {
                throw new LoadException("--ca: no certificate in " + authorities);
            }
            return of(store, authorities.toString());
        } catch (IOException | GeneralSecurityException e) {
            throw new LoadException("--ca: cannot read certificates from " + authorities);
        }
    }

    private static Trust of(@Nullable KeyStore store, String name) throws LoadException {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager extended) {
                    return new Trust(extended);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new LoadException("cannot use " + name + " certificate authorities: " + e.getMessage(), e);
        }
        throw new LoadException("this Java has no trust manager for X.509");
    }
}
