package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {
    private static final String LOOPBACK = "--set=listener.bind=127.0.0.1:0";
    private static final String BROKER = "--set=cluster.brokers=127.0.0.1:1883";

    @TempDir
    Path directory;

    private final CommandLine commandLine = Main.commandLine();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void showsItsUsageOnStderrWhenCalledWithoutCommand() {
        int status = run();

        assertThat(status).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).startsWith("Usage: sluice [-hV] COMMAND").contains("Exit codes: 0 done");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void showsItsUsageOnStdoutWhenAsked(String argument) {
        int status = run(argument);

        assertThat(status).isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString())
                .contains("\n  run ", "\n  check ", "\n  dev-certs ", "\n  train ", "\n  generate-completion ");
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void namesItsVersionAndTheJavaItRunsOn() {
        int status = run("--version");

        assertThat(status).isZero();
        assertThat(out.toString().strip())
                .matches("sluice \\d+\\.\\d+\\.\\d+\\S* \\(Java "
                        + Runtime.version().feature() + "\\b.*\\)");
    }

    @Test
    void suggestsTheCommandThatWasMeant() {
        int status = run("chek");

        assertThat(status).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("'chek'").contains("sluice check").contains("Try 'sluice --help'.");
    }

    @Test
    void namesAnUnknownOptionAndWhereToLook() {
        int status = run("run", "--foo");

        assertThat(status).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly("sluice: Unknown option: '--foo'", "Try 'sluice run --help'.");
    }

    @Test
    void refusesALogLevelThatIsNone() {
        System.setProperty("sluice.log.level", "DEBG");
        try {
            assertThat(run("--version")).isEqualTo(2);
        } finally {
            System.clearProperty("sluice.log.level");
        }

        assertThat(err.toString())
                .isEqualToNormalizingNewlines(
                        "sluice: sluice.log.level: \"DEBG\" is not a level; write one of ERROR, WARN,"
                                + " INFO, DEBUG, TRACE, OFF\n");
    }

    @Test
    void checkPrintsEachSettingWithItsOriginInOneColumn() throws Exception {
        Path file = write("cluster.brokers=127.0.0.1:1883\nlistener.tls=off\n");

        int status = run("check", "-c", file.toString(), LOOPBACK);

        assertThat(err.toString()).isEmpty();
        assertThat(status).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines)
                .anyMatch(line -> line.matches("cluster.*\\.brokers=127\\.0\\.0\\.1:1883 +# .*gateway\\.properties:1"))
                .anyMatch(line -> line.matches("listener.*\\.bind=127\\.0\\.0\\.1:0 +# --set.*"))
                .allMatch(line -> line.contains("   # "));
        assertThat(lines.stream()
                        .filter(line -> line.indexOf("   # ") <= 60)
                        .map(line -> line.lastIndexOf("   # "))
                        .distinct())
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "run"})
    void printsEveryProblemInALineOfItsOwn(String command) throws Exception {
        Path file = write("""
                cluster.brokers=127.0.0.1:1883
                listener.tls=off
                clustr.brokers=a:1
                limit.packet.max=256kb
                """);

        int status = run(command, "-c", file.toString(), LOOPBACK);

        assertThat(status).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .hasSize(2)
                .anyMatch(line -> line.contains("gateway.properties:3: ") && line.contains("clustr.brokers"))
                .anyMatch(line -> line.contains("gateway.properties:4: ") && line.contains("256kb"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "run"})
    void namesAFileThatIsNotThere(String command) {
        Path file = directory.resolve("absent.properties");

        int status = run(command, "-c", file.toString());

        assertThat(status).isEqualTo(2);
        assertThat(err.toString().lines()).anyMatch(line -> line.contains(file.toString()));
        assertThat(err.toString()).doesNotContain("\tat ", "Exception");
    }

    @Test
    void checkReportsACertificateThatCannotBeRead() {
        Path absent = directory.resolve("absent.pem");

        int status =
                run("check", LOOPBACK, BROKER, "--set=tls.certificate=" + absent, "--set=tls.private-key=" + absent);

        assertThat(status).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines()).singleElement().asString().contains(absent.toString());
    }

    @Test
    void writesDevelopmentCertificatesThatCheckAccepts() {
        Path target = directory.resolve("certs");

        int written = run("dev-certs", target.toString());
        List<String> sets = out.toString()
                .lines()
                .filter(line -> line.startsWith("tls."))
                .map(line -> "--set=" + line)
                .toList();
        int checked = run("check", LOOPBACK, BROKER, sets.get(0), sets.get(1));

        assertThat(err.toString()).isEmpty();
        assertThat(written).isZero();
        assertThat(checked).isZero();
        assertThat(out.toString()).contains(target.resolve("ca.crt").toString());
    }

    @Test
    void saysWhyDevelopmentCertificatesCannotBeWritten() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        int status = run("dev-certs", file.toString());

        assertThat(status).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().strip())
                .isEqualTo("sluice: cannot write certificates to " + file + ": " + file + " is not a directory");
    }

    @Test
    void generatesACompletionScript() {
        int status = run("generate-completion");

        assertThat(status).isZero();
        assertThat(out.toString()).contains("complete -F _complete_sluice").contains("dev-certs");
    }

    @Test
    void tellsAFailedStartInOneLine() {
        commandLine.addSubcommand(new Failing(new StartException("cannot listen on [::]:443 (listener.bind)")));

        int status = run("fail");

        assertThat(status).isEqualTo(1);
        assertThat(err.toString().strip()).isEqualTo("sluice: cannot listen on [::]:443 (listener.bind)");
    }

    @Test
    void logsABugWithItsStack() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(Main.class);
        log.start();
        logger.addAppender(log);
        logger.setAdditive(false);
        commandLine.addSubcommand(new Failing(new IllegalStateException("never happens")));

        int status = run("fail");

        logger.detachAppender(log);
        logger.setAdditive(true);
        assertThat(status).isEqualTo(1);
        assertThat(log.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).hasToString("ERROR");
            assertThat(event.getThrowableProxy().getMessage()).isEqualTo("never happens");
        });
    }

    @Command(name = "fail")
    private record Failing(Exception exception) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            throw exception;
        }
    }

    private int run(String... arguments) {
        commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return Main.run(commandLine, arguments);
    }

    private Path write(String text) throws Exception {
        return Files.writeString(directory.resolve("gateway.properties"), text);
    }
}
