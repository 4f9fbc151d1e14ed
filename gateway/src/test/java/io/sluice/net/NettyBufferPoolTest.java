package io.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.PooledByteBufAllocator;
import io.undertow.connector.PooledByteBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NettyBufferPoolTest {
    private static final int MOST = 8;

    private final PooledByteBufAllocator netty = new PooledByteBufAllocator(true);
    private final NettyBufferPool pool = new NettyBufferPool(netty, MOST);

    private Deque<PooledByteBuffer> take(int count) {
        Deque<PooledByteBuffer> taken = new ArrayDeque<>();
        for (int i = 0; i < count; i++) {
            taken.add(pool.allocate());
        }
        return taken;
    }

    @Test
    void handsOutNoMoreThanItsBound() {
        Deque<PooledByteBuffer> all = take(MOST);

        assertThatThrownBy(pool::allocate)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("8");
        assertThatThrownBy(pool::allocate).isInstanceOf(IllegalStateException.class);

        assertThat(pool.used()).isEqualTo(MOST);
        all.remove().close();
        assertThat(pool.allocate().getBuffer().capacity()).isEqualTo(NettyBufferPool.BUFFER_BYTES);
        assertThatThrownBy(pool::allocate).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("low when a quarter of the buffers is left and one of these is taken")
    void isLowWhenOnlyTheReserveIsLeft() {
        assertThat(pool.low()).isFalse();
        Deque<PooledByteBuffer> taken = take(6);

        assertThat(pool.low()).isFalse();
        PooledByteBuffer ofReserve = pool.allocate();
        assertThat(pool.low()).isTrue();
        ofReserve.close();
        assertThat(pool.low()).isFalse();
        assertThat(taken).hasSize(6);
    }

    @Test
    void giveBackTwiceIsGiveBackOnce() {
        PooledByteBuffer first = pool.allocate();
        PooledByteBuffer second = pool.allocate();

        first.close();
        first.close();

        assertThat(first.isOpen()).isFalse();
        assertThatThrownBy(first::getBuffer).isInstanceOf(IllegalStateException.class);
        assertThat(second.isOpen()).isTrue();
        assertThat(pool.used()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "an I/O thread gets the buffer back that it gave, cleared; closing its old handle once more does not take it away")
    @SuppressWarnings("ReferenceEquality") // the very buffer is meant
    void ioThreadKeepsWhatItGaveBack() throws Exception {
        IoThreads threads = IoThreads.start(1, 0, MOST);
        try {
            boolean same = on(threads, () -> {
                PooledByteBuffer first = threads.buffers().allocate();
                ByteBuffer memory = first.getBuffer().position(5).limit(7);
                first.close();
                PooledByteBuffer second = threads.buffers().allocate();
                first.close();
                ByteBuffer again = second.getBuffer();
                boolean cleared = again.position() == 0 && again.limit() == NettyBufferPool.BUFFER_BYTES;
                PooledByteBuffer third = threads.buffers().allocate();
                boolean alone = third.getBuffer() != again;
                second.close();
                third.close();
                return again == memory && cleared && alone;
            });

            assertThat(same).isTrue();
            assertThat(threads.buffers().used()).isZero();
            assertThat(threads.heldBytes()).as("kept").isPositive();
        } finally {
            threads.stop();
        }
        assertThat(threads.heldBytes()).as("kept, after the end").isZero();
    }

    @Test
    @DisplayName("an I/O thread keeps four, the others go back")
    void ioThreadKeepsFew() throws Exception {
        IoThreads threads = IoThreads.start(1, 0, MOST);
        try {
            long four = on(threads, () -> takeAndGive(threads, 4));
            long eight = on(threads, () -> takeAndGive(threads, MOST));

            assertThat(four).isPositive();
            assertThat(eight).isEqualTo(four);
        } finally {
            threads.stop();
        }
    }

    @Test
    @DisplayName("connections that the end of their thread closes give back what the thread keeps no more")
    void keepsNothingOnceItEnds() throws Exception {
        IoThreads threads = IoThreads.start(1, 0, MOST);
        try {
            long held = on(threads, () -> {
                PooledByteBuffer ofAConnection = threads.buffers().allocate();
                threads.buffers().releaseKept();
                ofAConnection.close();
                return threads.heldBytes();
            });

            assertThat(held).isZero();
        } finally {
            threads.stop();
        }
    }

    private static long takeAndGive(IoThreads threads, int count) {
        Deque<PooledByteBuffer> taken = new ArrayDeque<>();
        for (int i = 0; i < count; i++) {
            taken.add(threads.buffers().allocate());
        }
        taken.forEach(PooledByteBuffer::close);
        return threads.heldBytes();
    }

    private static <T> T on(IoThreads threads, Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        threads.contexts().get(0).later(task);
        return task.get(10, TimeUnit.SECONDS);
    }

    @Test
    void otherThreadsKeepNothing() {
        take(MOST).forEach(PooledByteBuffer::close);

        assertThat(pool.used()).isZero();
        assertThat(netty.pinnedDirectMemory()).isZero();
    }

    @Test
    void arrayBackedBuffersAreBoundedToo() {
        Deque<PooledByteBuffer> all = new ArrayDeque<>();
        for (int i = 0; i < MOST; i++) {
            all.add(pool.getArrayBackedPool().allocate());
        }

        assertThat(all).allMatch(buffer -> buffer.getBuffer().hasArray());
        assertThatThrownBy(() -> pool.getArrayBackedPool().allocate()).isInstanceOf(IllegalStateException.class);
        assertThat(pool.used()).isZero();
    }
}
