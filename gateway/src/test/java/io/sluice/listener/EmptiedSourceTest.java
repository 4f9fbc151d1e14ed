package io.sluice.listener;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

class EmptiedSourceTest {
    private final Socket socket = new Socket();
    private final EmptiedSource source = new EmptiedSource(socket);
    private int told;
    private String ends = "";

    /** Has so many bytes; -1 is the end. */
    private static final class Socket extends AbstractStreamSourceConduit<StreamSourceConduit> {
        private int bytes;
        private int reads;
        private @Nullable ReadReadyHandler handler;

        Socket() {
            super((StreamSourceConduit) Proxy.newProxyInstance(
                    EmptiedSourceTest.class.getClassLoader(),
                    new Class<?>[] {StreamSourceConduit.class},
                    (proxy, method, arguments) -> null));
        }

        @Override
        public int read(ByteBuffer target) {
            reads++;
            int read = Math.min(bytes, target.remaining());
            bytes -= Math.max(read, 0);
            target.position(target.position() + Math.max(read, 0));
            return read;
        }

        @Override
        public void setReadReadyHandler(ReadReadyHandler its) {
            handler = its;
        }
    }

    private int read() throws Exception {
        return source.read(ByteBuffer.allocate(10));
    }

    private void listen() {
        source.setReadReadyHandler(new ReadReadyHandler() {
            @Override
            public void readReady() {
                told++;
            }

            @Override
            public void forceTermination() {
                ends += "forced ";
            }

            @Override
            public void terminated() {
                ends += "terminated";
            }
        });
    }

    @Test
    void aShortReadIsTheLastUntilTheSocketTells() throws Exception {
        listen();
        socket.bytes = 13;
        assertThat(read()).isEqualTo(10);
        assertThat(read()).isEqualTo(3);
        socket.bytes = 5;

        assertThat(read()).isZero();
        assertThat(socket.reads).isEqualTo(2);

        requireNonNull(socket.handler).readReady();
        assertThat(told).isOne();
        assertThat(read()).isEqualTo(5);
    }

    @Test
    void aReadThatFindsNothingIsAlsoTheLast() throws Exception {
        assertThat(read()).isZero();
        assertThat(read()).isZero();
        assertThat(socket.reads).isOne();
    }

    @Test
    void aReadWithoutRoomTellsNothing() throws Exception {
        socket.bytes = 5;
        assertThat(source.read(ByteBuffer.allocate(0))).isZero();
        assertThat(read()).isEqualTo(5);
    }

    @Test
    void theEndIsToldEachTime() throws Exception {
        socket.bytes = -1;
        assertThat(read()).isEqualTo(-1);
        assertThat(read()).isEqualTo(-1);
    }

    @Test
    void whoWaitsForTheSocketReadsItAgain() throws Exception {
        assertThat(read()).isZero();
        socket.bytes = 1;
        source.awaitReadable();
        assertThat(read()).isOne();

        socket.bytes = 1;
        source.awaitReadable(1, TimeUnit.SECONDS);
        assertThat(read()).isOne();
    }

    @Test
    void theEndOfTheThreadIsTold() {
        listen();
        ReadReadyHandler handler = requireNonNull(socket.handler);
        handler.forceTermination();
        handler.terminated();
        assertThat(ends).isEqualTo("forced terminated");
    }
}
