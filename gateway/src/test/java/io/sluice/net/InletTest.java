package io.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

@Timeout(30)
final class InletTest {
    private static final int RECORD = 5;
    private static final int LESS = 1;
    private static final int MOST = RECORD - LESS;
    private static final int HEADROOM = 2;
    private static final StreamSourceConduit NOTHING = (StreamSourceConduit) Proxy.newProxyInstance(
            InletTest.class.getClassLoader(),
            new Class<?>[] {StreamSourceConduit.class},
            (proxy, method, arguments) -> null);

    /** Gives so many bytes, and then the end. */
    private static final class Source extends AbstractStreamSourceConduit<StreamSourceConduit> {
        private int left;
        private boolean on;
        private boolean handled;

        Source(int left) {
            super(NOTHING);
            this.left = left;
        }

        @Override
        public int read(ByteBuffer into) {
            if (left == 0) {
                return -1;
            }
            int read = Math.min(left, into.remaining());
            into.put(new byte[read]);
            left -= read;
            return read;
        }

        @Override
        public void resumeReads() {
            on = true;
        }

        @Override
        public void suspendReads() {
            on = false;
        }

        @Override
        public void setReadReadyHandler(ReadReadyHandler handler) {
            handled = true;
        }
    }

    private static final ReadReadyHandler NOBODY = (ReadReadyHandler) Proxy.newProxyInstance(
            InletTest.class.getClassLoader(),
            new Class<?>[] {ReadReadyHandler.class},
            (proxy, method, arguments) -> null);

    private final IoThreads threads = IoThreads.start(1, HEADROOM);
    private final IoContext io = threads.contexts().get(0);
    private final Source source = new Source(MOST + 1);
    private final Inlet inlet = new Inlet(source, io, RECORD, LESS);

    @AfterEach
    void stop() {
        threads.stop();
    }

    /** Runs it on the I/O thread, to its end. */
    private void onThread(Runnable task) throws Exception {
        FutureTask<@Nullable Void> ran = new FutureTask<>(task, null);
        io.later(ran);
        ran.get();
    }

    /** A rest that was begun before is over. */
    private void awaitRest() throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        io.after(2, over::countDown);
        over.await();
    }

    @Test
    void readsUntilTheInputEndsAndThenNothing() throws Exception {
        ByteBuffer first = Objects.requireNonNull(inlet.read());
        assertThat(first.position()).as("behind the headroom").isEqualTo(HEADROOM);
        assertThat(first.remaining()).isEqualTo(MOST);
        assertThat(inlet.read()).extracting(ByteBuffer::remaining).isEqualTo(1);

        assertThat(inlet.read()).isNull();
        inlet.end();

        assertThat(inlet.hasEnded()).isTrue();
        assertThat(inlet.read()).extracting(ByteBuffer::remaining).isEqualTo(0);
    }

    @Test
    @DisplayName("more than half of what there was room for: the next read is of twice as much, until the owner pauses")
    void readsMoreWhereThereIsPlenty() throws Exception {
        source.left = 5 * RECORD;

        assertThat(inlet.read()).extracting(ByteBuffer::remaining).isEqualTo(MOST);
        assertThat(inlet.read()).extracting(ByteBuffer::remaining).isEqualTo(2 * RECORD - LESS);
        inlet.pause();
        inlet.resume();
        assertThat(inlet.read()).extracting(ByteBuffer::remaining).isEqualTo(MOST);
        source.left = 4;
        assertThat(inlet.read()).extracting(ByteBuffer::remaining).isEqualTo(4);
        source.left = 5 * RECORD;
        assertThat(inlet.read())
                .as("4 of 9 are not plenty")
                .extracting(ByteBuffer::remaining)
                .isEqualTo(2 * RECORD - LESS);
    }

    @Test
    void beginsPausedWhereTheOwnerHasPausedBefore() {
        inlet.pause();
        inlet.start(NOBODY);
        assertThat(source.handled).isTrue();
        assertThat(source.on).isFalse();

        inlet.resume();
        assertThat(source.on).isTrue();
    }

    @Test
    void goesOnAfterARest() throws Exception {
        onThread(() -> {
            inlet.start(NOBODY);
            inlet.rest(1);
            inlet.resume();
            assertThat(source.on).as("while it rests").isFalse();
        });
        awaitRest();

        onThread(() -> assertThat(source.on).isTrue());
    }

    @Test
    @DisplayName("a rest that is over does not resume what its owner has paused, nor what has ended")
    void staysPausedAfterARest() throws Exception {
        onThread(() -> {
            inlet.rest(1);
            inlet.pause();
        });
        awaitRest();
        onThread(() -> assertThat(source.on).isFalse());

        onThread(() -> {
            inlet.rest(1);
            inlet.resume();
            inlet.end();
        });
        awaitRest();
        onThread(() -> assertThat(source.on).isFalse());
        inlet.resume();
        assertThat(source.on).isFalse();
    }
}
