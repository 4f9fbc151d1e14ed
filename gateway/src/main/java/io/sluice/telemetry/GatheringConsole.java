package io.sluice.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The console behind logback's asynchronous appender: a line that finds the writer idle waits a moment, so that the writer is
 * woken up once for all lines of that moment. To wake a thread up costs an I/O thread more than to make the line.
 *
 * <p>While lines come faster than they are written none waits, nor does a warning or an error; an interrupt, with which logback
 * stops the writer, ends the wait. Who kills the process loses the lines of that moment.
 *
 * <p>Confined to the writer's thread.
 */
public final class GatheringConsole extends ConsoleAppender<ILoggingEvent> {
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private long lastWritten;

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().toInt() < Level.WARN_INT && foundIdle(event.getTimeStamp())) {
            LockSupport.parkNanos(GATHER_NANOS);
        }
        super.append(event);
        lastWritten = System.currentTimeMillis();
    }

    /** What was queued before the clock was put back, and seems to come yet, did not. */
    private boolean foundIdle(long time) {
        return time >= lastWritten && time <= System.currentTimeMillis();
    }
}
