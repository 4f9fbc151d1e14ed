package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.MqttPackets;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client whose server does not read for a while. */
@Timeout(60)
class WireTest {
    private static final int BLOCK = 60_000;
    private static final byte[] CONNACK = {0x20, 2, 0, 0};

    private final Window window = new Window();
    private final List<String> endings = new ArrayList<>();
    private @Nullable LoadClient opened;

    /** Connects and does nothing. */
    private final class Quiet extends Script {
        private final LoadLoop loop;
        private final LoadClient client;

        Quiet(LoadLoop loop, Target target) {
            this.loop = loop;
            client = new LoadClient(loop, target, 0, 0, MqttPackets.connect(4, "quiet", 0));
        }

        @Override
        long tick(long now) {
            if (client.isIdle() && endings.isEmpty()) {
                loop.begin(client, now);
            }
            return LoadLoop.NEVER;
        }

        @Override
        void connected(LoadClient connected, long now) {
            opened = connected;
        }

        @Override
        void packet(LoadClient from, int firstByte, ByteBuffer body) {}

        @Override
        void ended(LoadClient gone, long now, @Nullable String why) {
            endings.add(String.valueOf(why));
        }
    }

    private LoadLoop loopTo(ServerSocket server) throws Exception {
        Target target = Target.broker("127.0.0.1", server.getLocalPort(), 4);
        return new LoadLoop("test", System::nanoTime, window, new Buffers(BLOCK, 1), loop -> new Quiet(loop, target));
    }

    private LoadClient connected(LoadLoop loop, ServerSocket server, List<Socket> accepted) throws Exception {
        loop.turn();
        Socket socket = server.accept();
        accepted.add(socket);
        socket.getOutputStream().write(CONNACK);
        while (opened == null) {
            loop.turn();
        }
        return opened;
    }

    private static ByteBuffer block(int number) {
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        while (block.hasRemaining()) {
            block.put((byte) number);
        }
        return block.flip();
    }

    @Test
    void whatWaitsIsWrittenInOrder() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            LoadLoop loop = loopTo(server);
            List<Socket> accepted = new ArrayList<>();
            LoadClient client = connected(loop, server, accepted);
            int blocks = 0;

            while (client.backlog() < 4 << 20) {
                client.send(block(blocks++));
            }
            int sent = blocks;
            CompletableFuture<Boolean> inOrder = CompletableFuture.supplyAsync(() -> areInOrder(accepted.get(0), sent));
            while (client.backlog() > 0) {
                loop.turn();
            }

            assertThat(inOrder.get(20, TimeUnit.SECONDS)).isTrue();
            assertThat(endings).isEmpty();
            end(loop);
        }
    }

    private static boolean areInOrder(Socket socket, int blocks) {
        try {
            InputStream in = socket.getInputStream();
            in.readNBytes(MqttPackets.connect(4, "quiet", 0).length);
            for (int i = 0; i < blocks; i++) {
                if (!ByteBuffer.wrap(in.readNBytes(BLOCK)).equals(block(i))) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void tooMuchThatWaitsEndsTheClient() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            LoadLoop loop = loopTo(server);
            List<Socket> accepted = new ArrayList<>(); // one that nobody refers to is closed when it is collected
            LoadClient client = connected(loop, server, accepted);

            int most = 0;
            for (int i = 0; client.isOpen(); i++) {
                most = client.backlog();
                client.send(block(i));
            }

            assertThat(most).isBetween(Wire.MOST_PENDING - BLOCK, Wire.MOST_PENDING);
            assertThat(endings).containsExactly(Failure.BUFFER_FULL);
            end(loop);
            accepted.get(0).close();
        }
    }

    private void end(LoadLoop loop) {
        window.stop();
        loop.run();
    }
}
