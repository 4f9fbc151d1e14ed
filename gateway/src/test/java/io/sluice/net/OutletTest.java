package io.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class OutletTest {
    /** There is no memory outside the heap. */
    private static final class Exhausted extends AbstractByteBufAllocator {
        Exhausted() {
            super(true);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("Cannot reserve direct buffer memory");
        }
    }

    @Test
    void holdsWhatTheSocketDoesNotTakeUntilItDoes() throws Exception {
        ScriptedSink sink = new ScriptedSink(10);
        Outlet outlet = new Outlet(sink, UnpooledByteBufAllocator.DEFAULT);

        boolean all = outlet.send(ByteBuffer.allocate(25));

        assertThat(all).isFalse();
        assertThat(outlet.waitingBytes()).isEqualTo(15);
        sink.room(15);
        assertThat(outlet.drain()).isTrue();
        assertThat(outlet.empty()).isTrue();
    }

    @Test
    void saysThatThereIsNoRoomAndHoldsNothing() {
        Outlet outlet = new Outlet(new ScriptedSink(10), new Exhausted());

        assertThatThrownBy(() -> outlet.send(ByteBuffer.allocate(25))).isInstanceOf(NoRoomException.class);

        assertThat(outlet.empty()).isTrue();
    }

    @Test
    void keepsTheLastBytesInOrderBehindWhatWaits() throws Exception {
        ScriptedSink sink = new ScriptedSink(1);
        Outlet outlet = new Outlet(sink, UnpooledByteBufAllocator.DEFAULT);
        outlet.send(ByteBuffer.wrap(new byte[] {1, 2}));

        assertThat(outlet.sendLast(ByteBuffer.wrap(new byte[] {3}))).isFalse();
        sink.room(2);

        assertThat(outlet.drain()).isTrue();
        assertThat(ByteBufUtil.getBytes(sink.taken())).containsExactly(1, 2, 3);
    }

    @Test
    void holdsWhatTheSocketDoesNotTakeOfTheLastBytes() throws Exception {
        ScriptedSink sink = new ScriptedSink(2);
        Outlet outlet = new Outlet(sink, UnpooledByteBufAllocator.DEFAULT);

        assertThat(outlet.sendLast(ByteBuffer.wrap(new byte[] {1, 2, 3}))).isFalse();
        sink.room(1);

        assertThat(outlet.drain()).isTrue();
        assertThat(ByteBufUtil.getBytes(sink.taken())).containsExactly(1, 2, 3);
    }
}
