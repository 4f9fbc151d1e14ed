package io.sluice.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.config.AdminConfig;
import io.sluice.config.HostPort;
import io.sluice.telemetry.Metrics;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.RequestLimitingHandler;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.Options;

/**
 * Where operators connect, on threads of its own: a slow question cannot hold up a client.
 *
 * <p>Without a token it listens on loopback alone, and a browser there is the way in for others: so the Host must name
 * loopback (a page of a name that was made to point here has another), and what a page of another origin sends is refused.
 * There is no CORS. With a token every call carries it, but for health and the empty page.
 *
 * <p>Thread-safe.
 */
public final class AdminListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminListener.class);

    private static final int MOST_CALLS = 8;
    private static final int MOST_WAITING = 64;
    private static final int THREADS = 4;
    private static final int MOST_CONNECTIONS = 256;
    private static final int PARSE_MILLIS = 10_000;
    private static final int IDLE_MILLIS = 10_000;
    /** For an answer that nobody reads. */
    private static final int WRITE_MILLIS = 10_000;

    private static final Set<String> OPEN = Set.of("/", "/healthz", "/readyz");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");
    private static final HttpString SEC_FETCH_SITE = HttpString.tryFromString("Sec-Fetch-Site");
    private static final String BEARER = "Bearer ";

    private final Operations operations;
    private final byte @Nullable [] token;
    private final StatusPage page = StatusPage.load();
    private final Api api;
    private final HttpHandler limited =
            new RequestLimitingHandler(MOST_CALLS, MOST_WAITING, exchange -> exchange.dispatch(this::answer));
    private final Undertow server;

    private AdminListener(HostPort bind, byte @Nullable [] token, Operations operations) {
        this.operations = operations;
        this.token = token;
        api = new Api(operations);
        server = Undertow.builder()
                .addHttpListener(bind.port(), bind.host())
                .setIoThreads(1)
                .setWorkerThreads(THREADS)
                .setDirectBuffers(false)
                .setBufferSize(16 * 1024)
                .setWorkerOption(Options.WORKER_NAME, "sluice-admin")
                .setSocketOption(Options.CONNECTION_HIGH_WATER, MOST_CONNECTIONS)
                .setSocketOption(Options.CONNECTION_LOW_WATER, MOST_CONNECTIONS - 1)
                .setSocketOption(Options.WRITE_TIMEOUT, WRITE_MILLIS)
                .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, PARSE_MILLIS)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_MILLIS)
                .setServerOption(UndertowOptions.ENABLE_HTTP2, false)
                .setHandler(this::receive)
                .build();
    }

    /**
     * Listens; null where the configuration has it off.
     *
     * @throws IOException the address cannot be had or the token not be read; the message says which
     */
    public static @Nullable AdminListener start(AdminConfig config, Operations operations) throws IOException {
        if (config.bind().isEmpty()) {
            return null;
        }
        byte[] token = null;
        if (config.tokenFile().isPresent()) {
            String first = Files.readString(config.tokenFile().get())
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip();
            if (first.isEmpty()) {
                throw new IOException("the first line of " + config.tokenFile().get() + " holds no token");
            }
            token = first.getBytes(UTF_8);
        }
        AdminListener listener = new AdminListener(config.bind().get(), token, operations);
        try {
            listener.server.start();
        } catch (RuntimeException failed) {
            listener.server.stop();
            throw failed.getCause() instanceof IOException why ? why : new IOException(failed);
        }
        return listener;
    }

    /** The bound address, with the real port. */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
    }

    @Override
    public void close() {
        server.stop();
    }

    /** On the I/O thread: only who may call takes one of the places of those that may wait. */
    private void receive(HttpServerExchange exchange) throws Exception {
        try {
            Bodies.refuse(exchange);
            judgeHost(exchange);
            judgeOrigin(exchange);
            if (!OPEN.contains(exchange.getRequestPath())) {
                judgeToken(exchange);
                limited.handleRequest(exchange);
                return;
            }
        } catch (Refused refused) {
            send(exchange, Answer.error(wantsText(exchange), refused.status(), refused.sentence()));
            return;
        }
        answer(exchange);
    }

    /** On a thread that may wait, but for what nothing is waited for. */
    private void answer(HttpServerExchange exchange) {
        boolean plain = wantsText(exchange);
        Answer answer;
        try {
            answer = judgedAnswer(exchange, plain);
        } catch (Refused refused) {
            answer = Answer.error(plain, refused.status(), refused.sentence());
        } catch (TimeoutException late) {
            answer = Answer.error(plain, 503, "An I/O thread is held up; try again.");
        } catch (RuntimeException | Error bug) {
            LOG.error("bug in an operator's call path={}", exchange.getRequestPath(), bug);
            answer = Answer.error(plain, 500, "A bug in the gateway; its log tells more.");
        }
        send(exchange, answer);
    }

    private Answer judgedAnswer(HttpServerExchange exchange, boolean plain) throws Refused, TimeoutException {
        String path = exchange.getRequestPath();
        if (path.startsWith("/api/v1/")) {
            return api.answer(exchange, path.substring("/api/v1/".length()), plain);
        }
        if (!List.of("/", "/healthz", "/readyz", "/metrics").contains(path)) {
            throw new Refused(404, "There is no such page.");
        }
        allow(exchange, "GET");
        return switch (path) {
            case "/healthz" -> Health.live();
            case "/readyz" -> Health.ready(operations);
            case "/metrics" ->
                new Answer(
                        200,
                        Metrics.CONTENT_TYPE,
                        new String(operations.metrics().scrape(), UTF_8));
            default -> page(exchange);
        };
    }

    private Answer page(HttpServerExchange exchange) {
        exchange.getResponseHeaders().put(HttpString.tryFromString("Content-Security-Policy"), page.policy());
        return new Answer(200, "text/html; charset=utf-8", page.html());
    }

    /** Refuses every method but these, parted by commas. */
    static void allow(HttpServerExchange exchange, String methods) throws Refused {
        String method = exchange.getRequestMethod().toString();
        if (!List.of(methods.split(", ", -1)).contains(method)
                && !(method.equals("HEAD") && methods.startsWith("GET"))) {
            exchange.getResponseHeaders().put(Headers.ALLOW, methods);
            throw new Refused(405, "This takes " + methods + ".");
        }
    }

    private void judgeHost(HttpServerExchange exchange) throws Refused {
        boolean one = exchange.getRequestHeaders().count(Headers.HOST) == 1;
        String host = exchange.getHostName();
        if (!one || host == null || (token == null && !LOOPBACK.contains(host))) {
            throw new Refused(421, "Without a token the Host must be localhost or a loopback address.");
        }
    }

    /** A browser names the origin of whatever a page sends, and the kind of most things. */
    private static void judgeOrigin(HttpServerExchange exchange) throws Refused {
        HeaderMap headers = exchange.getRequestHeaders();
        String origin = headers.getFirst(Headers.ORIGIN);
        String site = headers.getFirst(SEC_FETCH_SITE);
        boolean foreign = origin != null && !origin.equals("http://" + headers.getFirst(Headers.HOST));
        boolean crossSite = site != null && !site.equals("same-origin") && !site.equals("none");
        boolean navigation = exchange.getRequestPath().equals("/") && origin == null;
        if (foreign || (crossSite && !navigation)) {
            throw new Refused(403, "Pages of other origins may not call this.");
        }
    }

    private void judgeToken(HttpServerExchange exchange) throws Refused {
        if (token == null) {
            return;
        }
        String shown = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
        byte[] given = shown != null && shown.startsWith(BEARER)
                ? shown.substring(BEARER.length()).strip().getBytes(UTF_8)
                : new byte[0];
        if (!MessageDigest.isEqual(token, given)) {
            exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, "Bearer");
            throw new Refused(401, "A token is needed: Authorization: Bearer and what admin.token-file holds.");
        }
    }

    private static boolean wantsText(HttpServerExchange exchange) {
        String accept = exchange.getRequestHeaders().getFirst(Headers.ACCEPT);
        return accept != null && accept.startsWith("text/plain");
    }

    private static void send(HttpServerExchange exchange, Answer answer) {
        HeaderMap headers = exchange.getResponseHeaders();
        exchange.setStatusCode(answer.status());
        headers.put(Headers.CONTENT_TYPE, answer.type());
        headers.put(Headers.CACHE_CONTROL, "no-store");
        headers.put(HttpString.tryFromString("X-Content-Type-Options"), "nosniff");
        headers.put(HttpString.tryFromString("Referrer-Policy"), "no-referrer");
        Bodies.send(exchange, answer.body());
    }
}
