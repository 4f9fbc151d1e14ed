package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;

/**
 * What the gateway logs, from DEBUG on, while this is open.
 *
 * <p>Thread-safe.
 */
final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final LinkedBlockingQueue<ILoggingEvent> events = new LinkedBlockingQueue<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final List<Logger> verbose = List.of((Logger) LoggerFactory.getLogger("io.sluice"));

    LogLines() {
        setContext(root.getLoggerContext());
        start();
        root.addAppender(this);
        for (Logger logger : verbose) {
            logger.setLevel(Level.DEBUG);
            logger.setAdditive(false);
            logger.addAppender(this);
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        events.add(event);
    }

    /** Waits for a line that contains the text; it and those before it are taken. */
    String await(String part) throws InterruptedException {
        StringBuilder others = new StringBuilder();
        for (ILoggingEvent event = events.poll(Wire.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                event != null;
                event = events.poll(Wire.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            if (event.getFormattedMessage().contains(part)) {
                return event.getFormattedMessage();
            }
            others.append('\n').append(event.getFormattedMessage());
        }
        throw new AssertionError("no line with \"" + part + "\" but" + others);
    }

    /** How many lines there are that contain the text. */
    long count(String part) {
        return events.stream()
                .filter(event -> event.getFormattedMessage().contains(part))
                .count();
    }

    void clear() {
        events.clear();
    }

    /** No line that would wake somebody, no stack trace. */
    void assertQuiet() {
        Predicate<ILoggingEvent> loud =
                event -> event.getLevel().isGreaterOrEqual(Level.WARN) || event.getThrowableProxy() != null;
        assertThat(events.stream().filter(loud).map(ILoggingEvent::toString)).isEmpty();
    }

    @Override
    public void close() {
        root.detachAppender(this);
        for (Logger logger : verbose) {
            logger.detachAppender(this);
            logger.setAdditive(true);
            logger.setLevel(Level.INFO);
        }
    }
}
