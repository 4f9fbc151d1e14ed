package io.sluice.tls;

import io.sluice.config.TlsConfig;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Judges clients' certificates by the operator's authorities and revocation lists, and by nothing that the JDK trusts. What it
 * judges by can be exchanged while handshakes run.
 *
 * <p>Thread-safe.
 */
final class ClientTrust extends X509ExtendedTrustManager {

    /**
     * What certificates are judged by.
     *
     * @param warnings one line each for the operator
     */
    record Rules(X509ExtendedTrustManager judge, List<String> warnings) {}

    private volatile X509ExtendedTrustManager judge;

    ClientTrust(Rules rules) {
        judge = rules.judge;
    }

    /** From the next handshake on these count. */
    void exchange(Rules rules) {
        judge = rules.judge;
    }

    /** @param clientCa PEM file of {@code config} */
    static Rules load(TlsConfig config, Path clientCa, Instant now) throws TlsException {
        String prefix = config.name().equals("default") ? "tls." : "tls." + config.name() + ".";
        PemFile authorities = PemFile.read(prefix + "client-ca", clientCa);
        Set<TrustAnchor> anchors =
                authorities.certificates("write the authorities of the clients' certificates there").stream()
                        .map(authority -> new TrustAnchor(authority, null))
                        .collect(Collectors.toSet());
        Path crl = config.crl().orElse(null);
        PemFile lists = crl == null ? null : PemFile.read(prefix + "crl", crl);
        List<X509CRL> revocations = lists == null ? List.of() : lists.revocations();
        List<String> warnings = lists == null
                ? List.of()
                : revocations.stream()
                        .filter(list -> list.getNextUpdate() != null
                                && now.isAfter(list.getNextUpdate().toInstant()))
                        .map(list -> String.valueOf(lists.problem("should have been renewed by "
                                        + list.getNextUpdate().toInstant() + "; clients of its authority are refused")
                                .getMessage()))
                        .toList();
        try {
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
            parameters.setRevocationEnabled(!revocations.isEmpty());
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(revocations)));
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager judge) {
                    return new Rules(judge, warnings);
                }
            }
        } catch (GeneralSecurityException e) {
            throw authorities.problem("cannot be used: " + e.getMessage());
        }
        throw new TlsException("tls: this Java cannot check client certificates");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        judge.checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        judge.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        judge.checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        throw noServer();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        throw noServer();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw noServer();
    }

    private static CertificateException noServer() {
        return new CertificateException("these authorities are for clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge.getAcceptedIssuers();
    }
}
