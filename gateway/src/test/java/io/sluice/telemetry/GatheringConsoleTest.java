package io.sluice.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lines that wait for more. */
@Timeout(30)
class GatheringConsoleTest {
    private final LoggerContext context = new LoggerContext();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final GatheringConsole console = new GatheringConsole();

    @BeforeEach
    void open() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n");
        encoder.start();
        console.setContext(context);
        console.setEncoder(encoder);
        console.start();
        console.setOutputStream(written);
    }

    @Test
    void aLineWaitsOnlyWhereTheWriterWasIdle() {
        assertThat(waitsFor(Level.INFO, 0)).isEqualTo(1);
        assertThat(waitsFor(Level.INFO, -60_000))
                .as("queued while others were written")
                .isZero();
        assertThat(waitsFor(Level.INFO, 60_000))
                .as("queued before the clock was put back")
                .isZero();
        assertThat(waitsFor(Level.WARN, 0)).as("a warning").isZero();
        assertThat(waitsFor(Level.INFO, 0)).isEqualTo(1);
        assertThat(written.toString(UTF_8)).isEqualToNormalizingNewlines("0\n-60000\n60000\n0\n0\n");
    }

    /** How often this thread waits to write a line of the time that differs so from now. */
    private long waitsFor(Level level, long millis) {
        long before = waits();
        console.doAppend(line(level, Long.toString(millis), System.currentTimeMillis() + millis));
        return waits() - before;
    }

    @Test
    void noLineIsLostWhenTheWriterStops() {
        AsyncAppender writer = new AsyncAppender();
        writer.setContext(context);
        writer.addAppender(console);
        writer.start();

        IntStream.range(0, 100)
                .forEach(i -> writer.doAppend(line(Level.INFO, "line " + i, System.currentTimeMillis())));
        writer.stop();

        String all = IntStream.range(0, 100).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
        assertThat(written.toString(UTF_8)).isEqualToNormalizingNewlines(all);
    }

    /** How often this thread has waited. */
    private static long waits() {
        return ManagementFactory.getThreadMXBean()
                .getThreadInfo(Thread.currentThread().getId())
                .getWaitedCount();
    }

    private LoggingEvent line(Level level, String text, long time) {
        LoggingEvent event = new LoggingEvent("", context.getLogger("test"), level, text, null, null);
        event.setTimeStamp(time);
        return event;
    }
}
