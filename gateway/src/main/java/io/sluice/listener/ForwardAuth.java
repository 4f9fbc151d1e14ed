package io.sluice.listener;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.config.Addresses;
import io.sluice.config.AuthConfig;
import io.sluice.config.Quote;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks an operator's service whether a client may connect, by a GET with what the handshake tells of it. Nothing here blocks,
 * and what waits is bounded in number and in time.
 *
 * <p>Thread-safe.
 */
final class ForwardAuth {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardAuth.class);

    /** Requests under way at a time; further handshakes are told to come again. */
    static final int MOST_REQUESTS = 256;

    /** Answers kept, some 200 bytes each, and challenges. */
    static final int MOST_ANSWERS = 10_000;

    /** Characters of all challenges of an answer. */
    static final int MOST_OF_CHALLENGES = 1024;

    private static final int THREADS = 2;
    private static final long IDLE_THREAD_SECONDS = 10;

    private static final HttpString SEC_WEBSOCKET_PROTOCOL = HttpString.tryFromString("Sec-WebSocket-Protocol");
    private static final List<HttpString> PASSED_ON =
            List.of(Headers.ORIGIN, Headers.COOKIE, Headers.AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL);

    /**
     * The answer.
     *
     * @param refusal null: the client may connect
     * @param challenges values of WWW-Authenticate
     */
    record Verdict(@Nullable Refusal refusal, List<String> challenges) {
        static final Verdict ALLOWED = new Verdict(null, List.of());
        static final Verdict DENIED = new Verdict(Refusal.AUTH_DENIED, List.of());
        static final Verdict FAILED = new Verdict(Refusal.AUTH_FAILED, List.of());
        static final Verdict BUSY = new Verdict(Refusal.AUTH_BUSY, List.of());
        /** It has not waited for it. */
        static final Verdict EARLY = new Verdict(Refusal.EARLY_BYTES, List.of());

        static final Verdict UNREADABLE = new Verdict(Refusal.AUTH_HEADER, List.of());
    }

    private final String route;
    private final AuthConfig config;
    private final ClientFacts facts;
    private final HttpClient client;
    private final @Nullable Cache<ByteBuffer, Verdict> answers;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean failing = new AtomicBoolean();

    ForwardAuth(String route, AuthConfig config, ClientFacts facts) {
        this.route = route;
        this.config = config;
        this.facts = facts;
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.timeout())
                .executor(threads())
                .build();
        answers = config.cache()
                .map(time -> Caffeine.newBuilder()
                        .maximumSize(MOST_ANSWERS)
                        .expireAfterWrite(time)
                        .<ByteBuffer, Verdict>build())
                .orElse(null);
    }

    /** Their queue holds no more than the requests under way give; they end when there are none. */
    private static ThreadPoolExecutor threads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_THREAD_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "sluice-auth");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * Asks for a verdict.
     *
     * @param then is told the verdict once, on this thread or another
     * @return gives the question up: its request ends, and nothing more is told; idempotent, too late it does nothing
     */
    Runnable ask(HttpServerExchange exchange, Consumer<Verdict> then) {
        HttpRequest request;
        try {
            request = request(exchange);
        } catch (IllegalArgumentException badHeader) {
            then.accept(Verdict.UNREADABLE);
            return ForwardAuth::nothing;
        }
        ByteBuffer key = answers == null ? null : key(request);
        Verdict known = answers == null || key == null ? null : answers.getIfPresent(key);
        if (known != null) {
            then.accept(known);
            return ForwardAuth::nothing;
        }
        if (underWay.incrementAndGet() > MOST_REQUESTS) {
            underWay.decrementAndGet();
            then.accept(Verdict.BUSY);
            return ForwardAuth::nothing;
        }
        CompletableFuture<HttpResponse<Void>> call;
        try {
            call = client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
        } catch (RuntimeException | OutOfMemoryError noThread) {
            underWay.decrementAndGet();
            then.accept(failed(String.valueOf(noThread.getMessage())));
            return ForwardAuth::nothing;
        }
        CompletableFuture<HttpResponse<Void>> answer =
                call.copy().orTimeout(config.timeout().toNanos(), TimeUnit.NANOSECONDS);
        var unused = answer.whenComplete((response, failure) -> {
            underWay.decrementAndGet();
            if (response != null) {
                then.accept(judge(response, key));
                return;
            }
            call.cancel(true);
            if (!(failure instanceof CancellationException)) {
                then.accept(failed(String.valueOf(reason(failure))));
            }
        });
        return () -> answer.cancel(false);
    }

    private static void nothing() {}

    private HttpRequest request(HttpServerExchange exchange) {
        HeaderMap headers = exchange.getRequestHeaders();
        HttpRequest.Builder request = HttpRequest.newBuilder(config.url())
                .GET()
                .header("X-Forwarded-Method", exchange.getRequestMethod().toString())
                .header("X-Forwarded-Uri", uri(exchange))
                .header("X-Forwarded-Host", String.valueOf(headers.getFirst(Headers.HOST)))
                .header(
                        "X-Forwarded-For",
                        Addresses.text(facts.address(exchange).getAddress()));
        String scheme = facts.scheme(exchange);
        if (scheme != null) {
            request.header("X-Forwarded-Proto", scheme);
        }
        for (HttpString name : PASSED_ON) {
            HeaderValues values = headers.get(name);
            if (values != null) {
                values.forEach(value -> request.header(name.toString(), value));
            }
        }
        return request.build();
    }

    private static String uri(HttpServerExchange exchange) {
        String query = exchange.getQueryString();
        return query.isEmpty() ? exchange.getRequestURI() : exchange.getRequestURI() + "?" + query;
    }

    private Verdict judge(HttpResponse<Void> response, @Nullable ByteBuffer key) {
        int status = response.statusCode();
        if (status >= 500) {
            return failed("status " + status);
        }
        if (failing.compareAndSet(true, false)) {
            LOG.info("forward-auth answers again route={}", route);
        }
        Verdict verdict = status >= 200 && status < 300
                ? Verdict.ALLOWED
                : status == 401 ? new Verdict(Refusal.AUTH_REQUIRED, challenges(response)) : Verdict.DENIED;
        if (answers != null && key != null) {
            answers.put(key, verdict);
        }
        return verdict;
    }

    /** The first, for as long as there is room to keep them. */
    private static List<String> challenges(HttpResponse<Void> response) {
        List<String> kept = new ArrayList<>();
        int length = 0;
        for (String challenge : response.headers().allValues("WWW-Authenticate")) {
            length += challenge.length();
            if (length > MOST_OF_CHALLENGES) {
                break;
            }
            kept.add(challenge);
        }
        return List.copyOf(kept);
    }

    /** Logged when it changes, not for each handshake. */
    private Verdict failed(String reason) {
        if (failing.compareAndSet(false, true)) {
            LOG.warn(
                    "forward-auth fails route={} reason={} handshakes={}",
                    route,
                    Quote.sentence(reason),
                    config.failOpen() ? "let in" : "refused");
        }
        return config.failOpen() ? Verdict.ALLOWED : Verdict.FAILED;
    }

    private @Nullable String reason(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return "no answer within " + config.timeout().toMillis() + "ms";
        }
        Throwable cause = failure.getCause();
        return cause == null ? failure.toString() : cause.toString();
    }

    /** What an answer holds for: all that the service is told. A hash, so that no credential stays in memory. */
    private static ByteBuffer key(HttpRequest request) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            request.headers().map().forEach((name, values) -> {
                add(digest, name + ":" + values.size());
                values.forEach(value -> add(digest, value));
            });
            return ByteBuffer.wrap(digest.digest());
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }

    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }
}
