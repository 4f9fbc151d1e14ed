package io.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.MinVersion;
import io.sluice.tls.DevCertificates;
import io.sluice.tls.Engines;
import io.sluice.tls.TlsBundle;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

class TlsStreamTest {
    private static final int LARGE = 16_000;

    @TempDir
    static Path directory;

    private final Wire wire = new Wire();
    private final ScriptedSink socket = new ScriptedSink(100_000);
    private IoThreads threads;
    private SSLEngine client;
    private TlsStream stream;

    /** What the peer has sent, and whether reads were asked for again. */
    private static final class Wire extends AbstractStreamSourceConduit<StreamSourceConduit> {
        private final ByteBuf bytes = Unpooled.buffer();
        private int wakeups;

        Wire() {
            super(TlsStreamTest.silent(StreamSourceConduit.class));
        }

        @Override
        public int read(ByteBuffer into) {
            int count = Math.min(bytes.readableBytes(), into.remaining());
            ByteBuffer part = into.duplicate().limit(into.position() + count);
            bytes.readBytes(part);
            into.position(into.position() + count);
            return count;
        }

        @Override
        public void resumeReads() {
            // the test reads by itself
        }

        @Override
        public void suspendReads() {
            // the test reads by itself
        }

        @Override
        public void wakeupReads() {
            wakeups++;
        }
    }

