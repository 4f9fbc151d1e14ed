package io.sluice.loadtest.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StubBrokerIT {
    private static final int DESCRIPTORS = 200;

    private static Process stub() throws IOException {
        return new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n " + DESCRIPTORS + "; exec \"$0\" \"$@\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.sluice.loadtest.LoadtestMain",
                        "load",
                        "stub",
                        "--port",
                        "0")
                .start();
    }

    @Test
    @DisplayName("a stub broker that has no descriptors left ends and says so in one line")
    void tellsThatItTakesNoMore() throws Exception {
        Process process = stub();
        List<Socket> clients = new ArrayList<>();
        try (BufferedReader out = process.inputReader(UTF_8);
                BufferedReader err = process.errorReader(UTF_8)) {
            String line = out.readLine();
            int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 2 * DESCRIPTORS; i++) {
                            clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
                        }
                    })
                    .as("its port is closed")
                    .isInstanceOf(SocketException.class);

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isOne();
            assertThat(err.lines())
                    .containsExactly(
                            "load: the stub broker has failed: it takes no more connections: Too many open files");
        } finally {
            process.destroyForcibly();
            for (Socket client : clients) {
                client.close();
            }
        }
    }
}
