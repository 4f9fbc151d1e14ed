package io.sluice.loadtest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A bare MQTT client on a WebSocket: packets go out as they are given and come in whole, nothing is answered by itself
 * (no PINGREQ, no acknowledgement), and the end of the connection is seen with its code and reason.
 *
 * <p>Thread-safe, but for {@link #send}, which one thread at a time may call.
 */
final class MqttSocket implements WebSocket.Listener, AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final BlockingQueue<Packet> packets = new LinkedBlockingQueue<>();
    private final Consumer<Packet> taker;
    private final CompletableFuture<Ending> ending = new CompletableFuture<>();
    private final PacketCutter cutter = new PacketCutter();
    private volatile boolean paused;
    private volatile @Nullable WebSocket socket;

    private MqttSocket() {
        taker = packets::add;
    }

    private MqttSocket(Consumer<Packet> taker) {
        this.taker = taker;
    }

    /**
     * How the connection ended.
     *
     * @param code the WebSocket close code; 1006 where no Close frame came
     */
    record Ending(int code, String reason) {}

    /**
     * A control packet.
     *
     * @param firstByte type and flags
     * @param body what follows the fixed header, read-only; read it by index
     */
    record Packet(int firstByte, ByteBuffer body) {
        int type() {
            return firstByte >>> 4;
        }
    }

    /** Opens a WebSocket with subprotocol {@code mqtt}; fails as the HTTP client does. */
    static CompletableFuture<MqttSocket> open(HttpClient client, URI uri) {
        return new MqttSocket().open(client, uri, CONNECT_TIMEOUT);
    }

    /**
     * Opens a WebSocket with subprotocol {@code mqtt} whose packets are not waited for by {@link #next}.
     *
     * @param taker gets each packet on a thread of the HTTP client, one after another
     * @param timeout for the TCP connection
     */
    static CompletableFuture<MqttSocket> open(HttpClient client, URI uri, Consumer<Packet> taker, Duration timeout) {
        return new MqttSocket(taker).open(client, uri, timeout);
    }

    private CompletableFuture<MqttSocket> open(HttpClient client, URI uri, Duration timeout) {
        return client.newWebSocketBuilder()
                .subprotocols("mqtt")
                .connectTimeout(timeout)
                .buildAsync(uri, this)
                .thenApply(opened -> {
                    socket = opened;
                    return this;
                });
    }

    /**
     * Sends one binary message and waits until it is written.
     *
     * @throws IOException the connection is gone
     */
    void send(byte[] bytes) throws IOException {
        try {
            required().sendBinary(ByteBuffer.wrap(bytes), true).join();
        } catch (RuntimeException e) {
            throw new IOException("cannot send: the connection is gone", e);
        }
    }

    /**
     * The next packet, in order.
     *
     * @throws IOException none came in time
     */
    Packet next(Duration timeout) throws IOException, InterruptedException {
        Packet packet = packets.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        if (packet == null) {
            throw new IOException("no packet within " + timeout.toMillis() + " ms"
                    + (ending.isDone() ? "; the connection ended: " + ending.join() : ""));
        }
        return packet;
    }

    /**
     * The next packet, of the given type.
     *
     * @throws IOException none came in time, or another one
     */
    Packet next(int type, Duration timeout) throws IOException, InterruptedException {
        Packet packet = next(timeout);
        if (packet.type() != type) {
            throw new IOException("expected a packet of type " + type + ", got " + packet.type());
        }
        return packet;
    }

    /** Completes when the connection has ended. */
    CompletableFuture<Ending> ending() {
        return ending;
    }

    /** Stops reading from the socket after the message that is under way. */
    void pause() {
        paused = true;
    }

    /** Reads on. */
    void resume() {
        paused = false;
        required().request(1);
    }

    /** Drops the connection without a goodbye of MQTT or WebSocket. */
    void abort() {
        required().abort();
    }

    /** Sends a WebSocket Close, without a DISCONNECT, when it is still open. */
    @Override
    public void close() {
        WebSocket open = required();
        if (!open.isOutputClosed()) {
            open.sendClose(WebSocket.NORMAL_CLOSURE, "").exceptionally(gone -> open);
        }
    }

    private WebSocket required() {
        WebSocket open = socket;
        if (open == null) {
            throw new IllegalStateException("not open yet");
        }
        return open;
    }

    @Override
    public void onOpen(WebSocket opening) {
        opening.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        cutter.take(data, taker);
        if (!paused) {
            from.request(1);
        }
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        ending.complete(new Ending(code, reason));
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        ending.complete(new Ending(1006, String.valueOf(error.getMessage())));
    }

    /** Cuts a stream of bytes into packets. Confined to the WebSocket's callbacks, which never overlap. */
    private static final class PacketCutter {
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private int firstByte = -1;
        private int shift;
        private int length;
        private boolean lengthKnown;

        void take(ByteBuffer data, Consumer<Packet> out) {
            while (data.hasRemaining()) {
                if (firstByte < 0) {
                    firstByte = data.get() & 0xFF;
                } else if (!lengthKnown) {
                    int octet = data.get();
                    length |= (octet & 0x7F) << shift;
                    shift += 7;
                    lengthKnown = octet >= 0;
                } else {
                    byte[] chunk = new byte[Math.min(length - body.size(), data.remaining())];
                    data.get(chunk);
                    body.writeBytes(chunk);
                }
                if (lengthKnown && body.size() == length) {
                    out.accept(new Packet(
                            firstByte, ByteBuffer.wrap(body.toByteArray()).asReadOnlyBuffer()));
                    reset();
                }
            }
        }

        private void reset() {
            body.reset();
            firstByte = -1;
            shift = 0;
            length = 0;
            lengthKnown = false;
        }
    }
}
