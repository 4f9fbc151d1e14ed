package io.sluice.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** Two TLS engines, with nothing between them. */
public final class Engines {
    private static final int MOST_STEPS = 20;
    private static final int ROOM = 1 << 16;

    private Engines() {}

    /**
     * A client's context.
     *
     * @param authority PEM file of who issues the server's certificate
     */
    public static SSLContext trusting(Path authority) {
        try (InputStream pem = Files.newInputStream(authority)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException wrong) {
            throw new AssertionError(wrong);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Carries records between them until both have shaken hands, and nothing is under way. */
    public static void shakeHands(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(ROOM).flip();
        ByteBuffer toClient = ByteBuffer.allocate(ROOM).flip();
        client.beginHandshake();
        server.beginHandshake();
        for (int step = 0; step < MOST_STEPS; step++) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
            if (isDone(client) && isDone(server) && !toClient.hasRemaining() && !toServer.hasRemaining()) {
                return;
            }
        }
        throw new AssertionError("no handshake in " + MOST_STEPS + " steps");
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            out.compact();
            engine.wrap(ByteBuffer.allocate(0), out);
            out.flip();
        } else if (in.hasRemaining()) {
            engine.unwrap(in, ByteBuffer.allocate(ROOM));
        }
    }

    private static boolean isDone(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }
}
