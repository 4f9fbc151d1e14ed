package io.sluice;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A client of a training run, as a browser would be: WebSocket over TLS, MQTT 3.1.1 within.
 *
 * <p>Thread-safe.
 */
final class TrainingClient {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int MESSAGES = 40;
    private static final int BINARY = 0x82;
    private static final int CLOSE = 0x88;
    private static final int MASKED = 0x80;
    private static final byte[] MASK = {1, 2, 3, 4};

    /** MQTT 3.1.1, clean session, keep alive 60 s, client id "t". */
    private static final byte[] CONNECT = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 1, 't'};

    /** QoS 0 to topic "t". */
    private static final byte[] PUBLISH = {0x30, 11, 0, 1, 't', 'p', 'a', 'y', 'l', 'o', 'a', 'd', '.'};

    /** 1000, RFC 6455 7.4.1. */
    private static final byte[] NORMAL = {0x03, (byte) 0xE8};

    private static final String UPGRADE = String.join(
            "\r\n",
            "GET /mqtt HTTP/1.1",
            "Host: localhost",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol: mqtt",
            "\r\n");

    private static final int MOST_RESPONSE_BYTES = 4096;

    private final InetSocketAddress gateway;
    private final SSLContext tls;

    /** @param authority certificate of the CA that has issued the gateway's */
    TrainingClient(InetSocketAddress gateway, Path authority) throws IOException {
        this.gateway = gateway;
        tls = trusting(authority);
    }

    /** Connects, publishes and waits for each message to come back, and says goodbye. */
    void connectAndPublish() throws IOException {
        try (Socket socket = tls.getSocketFactory().createSocket(gateway.getAddress(), gateway.getPort())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            OutputStream out = socket.getOutputStream();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            out.write(UPGRADE.getBytes(ISO_8859_1));
            upgraded(in);
            out.write(frame(BINARY, CONNECT));
            answered(in, BINARY);
            for (int i = 0; i < MESSAGES; i++) {
                out.write(frame(BINARY, PUBLISH));
                answered(in, BINARY);
            }
            out.write(frame(CLOSE, NORMAL));
            answered(in, CLOSE);
        }
    }

    private static void upgraded(InputStream in) throws IOException {
        StringBuilder response = new StringBuilder();
        while (response.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0 || response.length() == MOST_RESPONSE_BYTES) {
                throw new EOFException("the upgrade is not answered");
            }
            response.append((char) next);
        }
        if (!response.toString().startsWith("HTTP/1.1 101 ")) {
            throw new IOException("the upgrade is refused: " + response);
        }
    }

    /** Of less than 126 bytes, RFC 6455 5.2. */
    private static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        frame.write(MASKED | payload.length);
        frame.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ MASK[i % MASK.length]);
        }
        return frame.toByteArray();
    }

    private static void answered(DataInputStream in, int expected) throws IOException {
        int first = in.readUnsignedByte();
        in.skipNBytes(in.readUnsignedByte());
        if (first != expected) {
            throw new IOException("a frame begins with 0x%02x in place of 0x%02x".formatted(first, expected));
        }
    }

    private static SSLContext trusting(Path authority) throws IOException {
        try (InputStream file = Files.newInputStream(authority)) {
            Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(file);
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry("ca", certificate);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
