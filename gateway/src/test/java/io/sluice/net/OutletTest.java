package io.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

final class OutletTest {
    private static final StreamSinkConduit NOTHING = (StreamSinkConduit) Proxy.newProxyInstance(
            OutletTest.class.getClassLoader(),
            new Class<?>[] {StreamSinkConduit.class},
            (proxy, method, arguments) -> null);

    /** Takes so many bytes, and then none. */
    private static final class Sink extends AbstractStreamSinkConduit<StreamSinkConduit> {
        private int room;

        Sink(int room) {
            super(NOTHING);
            this.room = room;
        }

        @Override
        public int write(ByteBuffer bytes) {
            int taken = Math.min(room, bytes.remaining());
            bytes.position(bytes.position() + taken);
            room -= taken;
            return taken;
        }

        @Override
        public boolean flush() {
            return true;
        }
    }

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
        Sink sink = new Sink(10);
        Outlet outlet = new Outlet(sink, UnpooledByteBufAllocator.DEFAULT);

        boolean all = outlet.send(ByteBuffer.allocate(25));

        assertThat(all).isFalse();
        assertThat(outlet.waitingBytes()).isEqualTo(15);
        sink.room = 15;
        assertThat(outlet.drain()).isTrue();
        assertThat(outlet.empty()).isTrue();
    }

    @Test
    void saysThatThereIsNoRoomAndHoldsNothing() {
        Outlet outlet = new Outlet(new Sink(10), new Exhausted());

        assertThatThrownBy(() -> outlet.send(ByteBuffer.allocate(25))).isInstanceOf(NoRoomException.class);

        assertThat(outlet.empty()).isTrue();
    }
}
