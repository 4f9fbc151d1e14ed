package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes pieces to a connection on a thread of its own, as fast as the connection takes them, and tells how far it came.
 *
 * <p>Thread-safe.
 */
final class Flood {
    /** Without progress for as long, the other side has stopped to take. */
    private static final int STILL_MILLIS = 500;

    /** Makes the pieces, each from its number. */
    interface Pieces {
        byte[] piece(int number);
    }

    private final Pieces pieces;
    private final int count;
    private final OutputStream out;
    private final LinkedBlockingQueue<Integer> written = new LinkedBlockingQueue<>();
    private final Thread thread;
    private final AtomicLong total = new AtomicLong();
    private volatile @Nullable IOException failure;
    private long taken;

    private Flood(Pieces pieces, int count, OutputStream out) {
        this.pieces = pieces;
        this.count = count;
        this.out = out;
        thread = new Thread(this::run, "flood");
        thread.setDaemon(true);
    }

    /** Begins to write {@code count} pieces. */
    static Flood start(OutputStream out, int count, Pieces pieces) {
        Flood flood = new Flood(pieces, count, out);
        flood.thread.start();
        return flood;
    }

    /** A PUBLISH that differs from all others, 16 KiB and a little. */
    static byte[] publish(int level, int number) {
        byte[] payload = new byte[16 * 1024];
        int value = number * 0x9E3779B9;
        for (int i = 0; i < payload.length; i++) {
            value = value * 1664525 + 1013904223;
            payload[i] = (byte) (value >>> 24);
        }
        return Packets.publish(level, payload);
    }

    /** The checksum of as many of {@link #publish}, in their order. */
    static long checksum(int level, int count) {
        CRC32C sum = new CRC32C();
        for (int i = 0; i < count; i++) {
            sum.update(publish(level, i));
        }
        return sum.getValue();
    }

    private void run() {
        try {
            for (int i = 0; i < count; i++) {
                byte[] piece = pieces.piece(i);
                out.write(piece);
                out.flush();
                written.add(piece.length);
                total.addAndGet(piece.length);
            }
        } catch (IOException closed) {
            failure = closed;
        }
    }

    /**
     * Waits until the other side takes no more, with pieces left; returns the bytes that it took.
     *
     * @param full whether the other side holds what it cannot pass on; until it does, quiet is only the kernel, which sends what
     *     it had no room for again after 200 ms, 400 ms and so on
     */
    long awaitStop(BooleanSupplier full) throws InterruptedException {
        long quiet = 0;
        while (quiet < Wire.PATIENCE_MILLIS && (taken == 0 || quiet == 0 || !full.getAsBoolean())) {
            Integer piece = written.poll(STILL_MILLIS, TimeUnit.MILLISECONDS);
            quiet = piece == null ? quiet + STILL_MILLIS : 0;
            taken += piece == null ? 0 : piece;
        }
        assertThat(quiet)
                .as("milliseconds without progress, and nothing is held")
                .isLessThan(Wire.PATIENCE_MILLIS);
        assertThat(thread.isAlive()).as("the flood is held up").isTrue();
        return taken;
    }

    /** Bytes that the other side, or the kernel, has taken so far. */
    long total() {
        return total.get();
    }

    /** Waits until all is written. */
    void awaitEnd() throws InterruptedException {
        thread.join(Wire.PATIENCE_MILLIS);
        assertThat(thread.isAlive()).as("the flood goes on").isFalse();
        assertThat(failure).isNull();
    }

    /** Waits until the connection is lost, or all is written. */
    void awaitEither() throws InterruptedException {
        thread.join(Wire.PATIENCE_MILLIS);
        assertThat(thread.isAlive()).as("the flood is held up").isFalse();
    }

    /** Waits until the connection is lost, with pieces left. */
    void awaitFailure() throws InterruptedException {
        awaitEither();
        assertThat(failure).isNotNull();
    }
}
