package io.sluice.tls;

import io.sluice.config.LinkConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards the brokers of one cluster: whom the gateway trusts, and what it shows. A broker's certificate must be for the
 * broker's name (RFC 9525).
 *
 * <p>Immutable.
 */
public final class BrokerTls {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final String ENDED = "the broker ended the connection in the TLS handshake";
    private static final Pattern NAME = Pattern.compile("[a-z0-9.-]*[a-z][a-z0-9.-]*");

    private final SSLContext context;
    private final String prefix;
    private final Optional<String> serverName;
    private final List<String> warnings;

    private BrokerTls(SSLContext context, String prefix, Optional<String> serverName, List<String> warnings) {
        this.context = context;
        this.prefix = prefix;
        this.serverName = serverName;
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Reads the files.
     *
     * @param cluster its name
     * @throws TlsException one line for the operator: a file cannot be read, key and certificate do not fit
     */
    public static BrokerTls load(String cluster, LinkConfig.Tls config) throws TlsException {
        String prefix = cluster.equals("default") ? "cluster.tls." : "cluster." + cluster + ".tls.";
        Path certificate = config.certificate().orElse(null);
        Path privateKey = config.privateKey().orElse(null);
        Credential credential = certificate == null || privateKey == null
                ? null
                : Credential.load(prefix, certificate, privateKey, Instant.now());
        PemFile ca = config.ca().isEmpty()
                ? null
                : PemFile.read(prefix + "ca", config.ca().get());
        List<X509Certificate> authorities =
                ca == null ? List.of() : ca.certificates("write the authorities of the brokers' certificates there");
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(authorities.isEmpty() ? null : store(authorities));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(credential), trust.getTrustManagers(), null);
            List<String> warnings = credential == null ? List.of() : credential.warnings();
            return new BrokerTls(context, prefix, config.serverName(), warnings);
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsException(prefix + "ca: these files cannot be used: " + e.getMessage());
        }
    }

    private static KeyStore store(List<X509Certificate> authorities) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry(Integer.toString(i), authorities.get(i));
        }
        return store;
    }

    private static KeyManager[] keys(@Nullable Credential credential) throws GeneralSecurityException, IOException {
        if (credential == null) {
            return new KeyManager[0];
        }
        char[] password = {};
        KeyStore store = store(List.of());
        store.setKeyEntry(
                "gateway", credential.key(), password, credential.chain().toArray(new X509Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    /** The context of client engines. */
    public SSLContext context() {
        return context;
    }

    /** One line each for the operator, about what works but should not stay so. */
    public List<String> warnings() {
        return warnings;
    }

    /**
     * The name that a broker's certificate must be for.
     *
     * @param host the broker's own
     */
    public String expectedName(String host) {
        return serverName.orElse(host);
    }

    /** Makes an engine ask for the name (RFC 6066 3; an IP address is not asked for), and expect it. */
    public void expect(SSLEngine engine, String name) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (NAME.matcher(name).matches()) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        engine.setSSLParameters(parameters);
    }

    /**
     * Why a handshake failed, in an operator's words. JSSE keeps the reason, and tells it to who begins another handshake.
     *
     * @param name that was expected
     */
    public String whyFailed(SSLEngine engine, String name) {
        try {
            engine.beginHandshake();
        } catch (SSLException broken) {
            Throwable why = broken.getCause();
            return why == null ? ENDED : reason(why, name);
        }
        return ENDED;
    }

    private String reason(Throwable broken, String name) {
        for (Throwable why = broken; why != null; why = why.getCause()) {
            String message = String.valueOf(why.getMessage());
            if (why instanceof CertificateExpiredException) {
                return "the broker's certificate is no longer valid: " + message;
            }
            if (why instanceof CertificateNotYetValidException) {
                return "the broker's certificate is not yet valid: " + message;
            }
            if (why instanceof CertPathBuilderException) {
                return "the broker's certificate is of an unknown authority (" + prefix + "ca)";
            }
            if (message.startsWith("No subject alternative") || message.startsWith("No name matching")) {
                return "the broker's certificate is not for " + name + " (" + prefix + "server-name)";
            }
            if (message.startsWith("closing inbound before")) {
                return ENDED;
            }
        }
        return "TLS: " + broken.getMessage();
    }
}
