package io.sluice.tls;

import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.MinVersion;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;

/**
 * One TLS bundle at work: what a listener needs to serve TLS with a certificate.
 *
 * <p>Thread-safe.
 */
public final class TlsBundle {
    /** Sessions and tickets older than this are not resumed; within it a client on the move saves half the handshake. */
    static final Duration SESSION_TIMEOUT = Duration.ofHours(1);
    /** Sessions held for clients that take no tickets; some 2 KiB each. */
    static final int SESSION_CACHE_SIZE = 10_000;

    private final SSLContext context;
    private final Credential credential;
    private final List<String> protocols;

    private TlsBundle(SSLContext context, Credential credential, List<String> protocols) {
        this.context = context;
        this.credential = credential;
        this.protocols = protocols;
    }

    /**
     * Reads the files of a bundle and makes its context.
     *
     * @throws TlsException one line for the operator: a file cannot be read, key and certificate do not fit
     */
    public static TlsBundle load(TlsConfig config) throws TlsException {
        return load(config, Instant.now());
    }

    static TlsBundle load(TlsConfig config, Instant now) throws TlsException {
        Credential credential = Credential.load(config, now);
        SSLContext context;
        try {
            context = SSLContext.getInstance("TLS");
            // No trust managers at all instead of null: a server that asks for no client certificate has nobody to
            // trust.
            context.init(new KeyManager[] {new ServerKeyManager(credential)}, new TrustManager[0], null);
        } catch (GeneralSecurityException e) {
            throw new TlsException("tls: this Java has no usable TLS: " + e.getMessage());
        }
        SSLSessionContext sessions = context.getServerSessionContext();
        sessions.setSessionTimeout((int) SESSION_TIMEOUT.toSeconds());
        sessions.setSessionCacheSize(SESSION_CACHE_SIZE);
        return new TlsBundle(
                context,
                credential,
                config.minVersion() == MinVersion.TLS_1_3 ? List.of("TLSv1.3") : List.of("TLSv1.3", "TLSv1.2"));
    }

    /** The context of server engines. It trusts no peer, so it is of no use to clients. */
    public SSLContext context() {
        return context;
    }

    /** One line each for the operator, about what works but should not stay so, e.g. an expired certificate. */
    public List<String> warnings() {
        return credential.warnings();
    }

    /** The protocol versions to enable on every engine, newest first; a fresh array each time. */
    public String[] protocols() {
        return protocols.toArray(new String[0]);
    }

    /** The server's own certificate, without its chain. */
    public X509Certificate certificate() {
        return credential.certificate();
    }
}
