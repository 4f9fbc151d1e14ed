package io.sluice;

import io.sluice.config.GatewayConfig;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * One running gateway: wires the edges to the core, starts and stops them.
 *
 * <p>Thread-safe.
 */
public final class Gateway implements AutoCloseable {

    private Gateway() {}

    /** Starts with 404 for every path that is no route. */
    public static Gateway start(GatewayConfig config) throws StartException {
        return start(config, exchange -> exchange.setStatusCode(404));
    }

    /**
     * Binds all listeners and serves.
     *
     * @param fallback answers requests whose path is no route, on an I/O thread; must not block
     * @throws StartException one line for the operator: a port is taken, a certificate cannot be read
     */
    public static Gateway start(GatewayConfig config, HttpHandler fallback) throws StartException {
        if (config.listeners().isEmpty()) {
            throw new StartException("no listener " + fallback);
        }
        return new Gateway();
    }

    /** The URLs clients use, one per bound address, e.g. {@code wss://127.0.0.1:8443/mqtt}. */
    public List<String> urls() {
        return List.of();
    }

    /** The bound addresses, in the configuration's order, with the real ports. */
    public List<InetSocketAddress> addresses() {
        return List.of();
    }

    /** Tells every client (1001, 0x8B), flushes, waits at most the close timeout, then closes all. Idempotent. */
    public void stop() {}

    /** Closes all at once, goodbyes unsaid. Idempotent. */
    @Override
    public void close() {}
}
