package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ProcessWatchTest {
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

    @TempDir
    Path directory;

    /** A shell that runs one command for each line it is told, and answers a line when it is done. */
    private static Process shell() throws IOException {
        String script = "while read -r command; do eval \"$command\"; echo done; done";
        return new ProcessBuilder("sh", "-c", script).start();
    }

    private static void tell(Process shell, String command) throws IOException {
        OutputStream in = shell.getOutputStream();
        in.write((command + "\n").getBytes(StandardCharsets.US_ASCII));
        in.flush();
        for (int next = shell.getInputStream().read();
                next != '\n';
                next = shell.getInputStream().read()) {
            assertThat(next).isPositive();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theOwnProcessTakesWhatItsThreadDoes() throws LoadException {
        ProcessWatch watch = ProcessWatch.of(List.of(ProcessWatch.own("generator")));
        ProcessWatch.Sample before = watch.sample().get(0);
        long cpu = Cpu.of(Thread.currentThread());

        long sum = 0;
        while (Cpu.of(Thread.currentThread()) - cpu < 2 * LEAST_NANOS) {
            sum += System.nanoTime();
        }

        ProcessWatch.Sample after = watch.sample().get(0);
        assertThat(sum).isNotZero();
        assertThat(watch.labels()).containsExactly("generator");
        assertThat(after.cpuNanos() - before.cpuNanos()).isGreaterThanOrEqualTo(LEAST_NANOS);
        assertThat(after.rssBytes()).isGreaterThan(16 << 20);
    }

    @ParameterizedTest
    @EnabledOnOs(OS.LINUX)
    @ValueSource(
            strings = {
                "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done", // the process itself
                "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'", // a child that has ended
                "mkfifo $F; sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo>$F; read x <$F' & read x <$F"
                // a child that goes on
            })
    void whatDescendantsTakeCountsToo(String command) throws Exception {
        Process shell = shell();
        try {
            ProcessWatch watch = ProcessWatch.of(List.of("shell=" + shell.pid()));
            ProcessWatch.Sample before = watch.sample().get(0);

            tell(shell, command.replace("$F", directory.resolve("fifo").toString()));

            ProcessWatch.Sample after = watch.sample().get(0);
            assertThat(after.cpuNanos() - before.cpuNanos()).isGreaterThanOrEqualTo(LEAST_NANOS);
            assertThat(after.rssBytes()).isPositive();
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly().waitFor();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void memoryOfDescendantsCountsToo() throws Exception {
        Process shell = shell();
        try {
            ProcessWatch watch = ProcessWatch.of(List.of("shell=" + shell.pid()));
            long alone = watch.sample().get(0).rssBytes();

            String fifo = directory.resolve("fifo").toString();
            tell(shell, "mkfifo " + fifo + "; sh -c 'read x <" + fifo + "' &");

            assertThat(watch.sample().get(0).rssBytes()).isGreaterThan(alone);
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly().waitFor();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aProcessThatHasEndedIsTold() throws Exception {
        Process shell = shell();
        ProcessWatch watch = ProcessWatch.of(List.of(ProcessWatch.own("self"), "shell=" + shell.pid()));

        shell.destroyForcibly().waitFor();

        assertThatThrownBy(watch::sample)
                .isInstanceOf(LoadException.class)
                .hasMessage("process " + shell.pid() + " (shell) has ended");
        assertThatThrownBy(() -> ProcessWatch.of(List.of("shell=" + shell.pid())))
                .isInstanceOf(LoadException.class)
                .hasMessage("there is no process " + shell.pid() + ", which shell=" + shell.pid() + " names");
    }

    @Test
    void anotherProcessWithTheSameNumberIsNotTheOneWatched() throws Exception {
        writeProcess(70, 1, 500, 10);
        Files.createDirectories(directory.resolve("self"));
        Files.writeString(directory.resolve("self/stat"), "");
        ProcessWatch watch = ProcessWatch.of(directory, List.of("gateway=70"));
        assertThat(watch.sample()).containsExactly(new ProcessWatch.Sample(10_000_000L * 10, 4096));

        writeProcess(70, 1, 501, 0);

        assertThatThrownBy(watch::sample).hasMessage("process 70 (gateway) has ended");
    }

    private void writeProcess(int pid, int parent, int started, int ticks) throws IOException {
        Path process = Files.createDirectories(directory.resolve(Integer.toString(pid)));
        String zeros = "0 0 0 0 0 0 0 0 0";
        String line = pid + " (od) d name) S " + parent + " " + zeros + " " + ticks + " 0 0 0 20 0 1 0 " + started
                + " 1000 1";
        Files.writeString(process.resolve("stat"), line + "\n");
        Files.writeString(process.resolve("status"), "Name:\tod) d name\nVmRSS:\t       4 kB\n");
    }

    @Test
    void aSystemThatDoesNotTellIsToldInOneLine() {
        assertThatThrownBy(() -> ProcessWatch.of(directory.resolve("proc"), List.of("gateway=1")))
                .isInstanceOf(LoadException.class)
                .hasMessage("processes cannot be watched: this system has no " + directory.resolve("proc"));
    }

    @Test
    void nothingToWatchNeedsNoSystemThatTells() throws LoadException {
        ProcessWatch watch = ProcessWatch.of(directory.resolve("proc"), List.of());

        assertThat(watch.sample()).isEmpty();
        assertThat(watch.uses(List.of(), List.of(), List.of())).isEmpty();
    }

    @ParameterizedTest
    @EnabledOnOs(OS.LINUX)
    @ValueSource(strings = {"", "gateway", "=1", "gateway=", "gateway=x", "gateway=-1", "gateway=12345678901"})
    void whatNamesNoProcessIsTold(String text) {
        assertThatThrownBy(() -> ProcessWatch.of(List.of(text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + text + "\" names no process; write LABEL=PID, e.g. gateway=4711");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void twoProcessesHaveTwoLabels() {
        List<String> twice = List.of(ProcessWatch.own("gateway"), ProcessWatch.own("gateway"));

        assertThatThrownBy(() -> ProcessWatch.of(twice)).hasMessage("two processes are labelled gateway");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void usesAreDifferences() throws LoadException {
        ProcessWatch watch = ProcessWatch.of(List.of(ProcessWatch.own("gateway")));
        List<ProcessWatch.Sample> idle = List.of(new ProcessWatch.Sample(1_000_000_000, 100));
        List<ProcessWatch.Sample> from = List.of(new ProcessWatch.Sample(2_000_000_000, 150));
        List<ProcessWatch.Sample> to = List.of(new ProcessWatch.Sample(5_000_000_000L, 170));

        assertThat(watch.uses(idle, from, to)).containsExactly(new Run.Use("gateway", 3, 100, 170));
        assertThat(ProcessWatch.cores(from, to, 2_000_000_000)).containsExactly(1.5);
    }
}
