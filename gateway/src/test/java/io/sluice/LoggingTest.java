package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** What a process that logs and ends leaves on its two streams. */
class LoggingTest {
    /** Fewer than the queue holds, more than the terminal takes before the process ends. */
    private static final int LINES = 5000;

    @TempDir
    Path directory;

    private List<String> error = List.of();
    private List<String> output = List.of();

    @BeforeEach
    void runChatter() throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Chatter.class.getName())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        output = Files.readAllLines(out, UTF_8);
        error = Files.readAllLines(err, UTF_8);
    }

    @Test
    void writesOnlyWhatMattersToStderrAndLosesNothingAtTheEnd() {
        assertThat(output).isEmpty();
        assertThat(error.stream().filter(line -> line.contains(" INFO  LoggingTest$Chatter: line ")))
                .hasSize(LINES);
        assertThat(error)
                .noneMatch(line -> line.contains("unimportant"))
                .anyMatch(line -> line.contains(" WARN  undertow: important"))
                .anyMatch(line -> line.contains(" WARN  xnio: through jboss-logging"))
                .allMatch(line -> line.matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ (INFO |WARN ) [\\w$]+: .*"));
    }

    /** The process. */
    static final class Chatter {
        private Chatter() {}

        public static void main(String[] arguments) {
            CommandLine quiet = Main.commandLine();
            quiet.setOut(new PrintWriter(Writer.nullWriter()));
            Main.run(quiet, "--version");
            LoggerFactory.getLogger("io.undertow").info("unimportant");
            LoggerFactory.getLogger("io.undertow").warn("important");
            org.jboss.logging.Logger.getLogger("org.xnio").info("unimportant");
            org.jboss.logging.Logger.getLogger("org.xnio").warn("through jboss-logging");
            Logger log = LoggerFactory.getLogger(Chatter.class);
            log.debug("unimportant");
            for (int i = 0; i < LINES; i++) {
                log.info("line {}", i);
            }
            System.exit(0);
        }
    }
}
