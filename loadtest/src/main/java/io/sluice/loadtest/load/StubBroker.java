package io.sluice.loadtest.load;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A broker that costs as little as possible, so that what lies before it is measured: exact topics, no retained messages, no
 * sessions, no Will, delivery at QoS 0 or 1. A subscriber that does not read loses messages.
 *
 * <p>Confined to its thread, but for {@link #address}, {@link #thread} and {@link #close}.
 */
final class StubBroker implements AutoCloseable, Runnable {
    private static final int BACKLOG = 4096;
    private static final int READ = 256 << 10;

    private final Selector selector;
    private final ServerSocketChannel server;
    private final InetSocketAddress address;
    private final Thread thread;
    private final ByteBuffer in = ByteBuffer.allocateDirect(READ);
    private final Map<ByteBuffer, Topic> topics = new HashMap<>();
    private final ArrayDeque<StubClient> written = new ArrayDeque<>();
    private final Consumer<SelectionKey> ready = this::ready;
    private boolean acceptFailed;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    /** A topic with those who subscribed to it. Confined as the broker. */
    static final class Topic {
        private final ByteBuffer name;
        private final List<StubClient> subscribers = new ArrayList<>();

        private Topic(ByteBuffer name) {
            this.name = name;
        }

        ByteBuffer name() {
            return name;
        }

        List<StubClient> subscribers() {
            return subscribers;
        }
    }

    private StubBroker(Selector selector, ServerSocketChannel server) throws IOException {
        this.selector = selector;
        this.server = server;
        address = (InetSocketAddress) server.getLocalAddress();
        thread = new Thread(this, "load-stub");
        thread.setDaemon(true);
    }

    /**
     * Starts one.
     *
     * @param bind where it listens; port 0 takes a free one
     * @throws IOException it cannot listen there
     */
    static StubBroker start(InetSocketAddress bind) throws IOException {
        Selector.open().close(); // the first one to be closed takes descriptors for it, of which none may be left later
        Selector selector = Selector.open();
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.bind(bind, BACKLOG);
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            StubBroker broker = new StubBroker(selector, server);
            broker.thread.start();
            return broker;
        } catch (IOException | RuntimeException e) {
            server.close();
            selector.close();
            throw e;
        }
    }

    InetSocketAddress address() {
        return address;
    }

    Thread thread() {
        return thread;
    }

    /** @throws LoadException it has ended before its time: for want of descriptors, or by a defect */
    void check() throws LoadException {
        Throwable why = failure;
        if (why != null) {
            throw new LoadException("the stub broker has failed: " + why.getMessage(), why);
        }
    }

    @Override
    public void run() {
        try {
            while (!closed) {
                selector.select(ready);
                flush();
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        } finally {
            closeAll();
        }
    }

    private void ready(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        if (key.attachment() instanceof StubClient client) {
            client.ready(key, in);
        } else {
            accept();
        }
    }

    private void accept() {
        try {
            for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
                acceptFailed = false;
                welcome(channel);
            }
        } catch (IOException e) {
            if (!acceptFailed) {
                acceptFailed = true; // that one has gone before it was taken; two in a row is a want of descriptors
                return;
            }
            throw new UncheckedIOException("it takes no more connections: " + e.getMessage(), e);
        }
    }

    private void welcome(SocketChannel channel) throws IOException {
        try {
            StubClient client = new StubClient(this, channel);
            client.register(channel.register(selector, SelectionKey.OP_READ, client));
        } catch (IOException gone) {
            channel.close();
        }
    }

    private void flush() {
        for (StubClient client = written.poll(); client != null; client = written.poll()) {
            client.flush();
        }
    }

    /** Writes this one's output at the end of this turn. */
    void willFlush(StubClient client) {
        written.add(client);
    }

    /**
     * The topic of a name.
     *
     * @param name its UTF-8; copied where it is kept
     */
    Topic topic(ByteBuffer name) {
        Topic known = topics.get(name);
        if (known == null) {
            ByteBuffer copy = ByteBuffer.allocate(name.remaining()).put(name).flip();
            known = new Topic(copy);
            topics.put(copy, known);
        }
        return known;
    }

    /** Forgets a topic that nobody subscribes to. */
    void forget(Topic topic) {
        if (topic.subscribers.isEmpty()) {
            topics.remove(topic.name);
        }
    }

    private void closeAll() {
        selector.keys().forEach(key -> close(key.channel()));
        close(selector);
    }

    private static void close(Closeable one) {
        try {
            one.close();
        } catch (IOException e) {
            // its descriptor is gone all the same
        }
    }

    /** Ends it and waits until its port is free. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
