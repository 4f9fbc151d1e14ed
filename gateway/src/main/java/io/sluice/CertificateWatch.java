package io.sluice;

import io.sluice.tls.TlsBundle;
import io.sluice.tls.TlsException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the files of certificates by their content, through symbolic links, and puts in force what has changed since they
 * were last read, however long before the first look that was. Files that cannot be used, as a key and a certificate of which
 * one is already new, change nothing; they are told of once, and looked at again.
 *
 * <p>Thread-safe.
 */
final class CertificateWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);

    private final Map<String, TlsBundle> bundles;
    private final Consumer<Boolean> outcome;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "sluice-certificates");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Does not look yet.
     *
     * @param bundles by name of their listener
     * @param outcome is told of each change whether it was taken
     */
    CertificateWatch(Map<String, TlsBundle> bundles, Consumer<Boolean> outcome) {
        this.bundles = Map.copyOf(bundles);
        this.outcome = outcome;
    }

    void start() {
        bundles.forEach(
                (listener, bundle) -> bundle.reloadInterval().ifPresent(interval -> watch(listener, bundle, interval)));
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    private void watch(String listener, TlsBundle bundle, Duration interval) {
        Watched watched = new Watched(listener, bundle, outcome);
        var unused = clock.scheduleWithFixedDelay(
                watched::look, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * The files of one listener.
     *
     * <p>Confined to the watch's thread.
     */
    static final class Watched {
        private final String listener;
        private final TlsBundle bundle;
        private final Consumer<Boolean> outcome;
        private String told = "";

        Watched(String listener, TlsBundle bundle, Consumer<Boolean> outcome) {
            this.listener = listener;
            this.bundle = bundle;
            this.outcome = outcome;
        }

        /** Takes what has changed, if it can be used. */
        void look() {
            try {
                if (!bundle.filesChanged()) {
                    return;
                }
                bundle.reload();
                told = "";
                outcome.accept(true);
                LOG.info(
                        "new certificate listener={} expires={}",
                        listener,
                        bundle.certificate().getNotAfter().toInstant());
                bundle.warnings().forEach(LOG::warn);
            } catch (TlsException wrong) {
                outcome.accept(false);
                tell(wrong.getMessage());
            } catch (RuntimeException | Error bug) { // a look that throws would be the last
                outcome.accept(false);
                LOG.error("bug in the gateway; certificates were not looked at listener={}", listener, bug);
            }
        }

        private void tell(@Nullable String problem) {
            String line = String.valueOf(problem);
            if (!line.equals(told)) {
                told = line;
                LOG.warn("changed certificate not taken, the old one is served listener={} reason={}", listener, line);
            }
        }
    }
}
