package io.sluice.net;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * TLS on a connection whose handshake is over: one read of the socket gives all whole records in it, one write takes as many.
 *
 * <p>Records pass through two buffers that all connections of the I/O thread share. What remains of a read, a part of a record or
 * more than are taken at once, is kept in a pooled buffer until the rest comes; so is what the socket does not take of a written
 * record. A connection at rest holds none.
 *
 * <p>The conduits have what sessions need, reads and writes of one buffer; the other ways to move bytes would go past the
 * encryption and are refused. What comes after the handshake (tickets, key updates, alerts, RFC 8446 4.6 and 6) is between the
 * peer and the engine.
 *
 * <p>Confined to its connection's I/O thread.
 */
public final class TlsStream {

    /**
     * Records of one read. Small ones cost as much as long ones, and key updates a hundred times as much: what is left waits until
     * the thread's other connections have had their turn.
     */
    private static final int MOST_AT_ONCE = 64;

    /** Key updates and empty records, of which each costs more than data, in a row. */
    private static final int MOST_WITHOUT_DATA = 32;

    private static final int HEADER_BYTES = 5;
    private static final int LENGTH_AT = 3;

    /** Answers to key updates that a peer may leave unread, behind the records of one write. */
    private static final int MOST_ANSWERS = IoContext.MOST_RECORDS * IoContext.RECORDS_BYTES + 32 * 1024;

    private final IoContext io;
    private final SSLEngine engine;
    private final Source source;
    private final Sink sink;
    private @Nullable ByteBuf partial;
    private @Nullable ByteBuf waiting;
    /** Of what is kept in {@link #partial}, the first record is whole. */
    private boolean wholeLeft;

    private boolean inputEnded;
    private int withoutData;
    private boolean ending;
    private boolean endIsOut;

    /**
     * Takes the connection over.
     *
     * @param engine has shaken hands, and nothing that it has produced or consumed is under way
     * @param from what gives records
     * @param to what takes records
     */
    public TlsStream(IoContext io, SSLEngine engine, StreamSourceConduit from, StreamSinkConduit to) {
        this.io = io;
        this.engine = engine;
        source = new Source(from);
        sink = new Sink(to);
    }

    /** The bytes of the peer. A read wants room for one to {@link IoContext#MOST_RECORDS} of {@link IoContext#RECORDS_BYTES}. */
    public StreamSourceConduit source() {
        return source;
    }

    /**
     * Bytes for the peer. A write takes {@link IoContext#MOST_RECORDS} records' worth, or nothing while records wait. The end goes
     * out with the bytes of a final one, where there is room.
     */
    public StreamSinkConduit sink() {
        return sink;
    }

    /** Room that is kept for what has not come whole and for what the socket has not taken, however little of it is left. */
    public int heldBytes() {
        return (partial == null ? 0 : partial.capacity()) + (waiting == null ? 0 : waiting.capacity());
    }

    /** What was read ends within a record, whose beginning is kept. */
    public boolean midRecord() {
        return partial != null && !wholeLeft;
    }

    /** The close_notify of both sides have come and gone: nothing is lost when the connection is closed. */
    public boolean ended() {
        return inputEnded && endIsOut && waiting == null;
    }

    /** Bytes of records that the socket has not taken. */
    public int waitingBytes() {
        return waiting == null ? 0 : waiting.readableBytes();
    }

    /** Gives the buffers back; idempotent. */
    public void release() {
        partial = released(partial);
        waiting = released(waiting);
    }

    private static @Nullable ByteBuf released(@Nullable ByteBuf bytes) {
        if (bytes != null) {
            bytes.release();
        }
        return null;
    }

    private int read(ByteBuffer plain) throws IOException {
        if (inputEnded) {
            return -1;
        }
        if (!source.resumed) {
            return 0; // woken up, and suspended since
        }
        ByteBuffer records = io.recordsIn();
        ByteBuf kept = partial;
        if (kept != null) {
            kept.getBytes(kept.readerIndex(), records.limit(kept.readableBytes()));
        }
        if (!wholeLeft) {
            records.limit(plain.remaining()); // data is shorter than its records
            int read = source.readRecords(records);
            if (read == 0) {
                return 0;
            }
            if (read < 0) {
                partial = released(kept);
                return -1; // most say no close_notify: the WebSocket's Close has told what there was to tell
            }
        }
        partial = released(kept);
        wholeLeft = false;
        int before = plain.position();
        try {
            inputEnded = unwrap(records.flip(), plain);
        } catch (SSLException broken) {
            sendAlert();
            throw broken;
        }
        int got = plain.position() - before;
        if (!inputEnded) {
            keep(records);
            if (wholeLeft) {
                source.wakeupReads(); // for what the socket does not tell
            }
            return got;
        }
        if (got == 0) {
            return -1;
        }
        source.wakeupReads(); // for the end, which the socket does not tell
        return got;
    }

