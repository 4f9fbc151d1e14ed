package io.sluice;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A broker for many clients at once, on a thread of its own: welcomes each CONNECT, answers PINGREQ, and counts how many are
 * between accept and CONNACK. It answers CONNECT only from {@link #welcome} on, and never sooner than so many wait for it as come
 * at a time.
 *
 * <p>Thread-safe.
 */
final class CrowdedBroker implements AutoCloseable {
    private static final int SELECT_MILLIS = 20;
    private static final byte[] CONNACK = Packets.connack(4);

    private final Selector selector;
    private final ServerSocketChannel server;
    private final Thread thread;
    private final int atATime;
    private final Deque<SelectionKey> unanswered = new ArrayDeque<>();
    private final AtomicInteger connecting = new AtomicInteger();
    private final AtomicInteger mostConnecting = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    private volatile boolean welcoming;
    private volatile boolean closed;

    /** What is known of a connection. */
    private static final class Client {
        private boolean connected;
    }

    /** @param port 0 for a free one */
    CrowdedBroker(int port, int atATime) throws IOException {
        this.atATime = atATime;
        selector = Selector.open();
        server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 4096);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        thread = new Thread(this::run, "crowded broker");
        thread.setDaemon(true);
        thread.start();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    int port() {
        return server.socket().getLocalPort();
    }

    /** Answers from now on. */
    void welcome() {
        welcoming = true;
        selector.wakeup();
    }

    /** The most that ever were between accept and CONNACK. */
    int mostConnecting() {
        return mostConnecting.get();
    }

    /** Connections that were welcomed and are there. */
    int clients() {
        return open.get() - connecting.get();
    }

    /** Connections since the start. */
    int accepted() {
        return accepted.get();
    }

    private void run() {
        try {
            while (!closed) {
                selector.select(SELECT_MILLIS);
                boolean quiet = selector.selectedKeys().isEmpty();
                for (SelectionKey key : selector.selectedKeys()) {
                    if (key.isAcceptable()) {
                        accept();
                    } else {
                        read(key);
                    }
                }
                selector.selectedKeys().clear();
                if (welcoming && (quiet || unanswered.size() >= atATime)) {
                    answer();
                }
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void accept() throws IOException {
        for (SocketChannel next = server.accept(); next != null; next = server.accept()) {
            next.configureBlocking(false);
            next.register(selector, SelectionKey.OP_READ, new Client());
            accepted.incrementAndGet();
            open.incrementAndGet();
            mostConnecting.accumulateAndGet(connecting.incrementAndGet(), Math::max);
        }
    }

    private void read(SelectionKey key) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        Client client = (Client) key.attachment();
        int read;
        try {
            read = channel.read(buffer.clear());
        } catch (IOException reset) {
            read = -1;
        }
        if (read < 0) {
            key.cancel();
            channel.close();
            open.decrementAndGet();
            if (!client.connected) {
                connecting.decrementAndGet();
                unanswered.remove(key);
            }
            return;
        }
        for (buffer.flip(); buffer.remaining() >= 2; ) {
            int type = buffer.get(buffer.position()) & 0xF0;
            int length = 2 + buffer.get(buffer.position() + 1);
            buffer.position(Math.min(buffer.limit(), buffer.position() + length));
            if (type == 0x10) {
                unanswered.add(key);
            } else if (type == 0xC0) {
                channel.write(ByteBuffer.wrap(Packets.PINGRESP));
            }
        }
    }

    private void answer() throws IOException {
        for (SelectionKey key = unanswered.poll(); key != null; key = unanswered.poll()) {
            ((Client) key.attachment()).connected = true;
            connecting.decrementAndGet(); // before the gateway can know of it
            ((SocketChannel) key.channel()).write(ByteBuffer.wrap(CONNACK));
        }
    }

    /** Closes everything at once, as a process that is killed. */
    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            thread.join(Wire.PATIENCE_MILLIS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
