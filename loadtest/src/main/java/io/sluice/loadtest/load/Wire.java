package io.sluice.loadtest.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one client: TCP, with TLS where the target has it, and what waits to be written.
 *
 * <p>Confined to its loop's thread.
 */
final class Wire implements TlsLink.Side {
    /** Most that waits to be written. */
    static final int MOST_PENDING = 16 << 20;

    private static final int SMALL_PENDING = 64 << 10;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final LoadLoop loop;
    private final Target target;
    private final int number;
    private final LoadClient client;
    private ByteBuffer pending = NOTHING;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private @Nullable TlsLink tls;

    /**
     * One that is not open.
     *
     * @param number the client's, which picks its source address and its TLS session
     */
    Wire(LoadLoop loop, Target target, int number, LoadClient client) {
        this.loop = loop;
        this.target = target;
        this.number = number;
        this.client = client;
    }

    /** Begins to connect; the client is told when it is established. */
    void open() throws IOException {
        SocketChannel opened = SocketChannel.open();
        channel = opened;
        opened.configureBlocking(false);
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        InetAddress source = target.source(number);
        if (source != null) {
            opened.bind(new InetSocketAddress(source, 0));
        }
        boolean connected = opened.connect(target.address());
        key = loop.register(opened, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, client);
        if (connected) {
            connected();
        }
    }

    /** Does what its channel is ready for. */
    void ready(SelectionKey selected) throws IOException {
        if (selected.isConnectable()) {
            if (channel().finishConnect()) {
                selected.interestOps(SelectionKey.OP_READ);
                connected();
            }
            return;
        }
        if (selected.isWritable()) {
            flush(selected);
        }
        if (selected.isReadable()) {
            read();
        }
    }

    private void connected() throws IOException {
        TlsClients clients = loop.tls(target);
        if (clients == null) {
            client.established();
            return;
        }
        client.securing();
        tls = new TlsLink(clients.engine(number), clients, loop.buffers(), this);
        tls.begin();
    }

    @Override
    public void secured(boolean resumed) {
        loop.figures().handshake(loop.now(), resumed);
        client.established();
    }

    private void read() throws IOException {
        ByteBuffer net = loop.buffers().net().clear();
        if (tls != null) {
            tls.putRest(net);
        }
        if (channel().read(net) < 0) {
            client.end(Failure.CLOSED);
            return;
        }
        net.flip();
        if (tls != null) {
            tls.received(net);
        } else {
            client.plain(net);
        }
    }

    @Override
    public boolean plain(ByteBuffer bytes) {
        return client.plain(bytes);
    }

    /** Takes all bytes, to be encrypted first where there is TLS. */
    void write(ByteBuffer bytes) throws IOException {
        if (tls != null) {
            tls.send(bytes);
        } else {
            cipher(bytes);
        }
    }

    @Override
    public void cipher(ByteBuffer records) throws IOException {
        if (!pending.hasRemaining()) {
            channel().write(records);
        }
        if (records.hasRemaining()) {
            keep(records);
        }
    }

    private void keep(ByteBuffer bytes) throws IOException {
        int size = pending.remaining() + bytes.remaining();
        if (size > MOST_PENDING) {
            client.end(Failure.BUFFER_FULL);
            return;
        }
        if (pending.capacity() - pending.limit() < bytes.remaining()) {
            makeRoom(size);
        }
        int end = pending.limit();
        pending.limit(end + bytes.remaining());
        pending.put(end, bytes, bytes.position(), bytes.remaining());
        SelectionKey registered = key;
        if (registered != null) {
            registered.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    /** Moves what is pending to the front of a buffer with twice the room, so that it is seldom moved. */
    private void makeRoom(int size) {
        pending = ByteBuffer.allocateDirect(Math.max(SMALL_PENDING, size * 2))
                .put(pending)
                .flip();
    }

    private void flush(SelectionKey selected) throws IOException {
        channel().write(pending);
        if (!pending.hasRemaining()) {
            selected.interestOps(SelectionKey.OP_READ);
            pending = pending.capacity() > SMALL_PENDING
                    ? NOTHING
                    : pending.clear().limit(0);
        }
    }

    /** Bytes that wait to be written. */
    int backlog() {
        return pending.remaining();
    }

    private SocketChannel channel() throws IOException {
        if (channel == null) {
            throw new IOException("connection reset by its own end");
        }
        return channel;
    }

    void close() {
        pending = NOTHING;
        key = null;
        if (tls != null) {
            tls.forget();
            tls = null;
        }
        SocketChannel open = channel;
        channel = null;
        if (open != null) {
            loop.close(open);
        }
    }
}