    /** Unwraps whole records, so many at most and while there is room; returns whether the peer's close_notify came. */
    private boolean unwrap(ByteBuffer records, ByteBuffer plain) throws IOException {
        for (int i = 0; startsWithWhole(records); i++) {
            if (i == MOST_AT_ONCE || length(records) > plain.remaining()) { // there is less room than when it was read
                wholeLeft = true;
                return false;
            }
            SSLEngineResult result = engine.unwrap(records, plain);
            if (result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
                settle(result.getHandshakeStatus());
            }
            boolean closed = result.getStatus() == Status.CLOSED;
            if (closed && (engine.isInboundDone() || result.bytesConsumed() == 0)) {
                return true;
            }
            withoutData = result.bytesProduced() > 0 ? 0 : withoutData + 1;
            if (withoutData > MOST_WITHOUT_DATA) {
                throw new SSLException("the peer sends records without data, and nothing else");
            }
            // of Conscrypt closed may also mean the gateway's side, and then data goes on to come
            if ((result.getStatus() != Status.OK && !closed) || result.bytesConsumed() == 0) {
                throw new SSLException("the TLS engine takes no whole record: " + result.getStatus());
            }
        }
        return false;
    }

    /**
     * Looks at the header of a record (RFC 8446 5.1); the engine asks for room for a record of which it has but the header.
     *
     * <pre>
     * | type 1 | version 2 | length 2 | so many bytes |
     * </pre>
     */
    private static boolean startsWithWhole(ByteBuffer records) throws SSLException {
        if (records.remaining() < HEADER_BYTES) {
            return false;
        }
        int length = length(records);
        if (length > IoContext.RECORDS_BYTES) {
            throw new SSLException("a TLS record of " + length + " bytes is longer than any may be");
        }
        return records.remaining() >= length;
    }

    /** Of the record that begins here, its header included. */
    private static int length(ByteBuffer records) {
        return HEADER_BYTES + (records.getShort(records.position() + LENGTH_AT) & 0xFFFF);
    }

    private ByteBuf buffer(int size) throws NoRoomException {
        try {
            return io.pool().directBuffer(size);
        } catch (OutOfMemoryError outsideTheHeap) {
            throw new NoRoomException();
        }
    }

    private void keep(ByteBuffer records) throws NoRoomException {
        if (records.hasRemaining()) {
            partial = buffer(records.remaining()).writeBytes(records);
        }
    }

    /** Where the engine has found something wrong it has an alert for the peer, who may get it before the end. */
    private void sendAlert() {
        try {
            wrapAnswer();
        } catch (IOException lost) {
            // then nobody is there to be told
        }
    }

