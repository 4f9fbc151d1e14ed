package io.sluice.tls;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.conscrypt.AllocatedBuffer;
import org.conscrypt.BufferAllocator;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;

/**
 * TLS by Conscrypt: the only class that knows its types, and loaded only where {@code tls.provider} asks for it. Every method
 * may throw a {@link LinkageError}, since the jar is not the gateway's.
 *
 * <p>It resumes by tickets alone. In TLS 1.3 it lets them live for two days whatever a context's time-out is, and what it
 * resumes it does not verify again: clients that show certificates get none.
 *
 * <p>Thread-safe.
 */
final class ConscryptTls {
    private static final BufferAllocator BUFFERS = new ThreadBuffers();

    private ConscryptTls() {}

    /** Makes sure that it can be used here. */
    static void load() {
        Conscrypt.checkAvailability();
    }

    /** @param trust null where clients show no certificates */
    static SSLContext context(ServerKeyManager keys, @Nullable ClientTrust trust) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS", Conscrypt.newProvider());
        context.init(new KeyManager[] {keys}, new TrustManager[] {trust == null ? new Nobody() : trust}, null);
        return context;
    }

    /**
     * Takes a key over, so that no handshake has to.
     *
     * @throws GeneralSecurityException it has no keys of this type, or of this curve
     */
    static PrivateKey key(PrivateKey key) throws GeneralSecurityException {
        return KeyFactory.getInstance(key.getAlgorithm(), Conscrypt.newProvider())
                .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
    }

    /** Readies an engine that has not begun. */
    static void prepare(SSLEngine engine, boolean tickets) {
        Conscrypt.setBufferAllocator(engine, BUFFERS);
        Conscrypt.setUseSessionTickets(engine, tickets);
    }

    /** What is on the heap goes through one buffer of the thread, in place of one that each engine would keep. */
    private static final class ThreadBuffers extends BufferAllocator {
        private final ThreadLocal<ByteBuffer> buffers =
                ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(Conscrypt.maxEncryptedPacketLength()));

        @Override
        public AllocatedBuffer allocateDirectBuffer(int capacity) {
            ByteBuffer own = buffers.get().clear();
            return AllocatedBuffer.wrap(capacity <= own.capacity() ? own : ByteBuffer.allocateDirect(capacity));
        }
    }

    /** Trusts nobody; without any trust manager Conscrypt would read the JDK's authorities. */
    private static final class Nobody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("no certificates are asked for");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("this is a server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
