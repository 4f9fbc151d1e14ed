package io.sluice.loadtest.load;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Makes the TLS engines of one loop's clients. Sessions are cached by peer host and port, and the port is only a key: each
 * client gets its own, so that it resumes its own session, or each connection gets its own, so that none is resumed.
 *
 * <p>Confined to its loop's thread.
 */
final class TlsClients {
    private final Target target;
    private final Trust trust;
    private final SSLContext context;
    /** Those whose server has shown a certificate in the handshake under way: it is not resumed. */
    private final Set<SSLEngine> shown = Collections.newSetFromMap(new IdentityHashMap<>());

    private int connections;

    TlsClients(Target target, Trust trust) {
        this.target = target;
        this.trust = trust;
        try {
            context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {new Watcher()}, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java since 11 has TLS 1.3", e);
        }
        // 0 is without limit, but for memory: a session takes about 3 KiB
        context.getClientSessionContext().setSessionCacheSize(target.resume() ? 0 : 1);
    }

    SSLEngine engine(int client) {
        SSLEngine engine = context.createSSLEngine(target.host(), target.resume() ? client + 1 : ++connections);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        if (!target.host().contains(":") && !target.host().matches("[0-9.]+")) {
            parameters.setServerNames(List.of(new SNIHostName(target.host())));
        }
        if (trust.manager() != null) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** Tells whether a handshake that has just ended was resumed, and forgets it. */
    boolean isResumed(SSLEngine engine) {
        return !shown.remove(engine);
    }

    /** Forgets a handshake that came to nothing. */
    void forget(SSLEngine engine) {
        shown.remove(engine);
    }

    /** Decides as the {@link Trust} does, and notes who asked. */
    private final class Watcher extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            shown.add(engine);
            if (trust.manager() != null) {
                trust.manager().checkServerTrusted(chain, authType, engine);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("engines only");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("engines only");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("clients only");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("clients only");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("clients only");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
