package io.sluice.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("stderr and system properties")
class LogSetupTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.007Z");

    private final PrintStream stderr = System.err;
    private final LoggerContext context = new LoggerContext();

    LogSetupTest() {
        context.setMDCAdapter(new LogbackMDCAdapter());
    }

    @AfterEach
    void restore() {
        context.stop();
        System.setErr(stderr);
        System.clearProperty(LogSetup.LEVEL_PROPERTY);
        System.clearProperty(ClassicConstants.CONFIG_FILE_PROPERTY);
    }

    @Test
    void logsOnStderrWhatAnOperatorWants() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, true, UTF_8));

        assertThat(new LogSetup().configure(context)).isEqualTo(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
        context.getLogger("io.sluice.Gateway").info("ours");
        context.getLogger("io.sluice.Gateway").debug("ours, in detail");
        context.getLogger("org.xnio").info("not of interest");
        context.getLogger("org.xnio").warn("a library's");
        context.getLogger("somebody.Else").info("else");
        context.stop();

        assertThat(written.toString(UTF_8).lines())
                .map(line -> line.replaceFirst("\\S+ ", ""))
                .containsExactly("INFO  Gateway: ours", "WARN  xnio: a library's", "INFO  Else: else");
    }

    @Test
    void takesTheLevelOfTheProperty() {
        System.setProperty(LogSetup.LEVEL_PROPERTY, "DEBUG");

        new LogSetup().configure(context);

        assertThat(context.getLogger("io.sluice.Gateway").isDebugEnabled()).isTrue();
        assertThat(context.getLogger("io.undertow").isInfoEnabled()).isFalse();
    }

    @Test
    void givesWayToAFileThatSomebodyNames() {
        System.setProperty(ClassicConstants.CONFIG_FILE_PROPERTY, "/etc/sluice/logback.xml");

        assertThat(new LogSetup().configure(context)).isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);

        assertThat(context.getLogger("ROOT").iteratorForAppenders()).isExhausted();
    }

    @Test
    void aLineHasTheTimeWithItsOffset() {
        String line = text(Level.ERROR, null);

        String[] parts = line.split(" ", 2);
        assertThat(OffsetDateTime.parse(parts[0]).toInstant()).isEqualTo(NOON);
        assertThat(parts[0]).contains(":00.007");
        assertThat(parts[1]).isEqualToNormalizingNewlines("ERROR Name: text of 2\n");
    }

    @Test
    void aStackFollowsInLinesOfItsOwn() {
        String line = text(Level.WARN, new IOException("gone"));

        assertThat(line.lines().skip(1))
                .first()
                .isEqualTo("java.io.IOException: gone");
        assertThat(line.lines().skip(2)).first().asString().startsWith("\tat ").contains("LogSetupTest");
        assertThat(line).endsWith(System.lineSeparator());
    }

    private String text(Level level, @Nullable Throwable thrown) {
        LoggingEvent event =
                new LoggingEvent("", context.getLogger("a.Name"), level, "text of {}", thrown, new Object[] {2});
        event.setInstant(NOON);
        return new String(new TextEncoder().encode(event), UTF_8);
    }
}
