package io.sluice.telemetry;

import io.sluice.config.Quote;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One line for each ended session, at DEBUG for ordinary endings and INFO for the others.
 *
 * <p>Thread-safe.
 */
public final class SessionLog {
    private final Logger log = LoggerFactory.getLogger("io.sluice.session");

    /** Writes the line. */
    public void ended(SessionEnd end) {
        Level level = end.ordinary() ? Level.DEBUG : Level.INFO;
        if (log.isEnabledForLevel(level)) {
            log.atLevel(level).log(line(end));
        }
    }

    static String line(SessionEnd end) {
        return String.format(
                Locale.ROOT,
                "ended cause=%s%s by=%s client=%s:%d client-id=%s listener=%s route=%s broker=%s mqtt=%s keep-alive=%ds duration=%.3fs throttled=%.3fs rates-reached=%d"
                        + " packets-in=%d packets-out=%d bytes-in=%d bytes-out=%d",
                end.cause(),
                end.brokerCode() == 0 ? "" : String.format(Locale.ROOT, " code=0x%02X", end.brokerCode()),
                end.closedBy(),
                end.client().getHostString(),
                end.client().getPort(),
                end.clientId() == null ? "-" : Quote.quote(end.clientId()),
                end.listener(),
                end.route(),
                end.broker() == null ? "-" : end.broker(),
                version(end.level()),
                end.keepAliveSeconds(),
                end.durationNanos() / 1e9,
                end.throttledNanos() / 1e9,
                end.ratesReached(),
                end.packetsIn(),
                end.packetsOut(),
                end.bytesIn(),
                end.bytesOut());
    }

    private static String version(int level) {
        return switch (level) {
            case 0 -> "-";
            case 3 -> "3.1";
            case 4 -> "3.1.1";
            default -> Integer.toString(level);
        };
    }
}
