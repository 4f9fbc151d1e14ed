package io.sluice.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.CoreConstants;
import ch.qos.logback.core.read.ListAppender;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogSetupTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.007Z");

    private final LoggerContext context = new LoggerContext();

    LogSetupTest() {
        context.setMDCAdapter(new LogbackMDCAdapter());
    }

    @AfterEach
    void restore() {
        context.stop();
        System.clearProperty(LogSetup.LEVEL_PROPERTY);
        System.clearProperty(ClassicConstants.CONFIG_FILE_PROPERTY);
    }

    @Test
    void logsWhatAnOperatorWants() {
        List<String> lines = lines(() -> {
            context.getLogger("io.sluice.Gateway").info("ours");
            context.getLogger("io.sluice.Gateway").debug("ours, in detail");
            context.getLogger("org.xnio").info("not of interest");
            context.getLogger("org.xnio").warn("a library's");
            context.getLogger("somebody.Else").info("else");
        });

        assertThat(lines)
                .map(line -> line.replaceFirst("\\S+ ", ""))
                .containsExactly("INFO  Gateway: ours", "WARN  xnio: a library's", "INFO  Else: else");
    }

    @Test
    void flushesAtTheEndOfTheProcess() {
        new LogSetup().configure(context);

        assertThat(context.getObject(CoreConstants.SHUTDOWN_HOOK_THREAD)).isInstanceOf(Thread.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.netty", "io.undertow", "org.xnio", "org.jboss", "org.apache.activemq"})
    void librariesWarn(String library) {
        new LogSetup().configure(context);

        assertThat(context.getLogger(library + ".Any").getEffectiveLevel()).isEqualTo(Level.WARN);
    }

    @Test
    void takesTheLevelOfTheProperty() {
        System.setProperty(LogSetup.LEVEL_PROPERTY, "DEBUG");

        new LogSetup().configure(context);

        assertThat(context.getLogger("io.sluice.Gateway").isDebugEnabled()).isTrue();
        assertThat(context.getLogger("io.undertow").isInfoEnabled()).isFalse();
    }

    @Test
    void logsJsonWhenTold() {
        List<String> lines = lines(() -> {
            LogSetup.toJson(context);
            context.getLogger("io.sluice.Gateway").info("ours");
        });

        assertThat(lines).singleElement().asString().startsWith("{").contains("\"message\":\"ours\"");
    }

    @Test
    void givesWayToAFileThatSomebodyNames(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("logback.xml"), "<configuration/>");
        System.setProperty(ClassicConstants.CONFIG_FILE_PROPERTY, file.toString());

        assertThat(new LogSetup().configure(context)).isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);

        assertThat(context.getLogger("ROOT").iteratorForAppenders()).isExhausted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/none.xml", "none.xml", "/", ""})
    void tellsOfANamedFileThatIsNotThere(String file) {
        System.setProperty(ClassicConstants.CONFIG_FILE_PROPERTY, file);
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        context.getLogger(LogSetup.class).addAppender(told);

        assertThat(new LogSetup().configure(context)).isEqualTo(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);

        assertThat(told.list)
                .map(ILoggingEvent::getFormattedMessage)
                .containsExactly("logback.configurationFile: \"" + file
                        + "\" is not there, write a file or URL; logs go to stderr");
        assertThat(console().getTarget()).isEqualTo("System.err");
        assertThat(context.getLogger("ROOT").getLevel()).isEqualTo(Level.INFO);
    }

    @Test
    void aLineHasTheTimeWithItsOffset() {
        assertThat(text(Level.ERROR, "UTC", null))
                .isEqualToNormalizingNewlines("2026-03-01T12:00:00.007Z ERROR Name: text of é\n");
        assertThat(text(Level.INFO, "Asia/Kolkata", null))
                .isEqualToNormalizingNewlines("2026-03-01T17:30:00.007+05:30 INFO  Name: text of é\n");
    }

    @Test
    void aStackFollowsInLinesOfItsOwn() {
        String text = text(Level.WARN, "UTC", new IOException("gone", new IllegalStateException("cause")));

        assertThat(text.lines())
                .contains("java.io.IOException: gone", "Caused by: java.lang.IllegalStateException: cause")
                .anyMatch(line -> line.startsWith("\tat ") && line.contains("LogSetupTest"));
        assertThat(text).startsWith("2026").endsWith(System.lineSeparator());
    }

    /** What is written while the setup is in use. */
    private List<String> lines(Runnable log) {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        assertThat(new LogSetup().configure(context)).isEqualTo(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
        console().setOutputStream(written);
        log.run();
        context.stop();
        return written.toString(UTF_8).lines().toList();
    }

    private ConsoleAppender<ILoggingEvent> console() {
        AsyncAppender queue = (AsyncAppender) context.getLogger("ROOT").getAppender("ASYNC");
        return (ConsoleAppender<ILoggingEvent>) queue.getAppender("STDERR");
    }

    private String text(Level level, String zone, @Nullable Throwable thrown) {
        LoggingEvent event =
                new LoggingEvent("", context.getLogger("a.Name"), level, "text of {}", thrown, new Object[] {"é"});
        event.setInstant(NOON);
        return new String(new TextEncoder(ZoneId.of(zone)).encode(event), UTF_8);
    }
}
