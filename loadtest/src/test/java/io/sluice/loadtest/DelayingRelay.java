package io.sluice.loadtest;

import io.sluice.config.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A TCP relay that makes the server behind it seem far away: every byte takes the delay longer, each way. A program cannot
 * delay the kernel's SYN and its answer, so the first bytes towards the server leave as late as if these had taken their time.
 *
 * <p>Thread-safe.
 */
final class DelayingRelay implements AutoCloseable {
    private static final int READ_BYTES = 64 * 1024;

    private final HostPort server;
    private final long delayNanos;
    private final Selector selector;
    private final ServerSocketChannel listening;
    private final Thread thread = new Thread(this::run, "delaying relay");
    private final List<Way> ways = new ArrayList<>();
    private final ByteBuffer read = ByteBuffer.allocate(READ_BYTES);

    private DelayingRelay(HostPort server, Duration delay) throws IOException {
        this.server = server;
        delayNanos = delay.toNanos();
        selector = Selector.open();
        listening = ServerSocketChannel.open();
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        listening.configureBlocking(false);
        listening.register(selector, SelectionKey.OP_ACCEPT);
        thread.setDaemon(true);
    }

    /** Listens on a free port of loopback. */
    static DelayingRelay start(HostPort server, Duration delay) throws IOException {
        DelayingRelay relay = new DelayingRelay(server, delay);
        relay.thread.start();
        return relay;
    }

    HostPort address() {
        return new HostPort("127.0.0.1", listening.socket().getLocalPort());
    }

    /** Bytes on their way, the last of their stream or not. */
    private record Parcel(long due, ByteBuffer bytes, boolean last) {}

    /** One direction of one connection. */
    private final class Way {
        private final SocketChannel from;
        private final SocketChannel to;
        private final long notBefore;
        private final Deque<Parcel> parcels = new ArrayDeque<>();
        private @Nullable Way back;
        private boolean over;

        Way(SocketChannel from, SocketChannel to, long notBefore) throws IOException {
            this.from = from;
            this.to = to;
            this.notBefore = notBefore;
            from.register(selector, SelectionKey.OP_READ, this);
        }

        void take(SelectionKey key) {
            long now = System.nanoTime();
            long due = (now - notBefore < 0 ? notBefore : now) + delayNanos;
            int count;
            try {
                count = from.read(read.clear());
            } catch (IOException reset) {
                count = -1;
            }
            if (count < 0) {
                key.cancel();
            }
            byte[] bytes = new byte[Math.max(0, count)];
            read.flip().get(bytes);
            parcels.add(new Parcel(due, ByteBuffer.wrap(bytes), count < 0));
        }

        void deliver(long now) {
            for (Parcel first = parcels.peek(); first != null && first.due - now <= 0; first = parcels.peek()) {
                parcels.remove();
                try {
                    while (first.bytes.hasRemaining()) {
                        to.write(first.bytes);
                    }
                    if (first.last) {
                        to.shutdownOutput();
                        ends();
                    }
                } catch (IOException gone) {
                    over = true;
                    close(from);
                    close(to);
                }
            }
        }

        private void ends() {
            over = true;
            if (back != null && back.over) {
                close(from);
                close(to);
            }
        }
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(
                        key -> {
                            if (key.attachment() instanceof Way way) {
                                way.take(key);
                            } else {
                                accept();
                            }
                        },
                        1);
                long now = System.nanoTime();
                ways.forEach(way -> way.deliver(now));
                ways.removeIf(way -> way.over);
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } finally {
            ways.forEach(way -> close(way.from));
            ways.forEach(way -> close(way.to));
        }
    }

    private void accept() {
        try {
            SocketChannel client = listening.accept();
            if (client != null) {
                SocketChannel broker = SocketChannel.open(new InetSocketAddress(server.host(), server.port()));
                long opened = System.nanoTime() + 2 * delayNanos;
                for (SocketChannel each : List.of(client, broker)) {
                    each.configureBlocking(false);
                    each.setOption(StandardSocketOptions.TCP_NODELAY, true);
                }
                Way there = new Way(client, broker, opened);
                Way back = new Way(broker, client, opened);
                there.back = back;
                back.back = there;
                ways.addAll(List.of(there, back));
            }
        } catch (IOException unreachable) {
            throw new UncheckedIOException(unreachable);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            throw new UncheckedIOException(alreadyGone);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        selector.close();
        try {
            thread.join();
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }
}
