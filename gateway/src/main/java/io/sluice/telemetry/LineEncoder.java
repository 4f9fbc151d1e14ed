package io.sluice.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;

/**
 * A log of lines in UTF-8, with nothing before the first and behind the last.
 *
 * <p>Thread-safe.
 */
abstract class LineEncoder extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};

    /** The event, ended as a line. */
    abstract String line(ILoggingEvent event);

    /** The logger's name without its package. */
    static String logger(ILoggingEvent event) {
        String name = event.getLoggerName();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        return line(event).getBytes(UTF_8);
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
