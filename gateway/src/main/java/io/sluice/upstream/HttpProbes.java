package io.sluice.upstream;

import io.sluice.config.HealthConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the health URLs of the brokers of one cluster, off the I/O threads, at most one question for each broker at a time.
 *
 * <p>Thread-safe.
 */
final class HttpProbes implements AutoCloseable {
    private static final long IDLE_THREAD_SECONDS = 60;

    private final HealthConfig config;
    private final ThreadPoolExecutor thread;
    private final HttpClient client;

    HttpProbes(HealthConfig config) {
        this.config = config;
        thread = new ThreadPoolExecutor(
                1, 1, IDLE_THREAD_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread made = new Thread(task, "sluice-health");
                    made.setDaemon(true);
                    return made;
                });
        thread.allowCoreThreadTimeOut(true);
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.timeout())
                .executor(thread)
                .build();
    }

    /**
     * Asks a broker's URL.
     *
     * @param outcome is told, on any thread, what is wrong, for the operator; null when nothing is
     * @param undecided is called instead where the gateway has no descriptor left to ask with
     */
    void ask(Broker broker, Consumer<@Nullable String> outcome, Runnable undecided) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(config.urlOf(broker.address()).orElseThrow()))
                .GET()
                .build();
        CompletableFuture<HttpResponse<Void>> call;
        try {
            call = client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
        } catch (RejectedExecutionException stopping) {
            return; // closed, and nobody is left to be told
        }
        var unused = call.copy()
                .orTimeout(config.timeout().toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((response, failure) -> {
                    if (response == null) {
                        call.cancel(true);
                        if (Descriptors.lacking(failure)) {
                            undecided.run();
                        } else {
                            outcome.accept(reason(failure));
                        }
                    } else {
                        int status = response.statusCode();
                        outcome.accept(status >= 200 && status < 300 ? null : "its health URL answers " + status);
                    }
                });
    }

    private String reason(Throwable failure) {
        Throwable why = failure.getCause() == null ? failure : failure.getCause();
        return failure instanceof TimeoutException
                ? "its health URL does not answer within " + config.timeout().toMillis()
                        + " ms (cluster.health.timeout)"
                : "its health URL is not reached: " + why;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
