package io.sluice.listener;

import io.sluice.telemetry.Metrics;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Protocols;
import io.undertow.util.SameThreadExecutor;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSinkConduit;

/**
 * Judges upgrade requests (RFC 6455 4.2), cheapest check first, and upgrades the good ones. Each refusal has its status, one
 * plain sentence as its body, and a label in the log.
 *
 * <p>Thread-safe; a request is judged on its connection's I/O thread.
 */
final class Handshake implements HttpHandler {

    /** Takes over an upgraded connection. */
    interface Upgrade {
        void upgraded(HttpServerExchange exchange, Routes.Route route, String subprotocol);
    }

    private static final HttpString SEC_WEBSOCKET_KEY = HttpString.tryFromString("Sec-WebSocket-Key");
    private static final HttpString SEC_WEBSOCKET_ACCEPT = HttpString.tryFromString("Sec-WebSocket-Accept");
    private static final HttpString SEC_WEBSOCKET_VERSION = HttpString.tryFromString("Sec-WebSocket-Version");
    private static final HttpString SEC_WEBSOCKET_PROTOCOL = HttpString.tryFromString("Sec-WebSocket-Protocol");

    /** RFC 6455 1.3. */
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /** A name of the DNS has 253 characters at most (RFC 1035 3.1 without the root), a port six with its colon. */
    private static final int MOST_OF_HOST = 253 + 6;

    private static final int KEY_BYTES = 16;
    private static final int KEY_LENGTH = 24;

    private final RefusalLog log;
    private volatile Routes routes;
    private final ClientFacts facts;
    private final HttpHandler fallback;
    private final BooleanSupplier stopping;
    private final Upgrade upgrade;

    Handshake(
            String listener,
            Metrics metrics,
            Routes routes,
            ClientFacts facts,
            HttpHandler fallback,
            BooleanSupplier stopping,
            Upgrade upgrade) {
        log = new RefusalLog(listener, facts, metrics);
        this.routes = routes;
        this.facts = facts;
        this.fallback = fallback;
        this.stopping = stopping;
        this.upgrade = upgrade;
    }

    /** From the next request on these routes serve. */
    void use(Routes next) {
        routes = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        Routes routes = this.routes; // one set for the whole request
        // a path parameter is no part of Undertow's path, but it is one of an exact path
        if (!routes.serves(exchange.getRequestPath())
                || exchange.getRequestURI().indexOf(';') >= 0) {
            log.refused(exchange, Refusal.NO_ROUTE, null);
            fallback.handleRequest(exchange);
            return;
        }
        Ticket ticket = HeaderGuard.ticket((HttpServerConnection) exchange.getConnection());
        Refusal refusal = stopping.getAsBoolean() ? Refusal.STOPPING : ticket.closedDoor();
        refusal = refusal != null ? refusal : judgeRequest(exchange);
        refusal = refusal != null ? refusal : judgeAddress(exchange, ticket);
        if (refusal != null) {
            refuse(exchange, refusal, null);
            return;
        }
        Routes.Route route = routes.find(exchange.getRequestPath(), exchange.getHostName());
        if (route == null) {
            refuse(exchange, Refusal.NO_ROUTE, null);
            return;
        }
        refusal = judgeOrigin(exchange, route);
        String subprotocol = subprotocol(exchange, route);
        if (refusal == null && subprotocol == null) {
            refusal = Refusal.SUBPROTOCOL;
        }
        if (refusal == null && !route.policy().dialer().live()) {
            refusal = Refusal.NO_BROKER;
        }
        if (refusal == null && !ticket.takeSession()) {
            refusal = Refusal.FULL;
        }
        ForwardAuth auth = route.auth();
        if (refusal != null) {
            refuse(exchange, refusal, route);
        } else if (subprotocol != null && auth != null) {
            ask(exchange, route, auth, subprotocol);
        } else if (subprotocol != null) {
            accept(exchange, route, subprotocol);
        }
    }

