package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens when the process may open nothing more; in a process of its own. */
@Timeout(90)
class DescriptorsIT {
    private static final byte[] CONNECT = Packets.connect(5);
    /** Server busy. */
    private static final int BUSY = 0x89;

    private static final int MOST_DESCRIPTORS = 256;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Queue<String> output = new ConcurrentLinkedQueue<>();
    private ScriptedBroker broker;
    private Process process;
    private InetSocketAddress address;

    @BeforeEach
    void start() throws Exception {
        broker = new ScriptedBroker();
        List<String> command =
                new ArrayList<>(List.of("bash", "-c", "ulimit -n " + MOST_DESCRIPTORS + "; exec \"$@\"", "few"));
        command.addAll(ChildJvm.command(
                "-Xmx128m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                FewDescriptors.class.getName(),
                "cluster.brokers=" + broker.address()));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread reader = new Thread(this::readOutput, "output");
        reader.setDaemon(true);
        reader.start();
        String listens = await(line -> line.startsWith(FewDescriptors.LISTENS));
        address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(listens.substring(FewDescriptors.LISTENS.length())));
    }

    @AfterEach
    void stop() throws IOException {
        process.destroyForcibly();
        broker.close();
    }

    private void readOutput() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                output.add(line);
                lines.add(line);
            }
        } catch (IOException ended) {
            // by the test
        }
    }

    private String await(Predicate<String> wanted) throws InterruptedException {
        while (true) {
            String line = lines.poll(30, TimeUnit.SECONDS);
            if (wanted.test(Objects.requireNonNull(line, () -> "the line does not come: " + output))) {
                return line;
            }
        }
    }

    private void tell(String order) throws Exception {
        process.getOutputStream().write((order + "\n").getBytes(UTF_8));
        process.getOutputStream().flush();
        await(line -> line.equals(FewDescriptors.DONE + order));
    }

    @Test
    @DisplayName(
            "without a descriptor: the client hears busy, the broker is not blamed, who is there stays, accepting goes on")
    void isAWantOfItsOwn() throws Exception {
        try (RawClient first = RawClient.plain(address).open(CONNECT);
                Wire connection = broker.welcome(CONNECT);
                RawClient refused = RawClient.plain(address)) {
            first.readMqtt(Packets.connack(5).length);
            refused.upgrade();

            tell(FewDescriptors.TAKE);
            refused.mqtt(CONNECT);

            byte[] connack = refused.readFrame().payload();
            assertThat(connack[0]).as("CONNACK").isEqualTo((byte) 0x20);
            assertThat(connack[3] & 0xFF).isEqualTo(BUSY);
            await(line -> line.contains("no descriptor for a connection to a broker cluster=default so-far=1"));
            broker.assertUntouched();
            first.mqtt(Packets.PINGREQ);
            assertThat(connection.read(2)).isEqualTo(Packets.PINGREQ);

            refused.reset();
            await(line -> line.contains("cause=no-descriptor by=gateway"));
            tell(FewDescriptors.TAKE);
            try (RawClient late = RawClient.plain(address)) {
                await(line -> line.contains("Socket accept failed, backing off"));
                tell(FewDescriptors.GIVE);
                late.open(CONNECT);
                try (Wire latest = broker.welcome(CONNECT)) {
                    late.readMqtt(Packets.connack(5).length);
                    latest.send(Packets.PINGRESP);
                    assertThat(late.readMqtt(2)).isEqualTo(Packets.PINGRESP);
                }
            }
            assertThat(output)
                    .noneMatch(line -> line.contains("broker not reached"))
                    .noneMatch(line -> line.contains("bug in the gateway"));
        } catch (SocketTimeoutException silence) {
            throw new AssertionError("no answer; so far: " + output, silence);
        }
    }
}
