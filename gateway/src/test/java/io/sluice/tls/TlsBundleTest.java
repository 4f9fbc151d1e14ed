package io.sluice.tls;

import static io.sluice.tls.TestCertificates.NOW;
import static io.sluice.tls.TestCertificates.pem;
import static io.sluice.tls.TestCertificates.pkcs8;
import static io.sluice.tls.TestCertificates.selfSigned;
import static io.sluice.tls.TestCertificates.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.Library;
import io.sluice.config.TlsConfig.MinVersion;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsBundleTest {
    /** A handshake takes some ten; an endless loop ends here. */
    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource({
        "JDK,TLSv1.2,localhost",
        "JDK,TLSv1.3,localhost",
        "JDK,TLSv1.2,127.0.0.1",
        "JDK,TLSv1.3,127.0.0.1",
        "JDK,TLSv1.3,::1",
        "CONSCRYPT,TLSv1.2,localhost",
        "CONSCRYPT,TLSv1.3,127.0.0.1"
    })
    void servesDevelopmentCertificatesToAClientThatTrustsTheirAuthority(Library provider, String protocol, String host)
            throws Exception {
        DevCertificates written = DevCertificates.writeTo(dir);
        TlsBundle bundle = TlsBundle.load(List.of(config(written.serverCertificate(), written.serverKey(), provider)));
        X509Certificate authority = PemFile.read("test", written.authorityCertificate())
                .certificates()
                .get(0);

        SSLSession session = handshake(bundle, client(authority, host, protocol));

        assertThat(session.getProtocol()).isEqualTo(protocol);
        assertThat(session.getPeerCertificates()[0]).isEqualTo(bundle.certificate());
        assertThat(bundle.warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "JDK,EC,TLSv1.2,_ECDSA_",
        "JDK,EC,TLSv1.3,TLS_AES_",
        "JDK,RSA,TLSv1.2,_RSA_",
        "JDK,RSA,TLSv1.3,TLS_AES_",
        "JDK,Ed25519,TLSv1.3,TLS_AES_",
        "CONSCRYPT,EC,TLSv1.2,_ECDSA_",
        "CONSCRYPT,EC,TLSv1.3,TLS_AES_",
        "CONSCRYPT,RSA,TLSv1.2,_RSA_",
        "CONSCRYPT,RSA,TLSv1.3,TLS_AES_"
    })
    void picksASuiteThatFitsTheKey(Library provider, String algorithm, String protocol, String suite) throws Exception {
        X509Certificate certificate = bundleFiles(algorithm);
        TlsBundle bundle = TlsBundle.load(config(provider), NOW);

        SSLSession session = handshake(bundle, client(certificate, "localhost", protocol));

        assertThat(session.getCipherSuite()).contains(suite);
        assertThat(session.getPeerCertificates()).containsExactly(certificate);
    }

    @Test
    void tellsThatConscryptServesNoSuchKey() throws Exception {
        bundleFiles("Ed25519");

        assertThatThrownBy(() -> TlsBundle.load(config(Library.CONSCRYPT), NOW))
                .isInstanceOf(TlsException.class)
                .hasMessage(
                        "tls.private-key: \"%s\" is of a type that conscrypt does not serve; make an RSA key or an EC key"
                                + " on P-256, P-384 or P-521, or write tls.provider=jdk",
                        dir.resolve("privkey.pem"));
    }

    @Test
    void refusesOlderVersionsThanConfigured() throws Exception {
        X509Certificate certificate = bundleFiles("EC");
        TlsBundle bundle = TlsBundle.load(config(MinVersion.TLS_1_3), NOW);

        SSLEngine client = client(certificate, "localhost", "TLSv1.2");

        assertThatThrownBy(() -> handshake(bundle, client)).isInstanceOf(SSLException.class);
    }

    @ParameterizedTest
    @CsvSource({"TLS_1_2,TLSv1.3 TLSv1.2", "TLS_1_3,TLSv1.3"})
    void enablesTheVersionsFromTheOldestAllowed(MinVersion oldest, String protocols) throws Exception {
        bundleFiles("EC");

        TlsBundle bundle = TlsBundle.load(config(oldest), NOW);

        assertThat(bundle.protocols()).containsExactly(protocols.split(" "));
    }

    @Test
    void servesAnExpiredCertificateWithAWarning() throws Exception {
        X509Certificate certificate = bundleFiles("EC");

        TlsBundle bundle = TlsBundle.load(config(MinVersion.TLS_1_2), Instant.parse("2027-01-01T00:00:00Z"));

        assertThat(bundle.certificate()).isEqualTo(certificate);
        assertThat(bundle.warnings())
                .containsExactly(
                        "tls.certificate: \"%s\" is no longer valid: the certificate ended at 2026-07-01T00:00:00Z"
                                .formatted(dir.resolve("fullchain.pem")));
    }

    @Test
    void enablesTheCheapSuitesFirstButForwardSecrecyBeforeThat() {
        String[] suites = {
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_RSA_WITH_AES_128_GCM_SHA256"
        };

        assertThat(TlsBundle.cheapFirst(suites))
                .containsExactly(
                        "TLS_AES_128_GCM_SHA256",
                        "TLS_AES_256_GCM_SHA384",
                        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                        "TLS_CHACHA20_POLY1305_SHA256",
                        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                        "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
                        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
                        "TLS_RSA_WITH_AES_128_GCM_SHA256");
    }

    /** So that the order of what is not sorted is a good one. */
    @Test
    void theJdkHasForwardSecrecyFirst() throws Exception {
        List<String> suites = List.of(TlsBundle.cheapFirst(
                SSLContext.getDefault().getDefaultSSLParameters().getCipherSuites()));

        assertThat(suites.get(0)).isEqualTo("TLS_AES_128_GCM_SHA256");
        int last = suites.lastIndexOf("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
        assertThat(last).isPositive();
        assertThat(suites.subList(0, last)).allMatch(s -> !s.contains("_WITH_") || s.startsWith("TLS_ECDHE_"));
    }

    @Test
    void boundsResumption() throws Exception {
        bundleFiles("EC");

        SSLContext context = TlsBundle.load(config(MinVersion.TLS_1_2), NOW).context();

        assertThat(context.getServerSessionContext().getSessionTimeout())
                .isEqualTo((int) Duration.ofHours(1).toSeconds());
        assertThat(context.getServerSessionContext().getSessionCacheSize()).isEqualTo(10_000);
    }

    @Test
    void keepsKeyAndChainTogetherWhileCredentialsAreExchanged() throws Exception {
        Credential first = credential("EC");
        Credential second = credential("RSA");
        ServerKeyManager keys = new ServerKeyManager(List.of(Served.of(first, List.of())));
        String chosen = Objects.requireNonNull(keys.chooseEngineServerAlias("EC", null, null));

        keys.exchange(List.of(Served.of(second, List.of())));

        assertThat(keys.getPrivateKey(chosen)).isEqualTo(first.key());
        assertThat(keys.getCertificateChain(chosen)).containsExactly(first.certificate());
        assertThat(keys.chooseEngineServerAlias("EC", null, null)).isNull();
        String next = Objects.requireNonNull(keys.chooseEngineServerAlias("RSA", null, null));
        assertThat(keys.getPrivateKey(next)).isEqualTo(second.key());
        assertThat(keys.getCertificateChain(next)).containsExactly(second.certificate());
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({
        "a.example, 1",
        "A.Example, 1",
        "x.b.example, 2",
        "c.b.example, 1",
        "x.y.b.example, 0",
        "b.example, 0",
        "other.example, 0",
        "localhost.example, 0"
    })
    void picksCertificateByServerName(String name, int expected) throws Exception {
        List<List<String>> names = List.of(List.of(), List.of("a.example", "c.b.example"), List.of("*.b.example"));
        List<TlsConfig> configs = new ArrayList<>();
        List<X509Certificate> certificates = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            certificates.add(bundleFiles("EC", i + "-"));
            configs.add(new TlsConfig(
                    "n" + i,
                    dir.resolve(i + "-fullchain.pem"),
                    dir.resolve(i + "-privkey.pem"),
                    Optional.empty(),
                    names.get(i),
                    MinVersion.TLS_1_2,
                    Library.JDK,
                    TlsConfig.ClientAuth.NONE,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()));
        }
        TlsBundle bundle = TlsBundle.load(configs, NOW);
        SSLEngine client = client(certificates.get(expected), name, "TLSv1.3");
        SSLParameters parameters = client.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("");
        parameters.setServerNames(List.of(new SNIHostName(name)));
        client.setSSLParameters(parameters);

        SSLSession session = handshake(bundle, client);

        assertThat(session.getPeerCertificates()).containsExactly(certificates.get(expected));
    }

    @Test
    void servesNewFilesAfterReloadAndOldOnesAfterAFailedOne() throws Exception {
        bundleFiles("EC");
        TlsBundle bundle = TlsBundle.load(config(MinVersion.TLS_1_2), NOW);
        X509Certificate next = bundleFiles("EC");

        bundle.reload();

        assertThat(bundle.certificate()).isEqualTo(next);
        assertThat(handshake(bundle, client(next, "localhost", "TLSv1.3")).getPeerCertificates())
                .containsExactly(next);

        write(dir.resolve("privkey.pem"), pkcs8(TestCertificates.keys("EC").getPrivate()));

        assertThatThrownBy(bundle::reload).isInstanceOf(TlsException.class);
        assertThat(handshake(bundle, client(next, "localhost", "TLSv1.3")).getPeerCertificates())
                .containsExactly(next);
    }

    @Test
    @DisplayName("two read at the same time, and the first is slow to put it in force: what was read last is served")
    void neverGoesBackToOlderFiles() throws Exception {
        bundleFiles("EC");
        TlsBundle bundle = TlsBundle.load(config(MinVersion.TLS_1_2), NOW);
        Runnable slow = bundle.prepare();
        X509Certificate next = bundleFiles("EC");
        bundle.reload();

        slow.run();

        assertThat(bundle.certificate()).isEqualTo(next);
        assertThat(handshake(bundle, client(next, "localhost", "TLSv1.3")).getPeerCertificates())
                .containsExactly(next);
        X509Certificate last = bundleFiles("EC");
        bundle.reload();
        assertThat(bundle.certificate()).isEqualTo(last);
    }

    private static Credential credential(String algorithm) throws Exception {
        KeyPair keys = TestCertificates.keys(algorithm);
        return new Credential(keys.getPrivate(), List.of(selfSigned(keys)), List.of());
    }

    private X509Certificate bundleFiles(String algorithm) throws Exception {
        return bundleFiles(algorithm, "");
    }

    private X509Certificate bundleFiles(String algorithm, String prefix) throws Exception {
        KeyPair keys = TestCertificates.keys(algorithm);
        X509Certificate certificate = selfSigned(keys);
        write(dir.resolve(prefix + "fullchain.pem"), pem(certificate));
        write(dir.resolve(prefix + "privkey.pem"), pkcs8(keys.getPrivate()));
        return certificate;
    }

    private TlsConfig config(Library provider) {
        return config(dir.resolve("fullchain.pem"), dir.resolve("privkey.pem"), provider);
    }

    private static TlsConfig config(Path certificate, Path key, Library provider) {
        return new TlsConfig(
                "default",
                certificate,
                key,
                Optional.empty(),
                List.of(),
                MinVersion.TLS_1_2,
                provider,
                TlsConfig.ClientAuth.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private TlsConfig config(MinVersion oldest) {
        return config(dir.resolve("fullchain.pem"), dir.resolve("privkey.pem"), oldest);
    }

    private static TlsConfig config(Path certificate, Path key, MinVersion oldest) {
        return new TlsConfig("default", certificate, key, Optional.empty(), oldest);
    }

    /** A client that checks certificate and name as a browser does. */
    private static SSLEngine client(X509Certificate trusted, String host, String protocol) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("trusted", trusted);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLEngine engine = context.createSSLEngine(host, 443);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {protocol});
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }

    private static SSLSession handshake(TlsBundle bundle, SSLEngine client) throws SSLException {
        SSLEngine server = bundle.context().createSSLEngine();
        bundle.prepare(server);
        server.setUseClientMode(false);
        server.setEnabledProtocols(bundle.protocols());
        Engines.shakeHands(client, server);
        return client.getSession();
    }
}
