package io.sluice.listener;

import io.undertow.server.Connectors;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.xnio.IoUtils;
import org.xnio.XnioIoThread;
import org.xnio.conduits.ReadReadyHandler;

/**
 * A handshake that waits for its verdict. The exchange waits, the I/O thread does not; the verdict is acted on once, on the
 * connection's own I/O thread.
 *
 * <p>Undertow does not read while a request is handled, so it would see that the client has gone only when it writes the answer.
 * Until then the request to the auth service and the client's place would stay taken; here they are given up at once. A
 * client has nothing to send before the answer (RFC 6455 4.1): one that does is refused.
 *
 * <p>Confined to its connection's I/O thread.
 */
final class AuthWait implements ReadReadyHandler {
    private final HttpServerExchange exchange;
    private final HttpServerConnection connection;
    private final XnioIoThread thread;
    private final Function<ForwardAuth.Verdict, HttpHandler> answer;
    private final ByteBuffer early = ByteBuffer.allocate(1);
    private Runnable giveUp = () -> {};
    private boolean over;

    /** @param answer acts on the verdict; the connection may be closed */
    AuthWait(HttpServerExchange exchange, Function<ForwardAuth.Verdict, HttpHandler> answer) {
        this.exchange = exchange;
        this.answer = answer;
        connection = (HttpServerConnection) exchange.getConnection();
        thread = exchange.getIoThread();
    }

    void begin(ForwardAuth auth) {
        giveUp = auth.ask(exchange, this::told);
        HeaderGuard.watch(connection, this);
    }

    /** On any thread. */
    private void told(ForwardAuth.Verdict verdict) {
        try {
            thread.execute(() -> end(verdict));
        } catch (RejectedExecutionException ending) {
            // the gateway stops, with all its connections
        }
    }

    private void end(ForwardAuth.Verdict verdict) {
        if (!over) {
            over = true;
            HeaderGuard.unwatch(connection);
            Connectors.executeRootHandler(answer.apply(verdict), exchange);
        }
    }

    @Override
    public void readReady() {
        int read;
        try {
            read = HeaderGuard.read(connection, early.clear());
        } catch (IOException lost) {
            read = -1;
        }
        if (read == 0 || over) {
            return;
        }
        if (read < 0) {
            IoUtils.safeClose(connection);
            end(ForwardAuth.Verdict.DENIED); // nobody is left to hear it
        } else {
            end(ForwardAuth.Verdict.EARLY);
        }
        giveUp.run(); // at last, so that who sees the request end finds the place free
    }

    /** The worker stops. */
    @Override
    public void forceTermination() {
        IoUtils.safeClose(connection);
    }

    @Override
    public void terminated() {
        // the next read tells
    }
}
