package io.sluice.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * Writes each log event as one line of UTF-8: time with its offset from UTC, level, logger without package, message. The stack of
 * a throwable follows in lines of its own. Escapes nothing: who logs quotes what others wrote.
 *
 * <p>Thread-safe.
 */
final class TextEncoder extends LineEncoder {
    /** As long as most are, in characters. */
    private static final int LINE = 512;

    private final DateTimeFormatter time;

    /** @param zone whose clock the lines show */
    TextEncoder(ZoneId zone) {
        time = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX").withZone(zone);
    }

    @Override
    String line(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(LINE);
        time.formatTo(event.getInstant(), line);
        line.append(' ').append(padded(event.getLevel())).append(' ');
        line.append(logger(event))
                .append(": ")
                .append(event.getFormattedMessage())
                .append(System.lineSeparator());
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            line.append(ThrowableProxyUtil.asString(thrown));
        }
        return line.toString();
    }

    /** Levels stand one below the other. */
    private static String padded(Level level) {
        String name = level.toString();
        return name.length() == 4 ? name + ' ' : name;
    }
}
