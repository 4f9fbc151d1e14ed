package io.sluice.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.sluice.net.IoThreads;
import io.sluice.net.ScriptedSink;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionTicketsTest {
    private final IoThreads threads = IoThreads.start(1, 0, 8);
    private final ScriptedSink socket = new ScriptedSink(1000);
    private final AtomicBoolean due = new AtomicBoolean();
    private final SessionTickets sink =
            new SessionTickets(socket, due::get, threads.contexts().get(0));

    @AfterEach
    void stopThread() {
        threads.stop();
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    /** In one turn of the I/O thread, as all calls of a conduit are. */
    private void turn(Action action) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        threads.contexts().get(0).later(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (Throwable failed) {
                done.completeExceptionally(failed);
            }
        });
        done.get(10, TimeUnit.SECONDS);
    }

    private interface Action {
        void run() throws Exception;
    }

    @Test
    void handshakesDoNotWait() throws Exception {
        turn(() -> {
            assertThat(sink.write(bytes(1, 2))).isEqualTo(2);
            assertThat(socket.writes()).isOne();
        });
    }

    @Test
    void ticketsGoOutWithTheResponse() throws Exception {
        due.set(true);
        turn(() -> {
            assertThat(sink.write(bytes(1, 2))).isEqualTo(2);
            assertThat(sink.flush()).isTrue();
            assertThat(socket.writes()).isZero();

            sink.requestBegins();
            assertThat(sink.write(bytes(3))).isOne();

            assertThat(socket.writes()).isOne();
            assertThat(ByteBufUtil.getBytes(socket.taken())).containsExactly(1, 2, 3);
            assertThat(sink.write(bytes(4))).isOne();
            assertThat(socket.writes()).isEqualTo(2);
        });
    }

    @Test
    void ticketsGoOutByThemselvesWhenTheTurnIsOver() throws Exception {
        due.set(true);
        turn(() -> {
            sink.write(bytes(1, 2));
            assertThat(socket.writes()).isZero();
        });
        turn(() -> assertThat(ByteBufUtil.getBytes(socket.taken())).containsExactly(1, 2));
    }

    @Test
    void aResponseWithoutTicketsDoesNotWait() throws Exception {
        due.set(true);
        turn(() -> {
            sink.requestBegins();
            sink.write(bytes(1));
            assertThat(socket.writes()).isOne();
        });
    }

    @Test
    void theResponseComesBehindWhatASlowSocketHasNotTaken() throws Exception {
        due.set(true);
        socket.room(1);
        turn(() -> {
            sink.write(bytes(1, 2));
            assertThat(sink.write(bytes(3))).isZero();
            socket.room(10);
            assertThat(sink.write(bytes(3))).isOne();
            assertThat(ByteBufUtil.getBytes(socket.taken())).containsExactly(1, 2, 3);
        });
    }

    @Test
    void ticketsGoOutBeforeTheEnd() throws Exception {
        due.set(true);
        turn(() -> {
            sink.write(bytes(1));
            sink.terminateWrites();
            assertThat(ByteBufUtil.getBytes(socket.taken())).containsExactly(1);
            assertThat(socket.ended()).isTrue();
        });
    }

    @Test
    void longTicketsDoNotWait() throws Exception {
        due.set(true);
        socket.room(5000);
        turn(() -> {
            assertThat(sink.write(ByteBuffer.allocate(4097))).isEqualTo(4097);
            assertThat(socket.writes()).isOne();
        });
    }
}
