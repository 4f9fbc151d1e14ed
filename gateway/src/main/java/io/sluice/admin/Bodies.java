package io.sluice.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import org.xnio.IoUtils;

/**
 * No call takes a body: what is to be done is in the URL. One that is announced is not waited for, since a body that never comes
 * would keep its connection, and its place among the calls, for ever.
 */
final class Bodies {
    private Bodies() {}

    /** @throws Refused a body is announced */
    static void refuse(HttpServerExchange exchange) throws Refused {
        if (!exchange.isRequestComplete()) {
            exchange.setPersistent(false);
            throw new Refused(413, "This takes no body.");
        }
    }

    /** Sends the answer; behind a request whose body has not come, the connection ends with it. */
    static void send(HttpServerExchange exchange, String body) {
        if (exchange.isRequestComplete()) {
            exchange.getResponseSender().send(body, UTF_8);
        } else {
            exchange.getResponseSender().send(body, UTF_8, new Hanger());
        }
    }

    private static final class Hanger implements IoCallback {
        @Override
        public void onComplete(HttpServerExchange exchange, Sender sender) {
            IoUtils.safeClose(exchange.getConnection());
        }

        @Override
        public void onException(HttpServerExchange exchange, Sender sender, IOException lost) {
            IoUtils.safeClose(exchange.getConnection());
        }
    }
}
