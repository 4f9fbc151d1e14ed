package io.sluice;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that write the same bytes over and over, as fast as they are taken, and read whatever comes; all on one thread, so that
 * a test measures the gateway and not the scheduler.
 *
 * <p>Thread-safe.
 */
final class FloodCrowd implements AutoCloseable {
    private static final int SELECT_MILLIS = 50;

    private final Selector selector;
    private final List<Flooder> flooders = new ArrayList<>();
    private final ByteBuffer answers = ByteBuffer.allocateDirect(64 * 1024);
    private final Thread thread;
    private volatile boolean closed;

    /** One client, and how much it got rid of. */
    private static final class Flooder {
        private final ByteBuffer frames;
        private final AtomicLong taken = new AtomicLong();

        Flooder(byte[] frames) {
            this.frames = ByteBuffer.allocateDirect(frames.length).put(frames).flip();
        }
    }

    /**
     * Connects and upgrades them all, sends their CONNECT, and begins.
     *
     * @param kinds what they write, in turn
     */
    FloodCrowd(InetSocketAddress gateway, UpgradeRequest request, int count, List<byte[]> kinds) throws IOException {
        selector = Selector.open();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(gateway);
            write(channel, request.toString().getBytes(ISO_8859_1));
            assertThat(head(channel)).startsWith("HTTP/1.1 101 ");
            write(channel, RawClient.masked(RawClient.FIN | RawClient.BINARY, Packets.connect(4)));
            channel.configureBlocking(false);
            Flooder flooder = new Flooder(kinds.get(i % kinds.size()));
            flooders.add(flooder);
            channel.register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE, flooder);
        }
        thread = new Thread(this::run, "flood");
        thread.setDaemon(true);
        thread.start();
    }

    /** Bytes that the gateway, or the kernel, has taken of each. */
    long[] taken() {
        return flooders.stream().mapToLong(flooder -> flooder.taken.get()).toArray();
    }

    private void run() {
        try {
            while (!closed) {
                selector.select(SELECT_MILLIS);
                for (SelectionKey key : selector.selectedKeys()) {
                    turn(key);
                }
                selector.selectedKeys().clear();
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void turn(SelectionKey key) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        Flooder flooder = (Flooder) key.attachment();
        try {
            if (key.isReadable() && channel.read(answers.clear()) < 0) {
                key.cancel();
                channel.close();
            } else if (key.isWritable()) {
                flooder.taken.addAndGet(channel.write(flooder.frames));
                if (!flooder.frames.hasRemaining()) {
                    flooder.frames.rewind();
                }
            }
        } catch (IOException reset) {
            key.cancel();
            channel.close();
        }
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
            channel.write(left);
        }
    }

    private static String head(SocketChannel channel) throws IOException {
        StringBuilder head = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (head.indexOf("\r\n\r\n") < 0 && channel.read(one.clear()) > 0) {
            head.append((char) one.get(0));
        }
        return head.toString();
    }

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
