package io.sluice.listener;

import io.sluice.config.HostPort;
import io.sluice.config.Quote;
import io.sluice.telemetry.Metrics;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts and tells which handshakes were refused: all of them at DEBUG; a refused Origin, which more often is a forgotten setting than an
 * attack, at INFO with the key that would allow it, at most once a second.
 *
 * <p>Thread-safe.
 */
final class RefusalLog {
    private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String listener;
    private final ClientFacts facts;
    private final Metrics metrics;
    private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());
    private final AtomicInteger untold = new AtomicInteger();

    RefusalLog(String listener, ClientFacts facts, Metrics metrics) {
        this.listener = listener;
        this.facts = facts;
        this.metrics = metrics;
    }

    /** @param route null where none was found */
    void refused(HttpServerExchange exchange, Refusal refusal, Routes.@Nullable Route route) {
        metrics.refused(listener, refusal.label());
        if (refusal == Refusal.ORIGIN && route != null && mayTell()) {
            String name = route.config().name();
            LOG.info(
                    "handshake refused status=403 reason=origin listener={} client={} origin={} key={} untold={}",
                    listener,
                    client(exchange),
                    header(exchange),
                    name.equals("default") ? "route.origins" : "route." + name + ".origins",
                    untold.getAndSet(0));
        } else if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "handshake refused status={} reason={} listener={} client={} host={} path={}",
                    refusal.status(),
                    refusal.label(),
                    listener,
                    client(exchange),
                    Quote.quote(String.valueOf(exchange.getRequestHeaders().getFirst(Headers.HOST))),
                    Quote.quote(exchange.getRequestPath()));
        }
    }

    private boolean mayTell() {
        long now = System.nanoTime();
        long until = quietUntil.get();
        if (now - until >= 0 && quietUntil.compareAndSet(until, now + PAUSE_NANOS)) {
            return true;
        }
        untold.incrementAndGet();
        return false;
    }

    private static String header(HttpServerExchange exchange) {
        return Quote.quote(exchange.getRequestHeaders().getFirst(Headers.ORIGIN));
    }

    private String client(HttpServerExchange exchange) {
        return HostPort.of(facts.address(exchange)).toString();
    }
}
