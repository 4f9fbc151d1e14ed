package io.sluice.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.util.List;
import org.slf4j.event.KeyValuePair;

/**
 * Writes each log event as one flat JSON object on one line: time, level, logger, message, then the event's own pairs with
 * their types ({@code log.format=json}). A configuration file of logback may name it.
 *
 * <p>Thread-safe.
 */
public final class JsonEncoder extends LineEncoder {
    /** A stack of ours is long, and none of others' text. */
    private static final int MOST_STACK_LINES = 64;

    @Override
    String line(ILoggingEvent event) {
        Json line = new Json()
                .put("time", event.getInstant().toString())
                .put("level", event.getLevel().toString())
                .put("logger", logger(event))
                .put("message", event.getFormattedMessage());
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            pairs.forEach(pair -> put(line, pair));
        }
        if (event.getThrowableProxy() != null) {
            line.array("stack");
            ThrowableProxyUtil.asString(event.getThrowableProxy())
                    .lines()
                    .limit(MOST_STACK_LINES)
                    .map(String::strip)
                    .forEach(line::add);
            line.end();
        }
        return line + "\n";
    }

    private static void put(Json line, KeyValuePair pair) {
        if (pair.value instanceof Long || pair.value instanceof Integer) {
            line.put(pair.key, ((Number) pair.value).longValue());
        } else if (pair.value instanceof Boolean bit) {
            line.put(pair.key, bit);
        } else if (pair.value instanceof java.time.Duration time) {
            line.putMillis(pair.key, time.toNanos());
        } else {
            line.put(pair.key, pair.value == null ? null : pair.value.toString());
        }
    }
}
