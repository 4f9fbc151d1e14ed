package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BystandersTest {
    private static final long OWN = ProcessHandle.current().pid();

    @TempDir
    Path proc;

    private long nanos;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(Files.createDirectories(proc.resolve("self")).resolve("stat"), "");
        process(OWN, 1, 40);
        process(OWN + 1, OWN, 60);
        process(OWN + 2, 1, 500);
        machine(1000, 0, 200, 300, 7, 5, 5, 90);
    }

    private void process(long pid, long parent, long ticks) throws IOException {
        String stat = pid + " (p) S " + parent + " 0 0 0 0 0 0 0 0 0 " + ticks + " 0 0 0 20 0 1 0 500 1000 1\n";
        Files.writeString(
                Files.createDirectories(proc.resolve(Long.toString(pid))).resolve("stat"), stat);
    }

    private void machine(long... ticks) throws IOException {
        StringBuilder line = new StringBuilder("cpu ");
        for (long each : ticks) {
            line.append(' ').append(each);
        }
        Files.writeString(proc.resolve("stat"), line.append(" 0 0\ncpu0 0\n"));
    }

    @Test
    void whatOthersUseIsWhatTheMachineUsesWithoutThisProcessAndItsChildren() throws Exception {
        Bystanders bystanders = Bystanders.watch(proc, () -> nanos);

        nanos = 2_000_000_000;
        process(OWN, 1, 90);
        process(OWN + 1, OWN, 110);
        machine(1100, 20, 230, 400, 80, 15, 15, 390); // 170 ticks busy: not idle, not waiting, not stolen

        assertThat(bystanders.share()).isEqualTo(0.35, within(1e-9));
    }

    @Test
    void itIsNeverLessThanNothing() throws Exception {
        Bystanders bystanders = Bystanders.watch(proc, () -> nanos);

        nanos = 1_000_000_000;
        process(OWN, 1, 90);

        assertThat(bystanders.share()).isZero();
    }
}
