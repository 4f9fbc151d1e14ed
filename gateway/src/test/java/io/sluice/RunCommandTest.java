package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A gateway in a process of its own, and what signals do to it. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunCommandTest {
    private Process process;
    private BufferedReader log;

    @BeforeEach
    void start() throws IOException {
        start("--set=drain.unready-delay=0s");
    }

    private void start(String... settings) throws IOException {
        List<String> command = ChildJvm.command(
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "run",
                "--set=listener.bind=127.0.0.1:0",
                "--set=listener.tls=off",
                "--set=admin.bind=127.0.0.1:0",
                "--set=cluster.brokers=127.0.0.1:1883");
        command.addAll(List.of(settings));
        process = new ProcessBuilder(withSignals(command.toArray(String[]::new)))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        log = process.errorReader(UTF_8);
    }

    /** A build in the background may have been started with SIGINT and SIGHUP ignored, and a process inherits that. */
    private static List<String> withSignals(String... command) throws IOException {
        List<String> all = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/env")) && knowsDefaultSignal()) {
            all.addAll(List.of("/usr/bin/env", "--default-signal=INT,HUP"));
        }
        all.addAll(List.of(command));
        return all;
    }

    private static boolean knowsDefaultSignal() throws IOException {
        try {
            return new ProcessBuilder("/usr/bin/env", "--default-signal=INT", "true")
                            .start()
                            .waitFor()
                    == 0;
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @AfterEach
    void kill() {
        process.destroyForcibly();
    }

    @Test
    void saysInOneLineWhatItServes() throws Exception {
        String line = awaitLine(" serves ");

        assertThat(line)
                .matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) INFO  RunCommand: sluice .*")
                .contains(" -> 127.0.0.1:1883 (")
                .endsWith("I/O threads, pid " + process.pid() + ")");
    }

    @Test
    void endsWellOnSigterm() throws Exception {
        awaitLine(" serves ");

        signal("TERM");

        assertThat(rest()).last().asString().endsWith("stopped");
        assertThat(status()).isZero();
    }

    @Test
    void endsAtOnceOnASecondSigterm() throws Exception {
        kill();
        start("--set=drain.unready-delay=30s", "--set=drain.hard-stop-after=50s");
        awaitLine(" serves ");
        signal("TERM");
        awaitLine("drains: not ready");

        signal("TERM");

        assertThat(rest()).first().asString().contains("another SIGTERM");
        assertThat(status()).as("nobody was cut").isZero();
    }

    @Test
    void endsAtOnceOnSigint() throws Exception {
        awaitLine(" serves ");

        signal("INT");

        assertThat(rest()).singleElement().asString().contains("SIGINT");
        assertThat(status()).isEqualTo(130);
    }

    @Test
    void goesOnAfterSighup() throws Exception {
        awaitLine(" serves ");

        signal("HUP");

        assertThat(awaitLine("SIGHUP: No key has changed.")).contains("INFO");
        assertThat(process.isAlive()).isTrue();
    }

    private String awaitLine(String part) throws IOException {
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            if (line.contains(part)) {
                return line;
            }
        }
        throw new AssertionError("the gateway ended without a line that contains \"" + part + '"');
    }

    private List<String> rest() {
        return log.lines().toList();
    }

    private int status() throws InterruptedException {
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private void signal(String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }
}