    private void ask(HttpServerExchange exchange, Routes.Route route, ForwardAuth auth, String subprotocol) {
        AuthWait wait = new AuthWait(exchange, verdict -> waiting -> answered(waiting, route, verdict, subprotocol));
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> wait.begin(auth));
    }

    private void answered(
            HttpServerExchange exchange, Routes.Route route, ForwardAuth.Verdict verdict, String subprotocol) {
        if (Thread.currentThread() != exchange.getIoThread()) {
            throw new IllegalStateException("not on the connection's I/O thread");
        }
        Refusal refusal = stopping.getAsBoolean() ? Refusal.STOPPING : verdict.refusal();
        if (!exchange.getConnection().isOpen()) {
            exchange.endExchange(); // the client has not waited
        } else if (refusal == null) {
            accept(exchange, route, subprotocol);
        } else {
            for (String challenge : verdict.challenges()) {
                exchange.getResponseHeaders().add(Headers.WWW_AUTHENTICATE, challenge);
            }
            refuse(exchange, refusal, route);
        }
    }

    private static @Nullable Refusal judgeRequest(HttpServerExchange exchange) {
        HeaderMap headers = exchange.getRequestHeaders();
        if (!exchange.getRequestMethod().toString().equals("GET")) {
            return Refusal.METHOD;
        }
        if (!exchange.getProtocol().equals(Protocols.HTTP_1_1)
                || !tokens(headers.get(Headers.UPGRADE)).stream().anyMatch("websocket"::equalsIgnoreCase)
                || !tokens(headers.get(Headers.CONNECTION)).stream().anyMatch("upgrade"::equalsIgnoreCase)) {
            return Refusal.NOT_UPGRADE;
        }
        if (!"13".equals(only(headers, SEC_WEBSOCKET_VERSION))) {
            return Refusal.VERSION;
        }
        String key = only(headers, SEC_WEBSOCKET_KEY);
        if (key == null || !isKey(key)) {
            return Refusal.KEY;
        }
        String host = only(headers, Headers.HOST);
        if (host == null || host.isBlank() || host.length() > MOST_OF_HOST || exchange.getHostName() == null) {
            return Refusal.HOST;
        }
        if (hasBody(headers)) {
            return Refusal.BODY;
        }
        HttpServerConnection connection = (HttpServerConnection) exchange.getConnection();
        if (connection.getExtraBytes() != null) {
            return Refusal.EARLY_BYTES;
        }
        return HeaderGuard.folded(connection) ? Refusal.FOLDED_HEADER : null;
    }

    /** Trusted proxies are exempt. */
    private @Nullable Refusal judgeAddress(HttpServerExchange exchange, Ticket ticket) {
        InetSocketAddress client = facts.address(exchange);
        return facts.trusts(client) ? null : ticket.judge(client.getAddress());
    }

    private @Nullable Refusal judgeOrigin(HttpServerExchange exchange, Routes.Route route) {
        HeaderValues origins = exchange.getRequestHeaders().get(Headers.ORIGIN);
        if (origins == null) {
            return route.config().originAbsentAllowed() ? null : Refusal.ORIGIN_ABSENT;
        }
        String host = only(exchange.getRequestHeaders(), Headers.HOST);
        boolean allowed = origins.size() == 1
                && host != null
                && route.origins().allow(origins.getFirst(), facts.scheme(exchange), host);
        return allowed ? null : Refusal.ORIGIN;
    }

    /** The route's favourite among those that the client offers, in one header line or in several. */
    private static @Nullable String subprotocol(HttpServerExchange exchange, Routes.Route route) {
        List<String> offered = tokens(exchange.getRequestHeaders().get(SEC_WEBSOCKET_PROTOCOL));
        for (String accepted : route.config().subprotocols()) {
            if (offered.contains(accepted)) {
                return accepted;
            }
        }
        return null;
    }

    private void accept(HttpServerExchange exchange, Routes.Route route, String subprotocol) {
        HeaderMap answer = exchange.getResponseHeaders();
        String key = exchange.getRequestHeaders().getFirst(SEC_WEBSOCKET_KEY);
        exchange.upgradeChannel((connection, upgraded) -> upgrade.upgraded(upgraded, route, subprotocol));
        answer.put(Headers.UPGRADE, "websocket");
        answer.put(SEC_WEBSOCKET_ACCEPT, acceptOf(key));
        answer.put(SEC_WEBSOCKET_PROTOCOL, subprotocol);
        exchange.endExchange();
    }

    private void refuse(HttpServerExchange exchange, Refusal refusal, Routes.@Nullable Route route) {
        log.refused(exchange, refusal, route);
        exchange.setStatusCode(refusal.status());
        exchange.setPersistent(false);
        HeaderMap answer = exchange.getResponseHeaders();
        answer.put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
        HttpString header = refusal.header();
        if (header != null) {
            answer.put(
                    header, header.equals(Headers.RETRY_AFTER) ? retryAfter(exchange, refusal) : refusal.headerValue());
        }
        if (refusal == Refusal.NOT_UPGRADE || refusal == Refusal.VERSION) {
            answer.put(Headers.UPGRADE, "websocket");
            exchange.addResponseWrapper((factory, refused) -> {
                StreamSinkConduit body = factory.create();
                // not before: it would have been replaced by "close" alone
                refused.getResponseHeaders().put(Headers.CONNECTION, "Upgrade, close");
                return body;
            });
        }
        exchange.getResponseSender().send(refusal.sentence() + "\n");
    }

    /** At least what is needed, and up to twice that, so that those refused together do not come back together. */
    private static String retryAfter(HttpServerExchange exchange, Refusal refusal) {
        long told = HeaderGuard.ticket((HttpServerConnection) exchange.getConnection())
                .retryAfterSeconds();
        long least = refusal.status() == 429 && told > 0 ? told : Long.parseLong(refusal.headerValue());
        return Long.toString(least + ThreadLocalRandom.current().nextLong(least + 1));
    }

    private static boolean hasBody(HeaderMap headers) {
        HeaderValues length = headers.get(Headers.CONTENT_LENGTH);
        return (length != null && !(length.size() == 1 && "0".equals(length.getFirst())))
                || headers.contains(Headers.TRANSFER_ENCODING)
                || headers.contains(Headers.EXPECT);
    }

    private static boolean isKey(String key) {
        try {
            return key.length() == KEY_LENGTH && Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException noBase64) {
            return false;
        }
    }

    private static @Nullable String only(HeaderMap headers, HttpString name) {
        HeaderValues values = headers.get(name);
        return values != null && values.size() == 1 ? values.getFirst() : null;
    }

    private static List<String> tokens(@Nullable HeaderValues lines) {
        List<String> tokens = new ArrayList<>();
        if (lines != null) {
            for (String line : lines) {
                for (String token : line.split(",", -1)) {
                    tokens.add(token.strip());
                }
            }
        }
        return tokens;
    }

    private static String acceptOf(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-1", missing);
        }
    }
}
