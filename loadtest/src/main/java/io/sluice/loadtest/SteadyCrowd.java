package io.sluice.loadtest;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Many {@link SteadyPublisher}s on one loop.
 *
 * <p>Thread-safe.
 */
final class SteadyCrowd implements AutoCloseable {
    private static final int PACE_SECONDS = 1;
    private static final int CONNECTS_A_SECOND = 100;

    /** Well within the keep alive: who is connected waits for the others, and says nothing. */
    private static final int MOST_CONNECT_SECONDS = 20;

    private static final Duration CONNECT_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration FINISH_TIMEOUT = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 50;

    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor(runnable -> {
        Thread thread = new Thread(runnable, "steady");
        thread.setDaemon(true);
        return thread;
    });
    private final RollingDiary diary = new RollingDiary();
    private final List<SteadyPublisher> publishers = new ArrayList<>();

    private SteadyCrowd(int clients, HttpClient client, URI uri) {
        for (int i = 0; i < clients; i++) {
            publishers.add(new SteadyPublisher(i, client, uri, loop, RandomGenerator.getDefault(), diary));
        }
    }

    /**
     * Connects all, 100 a second or within 20 s, and begins to publish, each once a second.
     *
     * @throws IOException not all are connected after two minutes
     */
    static SteadyCrowd connect(int clients, HttpClient client, URI uri)
            throws IOException, InterruptedException, ExecutionException {
        SteadyCrowd crowd = new SteadyCrowd(clients, client, uri);
        try {
            crowd.connect();
            return crowd;
        } catch (IOException | ExecutionException e) {
            crowd.close();
            throw e;
        }
    }

    private void connect() throws IOException, InterruptedException, ExecutionException {
        long step =
                TimeUnit.SECONDS.toMicros(1) / Math.max(CONNECTS_A_SECOND, publishers.size() / MOST_CONNECT_SECONDS);
        for (int i = 0; i < publishers.size(); i++) {
            var unused = loop.schedule(publishers.get(i)::connect, i * step, TimeUnit.MICROSECONDS);
        }
        if (!soon(CONNECT_TIMEOUT, () -> diary.connected() == publishers.size())) {
            throw new IOException("only " + ask(diary::connected) + " of " + publishers.size() + " clients connect");
        }
        long pace = TimeUnit.SECONDS.toMicros(PACE_SECONDS);
        for (int i = 0; i < publishers.size(); i++) {
            var unused = loop.scheduleAtFixedRate(
                    publishers.get(i)::publish, i * pace / publishers.size(), pace, TimeUnit.MICROSECONDS);
        }
    }

    /** Counts what follows under this name. */
    void begin(String phase) {
        loop.execute(() -> diary.begin(phase));
    }

    /**
     * Waits until so many came back, all phases together.
     *
     * @throws IOException fewer did within two minutes
     */
    void awaitReconnects(int count) throws IOException, InterruptedException, ExecutionException {
        if (!soon(CONNECT_TIMEOUT, () -> diary.reconnects() >= count)) {
            throw new IOException("only " + ask(diary::reconnects) + " clients come back");
        }
    }

    /** Stops publishing, waits until all has arrived or half a minute has gone, and says goodbye. */
    RollingFigures finish(Witness witness) throws InterruptedException, ExecutionException {
        loop.execute(() -> publishers.forEach(SteadyPublisher::rest));
        boolean arrived = soon(
                FINISH_TIMEOUT,
                () -> publishers.stream().allMatch(publisher -> publisher.waiting() == 0) && witness.count() >= sent());
        return ask(() -> {
            long oldest = publishers.stream()
                    .mapToLong(SteadyPublisher::longestWaitNanos)
                    .max()
                    .orElse(0);
            Duration waits = Duration.ofNanos(arrived ? 0 : oldest);
            return new RollingFigures(
                    publishers.size(),
                    sent(),
                    witness.count(),
                    witness.repeated(),
                    diary.refused(),
                    waits.compareTo(diary.longestWait()) > 0 ? waits : diary.longestWait(),
                    diary.longestOffline(),
                    diary.codes(),
                    diary.rates());
        });
    }

    private long sent() {
        return publishers.stream().mapToLong(SteadyPublisher::created).sum();
    }

    private boolean soon(Duration timeout, Callable<Boolean> condition)
            throws InterruptedException, ExecutionException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!ask(condition)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return true;
    }

    private <T> T ask(Callable<T> question) throws InterruptedException, ExecutionException {
        return loop.submit(question).get();
    }

    @Override
    public void close() {
        loop.execute(() -> publishers.forEach(SteadyPublisher::stop));
        loop.shutdown();
    }
}