    /** What the engine wants beside data: to compute, or to answer. */
    private void settle(HandshakeStatus status) throws IOException {
        HandshakeStatus wanted = status;
        if (wanted == HandshakeStatus.NEED_TASK) {
            runTasks();
            wanted = engine.getHandshakeStatus();
        }
        if (wanted == HandshakeStatus.NEED_WRAP) {
            wrapAnswer();
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private void wrapAnswer() throws IOException {
        ByteBuffer records = io.recordsOut();
        engine.wrap(IoContext.NOTHING, records);
        sink.put(records.flip());
        if (waiting != null) {
            if (waiting.readableBytes() > MOST_ANSWERS) {
                throw new SSLException("the peer asks for new keys and does not read the answers");
            }
            sink.resumeWrites();
        }
    }

    private int write(ByteBuffer plain, boolean last) throws IOException {
        if (ending) {
            throw new ClosedChannelException();
        }
        if (waiting != null && !sink.drained()) {
            return 0;
        }
        ByteBuffer records = io.recordsOut();
        int before = plain.remaining();
        wrap(plain, records);
        if (last && !plain.hasRemaining()) {
            ending = true;
            if (records.remaining() >= IoContext.RECORDS_BYTES) {
                wrapEnd(records);
            }
        }
        sink.put(records.flip());
        return before - plain.remaining();
    }

    private void wrap(ByteBuffer plain, ByteBuffer records) throws IOException {
        Status status;
        int produced;
        do {
            int from = records.position();
            SSLEngineResult result = engine.wrap(plain, records);
            status = result.getStatus();
            produced = records.position() - from;
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                runTasks();
            }
        } while (status == Status.OK
                && plain.hasRemaining()
                && produced > 0 // data, or first a record of the engine's own
                && records.remaining() >= IoContext.RECORDS_BYTES);
        if (status == Status.CLOSED) {
            throw new EngineClosedException();
        }
    }

    private void wrapEnd(ByteBuffer records) throws SSLException {
        engine.closeOutbound();
        engine.wrap(IoContext.NOTHING, records);
        endIsOut = true;
    }

    private boolean flush() throws IOException {
        if (!sink.drained()) {
            return false;
        }
        if (ending && !endIsOut) {
            ByteBuffer records = io.recordsOut();
            wrapEnd(records);
            sink.put(records.flip());
            if (waiting != null) {
                return false;
            }
        }
        if (ending) {
            sink.end();
        }
        return sink.flushed();
    }

    /**
     * The engine sends nothing any more: of Conscrypt's, and in TLS 1.2 of the JDK's, from the peer's close_notify on, so with each
     * client that leaves as it should. It has no stack trace.
     */
    private static final class EngineClosedException extends ClosedChannelException {
        private static final long serialVersionUID = 1;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** Reads of one buffer, decrypted. */
    private final class Source extends AbstractStreamSourceConduit<StreamSourceConduit> {
        private boolean resumed;

        Source(StreamSourceConduit from) {
            super(from);
        }

        int readRecords(ByteBuffer records) throws IOException {
            return next.read(records);
        }

        @Override
        public void resumeReads() {
            resumed = true;
            if (wholeLeft) {
                next.wakeupReads();
            } else {
                next.resumeReads();
            }
        }

        @Override
        public void wakeupReads() {
            resumed = true;
            next.wakeupReads();
        }

        @Override
        public void suspendReads() {
            resumed = false;
            next.suspendReads();
        }

        @Override
        public int read(ByteBuffer plain) throws IOException {
            return TlsStream.this.read(plain);
        }

        @Override
        public long read(ByteBuffer[] plain, int from, int count) {
            throw new UnsupportedOperationException("reads are of one buffer");
        }

        @Override
        public long transferTo(long position, long count, FileChannel target) {
            throw new UnsupportedOperationException("reads are of one buffer");
        }

        @Override
        public long transferTo(long count, ByteBuffer through, StreamSinkChannel target) {
            throw new UnsupportedOperationException("reads are of one buffer");
        }
    }

    /** Writes of one buffer, encrypted. */
    private final class Sink extends AbstractStreamSinkConduit<StreamSinkConduit> {
        Sink(StreamSinkConduit to) {
            super(to);
        }

        /** Writes records, and keeps what the socket does not take. */
        void put(ByteBuffer records) throws IOException {
            ByteBuf before = waiting;
            if (before == null) {
                next.write(records);
                if (records.hasRemaining()) {
                    waiting = buffer(records.remaining()).writeBytes(records);
                }
            } else {
                before.writeBytes(records);
            }
        }

        /** Writes what waits; returns whether nothing does any more. */
        boolean drained() throws IOException {
            ByteBuf bytes = waiting;
            if (bytes == null) {
                return true;
            }
            bytes.skipBytes(next.write(bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes())));
            if (bytes.isReadable()) {
                return false;
            }
            waiting = released(bytes);
            return true;
        }

        void end() throws IOException {
            next.terminateWrites();
        }

        boolean flushed() throws IOException {
            return next.flush();
        }

        @Override
        public int write(ByteBuffer plain) throws IOException {
            return TlsStream.this.write(plain, false);
        }

        @Override
        public boolean flush() throws IOException {
            return TlsStream.this.flush();
        }

        @Override
        public void terminateWrites() {
            ending = true;
        }

        @Override
        public long write(ByteBuffer[] plain, int from, int count) {
            throw new UnsupportedOperationException("writes are of one buffer");
        }

        @Override
        public int writeFinal(ByteBuffer plain) throws IOException {
            return TlsStream.this.write(plain, true);
        }

        @Override
        public long writeFinal(ByteBuffer[] plain, int from, int count) {
            throw new UnsupportedOperationException("writes are of one buffer");
        }

        @Override
        public long transferFrom(FileChannel from, long position, long count) {
            throw new UnsupportedOperationException("writes are of one buffer");
        }

        @Override
        public long transferFrom(StreamSourceChannel from, long count, ByteBuffer through) {
            throw new UnsupportedOperationException("writes are of one buffer");
        }
    }
}
