package io.sluice.listener;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.MinVersion;
import io.sluice.net.CountedBuffers;
import io.sluice.net.IoThreads;
import io.sluice.tls.DevCertificates;
import io.sluice.tls.Engines;
import io.sluice.tls.TlsBundle;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xnio.ChannelListener;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/** The system calls of a handshake and a request, over a real socket. */
@Timeout(30)
class TlsHandoverTest {
    private static final String ANSWER = "it serves";

    @TempDir
    static Path directory;

    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
    private final IoThreads threads = IoThreads.start(1, 0, 64);
    private DevCertificates certificates;
    private AcceptingChannel<StreamConnection> server;

    private final class CountingSource extends AbstractStreamSourceConduit<StreamSourceConduit> {
        CountingSource(StreamSourceConduit socket) {
            super(socket);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            int read = super.read(target);
            if (read == 0) {
                reads.incrementAndGet();
            }
            return read;
        }
    }

    private final class CountingSink extends AbstractStreamSinkConduit<StreamSinkConduit> {
        CountingSink(StreamSinkConduit socket) {
            super(socket);
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            writes.incrementAndGet();
            return super.write(bytes);
        }

        @Override
        public long write(ByteBuffer[] bytes, int from, int count) throws IOException {
            writes.incrementAndGet();
            return super.write(bytes, from, count);
        }
    }

    @BeforeEach
    void serve() throws Exception {
        certificates = DevCertificates.writeTo(directory);
        TlsBundle bundle = TlsBundle.load(List.of(new TlsConfig(
                "default",
                certificates.serverCertificate(),
                certificates.serverKey(),
                Optional.empty(),
                MinVersion.TLS_1_2)));
        HttpOpenListener http = new HttpOpenListener(threads.buffers(), OptionMap.EMPTY);
        http.setRootHandler(exchange -> exchange.getResponseSender().send(ANSWER));
        ChannelListener<AcceptingChannel<StreamConnection>> accept = socket -> {
            try {
                StreamConnection tcp = socket.accept();
                tcp.getSourceChannel()
                        .setConduit(new CountingSource(tcp.getSourceChannel().getConduit()));
                tcp.getSinkChannel()
                        .setConduit(new CountingSink(tcp.getSinkChannel().getConduit()));
                TlsHandover handover = new TlsHandover(
                        tcp, threads.contexts().get(0), bundle, new CountedBuffers(threads.buffers()), true);
                bundle.prepare(handover.engine());
                http.handleEvent(handover.connection());
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        };
        server = threads.worker()
                .createStreamConnectionServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), accept, OptionMap.EMPTY);
        server.resumeAccepts();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        threads.stop();
    }

    /** Reads on until the engine has something else to do. */
    private static void unwrap(SocketChannel socket, SSLEngine client, ByteBuffer in, ByteBuffer plain)
            throws IOException {
        in.flip();
        int before = in.position();
        client.unwrap(in, plain);
        boolean moved = in.position() > before;
        in.compact();
        if (!moved && socket.read(in) < 0) {
            throw new IOException("the server has closed");
        }
    }

    /** Sends the request in one write with the end of the handshake, where the protocol lets it; returns the response. */
    private String ask(String protocol) throws Exception {
        SSLEngine client = Engines.trusting(certificates.authorityCertificate()).createSSLEngine("localhost", 443);
        client.setUseClientMode(true);
        client.setEnabledProtocols(new String[] {protocol});
        ByteBuffer in = ByteBuffer.allocate(64 * 1024);
        ByteBuffer out = ByteBuffer.allocate(64 * 1024);
        ByteBuffer plain = ByteBuffer.allocate(64 * 1024);
        try (SocketChannel socket = SocketChannel.open(server.getLocalAddress(InetSocketAddress.class))) {
            client.beginHandshake();
            HandshakeStatus status = client.getHandshakeStatus();
            while (status != HandshakeStatus.NOT_HANDSHAKING) {
                switch (status) {
                    case NEED_WRAP -> client.wrap(ByteBuffer.allocate(0), out);
                    case NEED_TASK -> client.getDelegatedTask().run();
                    default -> {
                        socket.write(out.flip());
                        out.clear();
                        unwrap(socket, client, in, plain);
                    }
                }
                status = client.getHandshakeStatus();
            }
            client.wrap(US_ASCII.encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), out);
            socket.write(out.flip());
            while (!text(plain).endsWith(ANSWER)) {
                unwrap(socket, client, in, plain);
            }
        }
        return text(plain);
    }

    private static String text(ByteBuffer plain) {
        return US_ASCII.decode(plain.duplicate().flip()).toString();
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, 2", // what follows the ClientHello, and tickets with the response
        "TLSv1.2, 4" // there the client waits for the server's Finished, behind a ticket, before it asks
    })
    void nothingIsReadForNothingAndTicketsGoWithTheResponse(String protocol, int writesInAll) throws Exception {
        assertThat(ask(protocol)).startsWith("HTTP/1.1 200 OK");

        assertThat(writes).hasValue(writesInAll);
        assertThat(reads)
                .as("reads that found nothing; one may come before the ClientHello")
                .hasValueLessThan(2);
    }
}
