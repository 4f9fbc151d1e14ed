package io.sluice;

import io.sluice.config.DrainConfig;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a gateway, in steps, all counted from the signal:
 *
 * <pre>
 * signal                unready-delay                            + close-spread-time        hard-stop-after
 *   | not ready, but        | listening sockets closed; sessions       | all are told to      | what is left
 *   | clients are let in    | are told to go, one after the other      | go; wait for them    | is cut
 * </pre>
 *
 * <p>It ends as soon as no session is left behind the first step.
 *
 * <p>Confined to one thread.
 */
final class Drain {
    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    private static final long POLL_MILLIS = 20;

    private final Gateway gateway;
    private final DrainConfig config;
    private final CountDownLatch hurry;
    private final long signalledAt = System.nanoTime();

    /** @param hurry when it falls, all is cut at once */
    Drain(Gateway gateway, DrainConfig config, CountDownLatch hurry) {
        this.gateway = gateway;
        this.config = config;
        this.hurry = hurry;
    }

    /**
     * Does all of it; the gateway is closed afterwards.
     *
     * @return every session has ended by itself
     */
    boolean run() throws InterruptedException {
        LOG.info(
                "drains: not ready; listening sockets close in {}, {} sessions are told to go within {}",
                words(config.unreadyDelay()),
                gateway.sessions(),
                words(config.closeSpreadTime()));
        gateway.beUnready();
        boolean patient = !hurry.await(config.unreadyDelay().toNanos(), TimeUnit.NANOSECONDS);
        gateway.stopListening();
        if (patient) {
            gateway.tellSessions(
                    config.closeSpreadTime(), config.serverReference().orElse(null));
            patient = awaitSessions();
        }
        int left = gateway.sessions();
        gateway.close();
        if (left > 0) {
            LOG.warn(
                    "drained but for {} sessions, which are cut {}",
                    left,
                    patient ? "after hard-stop-after" : "in a hurry");
        } else {
            LOG.info("drained: no session is left");
        }
        return left == 0;
    }

    /** Returns false when there is a hurry. */
    private boolean awaitSessions() throws InterruptedException {
        while (gateway.sessions() > 0) {
            long left = config.hardStopAfter().toNanos() - (System.nanoTime() - signalledAt);
            if (left <= 0) {
                return true;
            }
            if (hurry.await(Math.min(left, TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS)), TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
        return true;
    }

    private static String words(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }
}
