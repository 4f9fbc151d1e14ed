package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.session.ClientInfo;
import io.sluice.tls.DevCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Client certificates: who gets in, and what the session knows of them. */
@ParameterizedClass
@ValueSource(strings = {"jdk", "conscrypt"})
@Timeout(30)
class MutualTlsIT {
    @TempDir
    static Path ours;

    @TempDir
    static Path theirs;

    private static ScriptedBroker broker;

    private final String provider;

    MutualTlsIT(String provider) {
        this.provider = provider;
    }

    @BeforeAll
    static void start() throws IOException {
        broker = new ScriptedBroker();
        DevCertificates.writeTo(ours);
        DevCertificates.writeTo(theirs);
    }

    @AfterAll
    static void stop() throws IOException {
        broker.close();
    }

    @Test
    void letsInWhoShowsACertificateOfTheAuthorityAndNobodyElse() throws Exception {
        try (TestGateway gateway = gateway("tls.client-auth=required")) {
            assertThat(nameOf(gateway, ours)).isEqualTo("Sluice development client");
            assertThatThrownBy(() -> nameOf(gateway, theirs)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> nameOf(gateway, null)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void letsInWhoShowsNoneWhereItIsOptional() throws Exception {
        try (TestGateway gateway = gateway("tls.client-auth=optional")) {
            assertThat(nameOf(gateway, ours)).isEqualTo("Sluice development client");
            assertThat(nameOf(gateway, null)).isNull();
            assertThatThrownBy(() -> nameOf(gateway, theirs)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void refusesWhoIsRevoked() throws Exception {
        Path none = crl("none.crl", List.of());
        Path all = crl("all.crl", List.of((X509Certificate) chain(ours.resolve("client.crt"))[0]));
        try (TestGateway gateway = gateway("tls.client-auth=required", "tls.crl=" + none)) {
            assertThat(nameOf(gateway, ours)).isEqualTo("Sluice development client");
        }
        try (TestGateway gateway = gateway("tls.client-auth=required", "tls.crl=" + all)) {
            assertThatThrownBy(() -> nameOf(gateway, ours)).isInstanceOf(IOException.class);
        }
    }

    @Test
    @DisplayName(
            "what Conscrypt resumes it would not look up again for two days, so it resumes no client with a certificate")
    void looksUpWhoComesBack() throws Exception {
        Path list = crl("some.crl", List.of());
        SSLContext sessions = context(ours);
        try (TestGateway gateway = gateway("tls.client-auth=required", "tls.crl=" + list)) {
            assertThat(nameIn(gateway, sessions)).isEqualTo("Sluice development client");
            crl("some.crl", List.of((X509Certificate) chain(ours.resolve("client.crt"))[0]));
            gateway.gateway().reload();

            if (provider.equals("conscrypt")) {
                assertThatThrownBy(() -> nameIn(gateway, sessions)).isInstanceOf(IOException.class);
            } else {
                assertThat(nameIn(gateway, sessions)).as("within five minutes").isEqualTo("Sluice development client");
            }
        }
    }

    /** What the session of a client with this certificate knows of it; in TLS 1.3 a refusal comes behind the handshake. */
    private static @Nullable String nameOf(TestGateway gateway, @Nullable Path certificates) throws Exception {
        return nameIn(gateway, context(certificates));
    }

    private static @Nullable String nameIn(TestGateway gateway, SSLContext context) throws Exception {
        try (RawClient client = gateway.secure(context)) {
            client.upgrade();
            CompletableFuture<ClientInfo> found = new CompletableFuture<>();
            gateway.gateway().eachSession(session -> {
                if (session.info().peer().equals(client.localAddress())) {
                    found.complete(session.info());
                }
            });
            return Objects.requireNonNull(found.get(10, TimeUnit.SECONDS).tls()).clientName();
        }
    }

    private TestGateway gateway(String... more) {
        String[] all = Arrays.copyOf(more, more.length + 4);
        all[more.length] = "tls.client-ca=" + ours.resolve("ca.crt");
        all[more.length + 1] = "tls.server.certificate=" + ours.resolve("server.crt");
        all[more.length + 2] = "tls.server.private-key=" + ours.resolve("server.key");
        all[more.length + 3] = "tls.provider=" + provider;
        String[] named = Arrays.copyOf(all, all.length + 1);
        named[all.length] = "listener.secure.tls=server";
        return TestGateway.start(broker, named);
    }

    private static SSLContext context(@Nullable Path certificates) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("ca", chain(ours.resolve("ca.crt"))[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        KeyManager[] keys = certificates == null
                ? new KeyManager[0]
                : new KeyManager[] {
                    new Shows(key(certificates.resolve("client.key")), x509(certificates.resolve("client.crt")))
                };
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    /** Shows its certificate to whoever asks, whatever authorities they name. */
    private static final class Shows extends X509ExtendedKeyManager {
        private final PrivateKey key;
        private final X509Certificate[] chain;

        Shows(PrivateKey key, X509Certificate... chain) {
            this.key = key;
            this.chain = chain;
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
            return "client";
        }

        @Override
        public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return "client";
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.clone();
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {"client"};
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }
    }

    private static X509Certificate[] x509(Path pem) throws Exception {
        return Arrays.copyOf(chain(pem), chain(pem).length, X509Certificate[].class);
    }

    private static Certificate[] chain(Path pem) throws Exception {
        try (InputStream in = Files.newInputStream(pem)) {
            return new ArrayList<>(CertificateFactory.getInstance("X.509").generateCertificates(in))
                    .toArray(new Certificate[0]);
        }
    }

    private static PrivateKey key(Path pem) throws Exception {
        String text = Files.readString(pem).replaceAll("-----[A-Z ]+-----", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(text)));
    }

    private static Path crl(String name, List<X509Certificate> revoked) throws Exception {
        X509Certificate authority = (X509Certificate) chain(ours.resolve("ca.crt"))[0];
        Instant now = Instant.now();
        JcaX509v2CRLBuilder builder = new JcaX509v2CRLBuilder(
                authority.getSubjectX500Principal(), Date.from(now.minus(Duration.ofMinutes(1))));
        builder.setNextUpdate(Date.from(now.plus(Duration.ofHours(1))));
        revoked.forEach(certificate ->
                builder.addCRLEntry(certificate.getSerialNumber(), Date.from(now), CRLReason.keyCompromise));
        byte[] der = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key(ours.resolve("ca.key"))))
                .getEncoded();
        return Files.writeString(
                ours.resolve(name),
                "-----BEGIN X509 CRL-----\n" + Base64.getMimeEncoder().encodeToString(der)
                        + "\n-----END X509 CRL-----\n");
    }
}
