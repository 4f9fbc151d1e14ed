package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConnectsTest {
    private static final byte[] CONNACK = {0x20, 2, 0, 0};

    @Test
    @DisplayName("a server that leaves it to its clients to close, as lighttpd does, is measured too")
    void closesWhatTheServerDoesNot() throws Exception {
        List<Socket> open = new CopyOnWriteArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            new Thread(() -> welcome(server, open), "accepting").start();

            CommandRun run = CommandRun.of(
                    "connect",
                    "--url",
                    "mqtt://127.0.0.1:" + server.getLocalPort(),
                    "--concurrency",
                    "1",
                    "--warmup",
                    "0",
                    "--duration",
                    "3",
                    "--quiet");

            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.number("connections")).isGreaterThan(3);
            assertThat(run.out()).contains("errors        none");
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private static void welcome(ServerSocket server, List<Socket> open) {
        try {
            while (!server.isClosed()) {
                Socket client = server.accept();
                open.add(client);
                client.getOutputStream().write(CONNACK);
            }
        } catch (IOException closed) {
            // the test is over
        }
    }
}
