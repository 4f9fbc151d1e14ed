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
        long behind = waits();
        console.doAppend(line("old", System.currentTimeMillis() - 60_000)); // the first has no line before it
        long idle = waits();
        console.doAppend(line("behind", System.currentTimeMillis() - 60_000));
        console.doAppend(line("still behind", System.currentTimeMillis() - 60_000));
        long caughtUp = waits();
        console.doAppend(line("fresh", System.currentTimeMillis() + 60_000));

        assertThat(idle - behind).isEqualTo(1);
        assertThat(caughtUp - idle).isZero();
        assertThat(waits() - caughtUp).isEqualTo(1);
        assertThat(written.toString(UTF_8)).isEqualToNormalizingNewlines("old\nbehind\nstill behind\nfresh\n");
    }

    @Test
    void noLineIsLostWhenTheWriterStops() {
        AsyncAppender writer = new AsyncAppender();
        writer.setContext(context);
        writer.addAppender(console);
        writer.start();

        IntStream.range(0, 100).forEach(i -> writer.doAppend(line("line " + i, System.currentTimeMillis())));
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

    private LoggingEvent line(String text, long time) {
        LoggingEvent event = new LoggingEvent("", context.getLogger("test"), Level.INFO, text, null, null);
        event.setTimeStamp(time);
        return event;
    }
}
