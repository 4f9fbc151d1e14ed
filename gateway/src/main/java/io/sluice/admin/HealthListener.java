package io.sluice.admin;

import io.sluice.config.HostPort;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xnio.Options;

/**
 * Where balancers and kubelets ask: {@code /healthz} and {@code /readyz}, a word each, and nothing else. It needs no token, on
 * any address, since it tells nothing else. One thread of its own answers; nothing is waited for, and a connection ends with its
 * answer.
 *
 * <p>Thread-safe.
 */
public final class HealthListener implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 256;
    private static final int PARSE_MILLIS = 5_000;
    private static final int IDLE_MILLIS = 5_000;
    private static final int MOST_HEADER_BYTES = 8 * 1024;

    private final Operations operations;
    private final Undertow server;

    private HealthListener(List<HostPort> binds, Operations operations) {
        this.operations = operations;
        Undertow.Builder builder = Undertow.builder()
                .setIoThreads(1)
                .setWorkerThreads(1)
                .setDirectBuffers(false)
                .setBufferSize(4 * 1024)
                .setWorkerOption(Options.WORKER_NAME, "sluice-health")
                .setServerOption(UndertowOptions.MAX_HEADER_SIZE, MOST_HEADER_BYTES)
                .setSocketOption(Options.CONNECTION_HIGH_WATER, MOST_CONNECTIONS)
                .setSocketOption(Options.CONNECTION_LOW_WATER, MOST_CONNECTIONS - 1)
                .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, PARSE_MILLIS)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_MILLIS)
                .setServerOption(UndertowOptions.ENABLE_HTTP2, false)
                .setHandler(this::answer);
        binds.forEach(bind -> builder.addHttpListener(bind.port(), bind.host()));
        server = builder.build();
    }

    /**
     * Listens; null where there is nowhere to.
     *
     * @throws IOException an address cannot be had
     */
    public static @Nullable HealthListener start(List<HostPort> binds, Operations operations) throws IOException {
        if (binds.isEmpty()) {
            return null;
        }
        HealthListener listener = new HealthListener(binds, operations);
        try {
            listener.server.start();
        } catch (RuntimeException failed) {
            listener.server.stop();
            throw failed.getCause() instanceof IOException why ? why : new IOException(failed);
        }
        return listener;
    }

    /** The bound addresses, with the real ports. */
    public List<InetSocketAddress> addresses() {
        return server.getListenerInfo().stream()
                .map(info -> (InetSocketAddress) info.getAddress())
                .toList();
    }

    @Override
    public void close() {
        server.stop();
    }

    private void answer(HttpServerExchange exchange) {
        Answer answer;
        try {
            Bodies.refuse(exchange);
            AdminListener.allow(exchange, "GET");
            answer = switch (exchange.getRequestPath()) {
                case "/healthz" -> Health.live();
                case "/readyz" -> Health.ready(operations);
                default -> Answer.text(404, "nothing is here\n");
            };
        } catch (Refused refused) {
            answer = Answer.text(refused.status(), refused.sentence() + "\n");
        }
        exchange.setStatusCode(answer.status());
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, answer.type());
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
        exchange.setPersistent(false);
        Bodies.send(exchange, answer.body());
    }
}