    private static <T> T silent(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                TlsStreamTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> null));
    }

    @BeforeEach
    void shakeHands() throws Exception {
        DevCertificates certificates = DevCertificates.writeTo(directory);
        TlsBundle bundle = TlsBundle.load(List.of(new TlsConfig(
                "default",
                certificates.serverCertificate(),
                certificates.serverKey(),
                Optional.empty(),
                MinVersion.TLS_1_3)));
        SSLEngine server = bundle.context().createSSLEngine();
        bundle.prepare(server);
        server.setUseClientMode(false);
        client = Engines.trusting(certificates.authorityCertificate()).createSSLEngine("localhost", 443);
        client.setUseClientMode(true);
        Engines.shakeHands(client, server);

        threads = IoThreads.start(1, 0, 8);
        stream = new TlsStream(threads.contexts().get(0), server, wire, socket);
        stream.source().resumeReads();
    }

    @AfterEach
    void stop() {
        stream.release();
        threads.stop();
    }

    /** A record from the peer, of so much data. */
    private void record(int length) throws SSLException {
        ByteBuffer out = ByteBuffer.allocate(IoContext.RECORDS_BYTES);
        client.wrap(ByteBuffer.allocate(length), out);
        wire.bytes.writeBytes(out.flip());
    }

    private int read(int records) throws Exception {
        return stream.source().read(ByteBuffer.allocate(records * IoContext.RECORDS_BYTES));
    }

    @Test
    @DisplayName("a read takes 64 records, and less where there is no room; what is left needs no byte from the socket")
    void leavesTheRestForTheNextReads() throws Exception {
        for (int i = 0; i < 70; i++) {
            record(1);
        }
        for (int i = 0; i < 3; i++) {
            record(LARGE);
        }

        assertThat(read(4)).isEqualTo(64);
        assertThat(stream.midRecord()).as("what is left is whole").isFalse();
        assertThat(stream.heldBytes()).isPositive();
        assertThat(read(1)).isEqualTo(6 + LARGE);
        assertThat(read(1)).isEqualTo(LARGE);
        assertThat(wire.wakeups).isEqualTo(3);
        assertThat(read(1)).isEqualTo(LARGE);
        assertThat(read(1)).isZero();
        assertThat(wire.wakeups).isEqualTo(3);
        assertThat(stream.heldBytes()).isZero();
    }

    @Test
    @DisplayName(
            "who has suspended reads gets nothing by the wake-up that was under way, and is woken up when it resumes")
    void keepsTheRestWhileReadsAreSuspended() throws Exception {
        for (int i = 0; i < 65; i++) {
            record(1);
        }
        assertThat(read(4)).isEqualTo(64);
        int before = wire.wakeups;

        stream.source().suspendReads();
        assertThat(read(4)).isZero();
        stream.source().resumeReads();

        assertThat(wire.wakeups).isEqualTo(before + 1);
        assertThat(read(4)).isOne();
    }

    @Test
    void readsNothingWhileReadsAreSuspended() throws Exception {
        record(1);

        stream.source().suspendReads();
        assertThat(read(1)).isZero();
        stream.source().resumeReads();

        assertThat(read(1)).isOne();
    }

    @Test
    void tellsThatARecordIsCut() throws Exception {
        record(10);
        ByteBuf whole = wire.bytes.copy();
        wire.bytes.writerIndex(wire.bytes.writerIndex() - 1);

        assertThat(read(1)).isZero();
        assertThat(stream.midRecord()).isTrue();
        wire.bytes.writeByte(whole.getByte(whole.writerIndex() - 1));

        assertThat(read(1)).isEqualTo(10);
        assertThat(stream.midRecord()).isFalse();
    }

    /** What the peer makes of the next record that was written for it. */
    private SSLEngineResult received(ByteBuffer plain) throws SSLException {
        ByteBuffer records = socket.taken().nioBuffer();
        SSLEngineResult result = client.unwrap(records, plain);
        assertThat(result.bytesConsumed()).isPositive();
        socket.taken().skipBytes(result.bytesConsumed());
        return result;
    }

    @Test
    void writesTheEndWithTheLastBytes() throws Exception {
        ByteBuffer last = ByteBuffer.wrap(new byte[] {1, 2, 3});
        stream.sink().writeFinal(last);

        assertThat(last.hasRemaining()).isFalse();
        assertThat(socket.writes()).isOne();
        ByteBuffer plain = ByteBuffer.allocate(LARGE);
        received(plain); // a ticket
        while (plain.position() == 0) {
            received(plain);
        }
        assertThat(plain.position()).isEqualTo(3);
        assertThat(received(plain).getStatus()).isEqualTo(Status.CLOSED);
        assertThat(stream.sink().flush()).isTrue();
        assertThat(socket.ended()).isTrue();
        assertThat(socket.writes()).isOne();
    }

    @Test
    void writesTheEndByItselfWhereTheLastBytesLeaveNoRoom() throws Exception {
        ByteBuffer last = ByteBuffer.allocate(4 * LARGE); // four records
        stream.sink().writeFinal(last);
        assertThat(last.hasRemaining()).isFalse();
        int before = socket.writes();

        assertThat(stream.sink().flush()).isTrue();

        assertThat(socket.writes()).isEqualTo(before + 1);
        assertThat(socket.ended()).isTrue();
    }

    @Test
    @DisplayName("it has ended when both ends are known and the socket has taken everything")
    void knowsWhenBothSidesHaveEnded() throws Exception {
        client.closeOutbound();
        record(0);
        assertThat(read(1)).isEqualTo(-1);
        assertThat(stream.ended()).isFalse();

        socket.room(10);
        stream.sink().writeFinal(ByteBuffer.allocate(3));
        assertThat(stream.ended()).as("the socket has not taken it").isFalse();
        socket.room(LARGE);
        stream.sink().flush();

        assertThat(stream.ended()).isTrue();
    }

    @Test
    void tellsThePeerWhatIsWrongBehindManyRecords() throws Exception {
        for (int i = 0; i < 64; i++) {
            record(1);
        }
        wire.bytes.writeBytes(new byte[] {23, 3, 3, 0, 20}).writeZero(20); // no record of this connection
        assertThat(read(4)).isEqualTo(64);

        assertThatThrownBy(() -> read(1)).isInstanceOf(SSLException.class);

        assertThat(socket.writes()).isOne();
        assertThatThrownBy(() -> {
                    while (socket.taken().isReadable()) {
                        received(ByteBuffer.allocate(LARGE));
                    }
                })
                .hasMessageContaining("bad_record_mac");
    }
}
