package io.sluice.loadtest.load;

import java.util.Locale;
import java.util.function.Consumer;

/**
 * What peers are compared by.
 *
 * <p>Immutable.
 */
enum Contest {
    WINDOW_8("64 B, window 8", Scenario.THROUGHPUT, true, true, options -> throughput(options, 100, 8, 64)),
    WINDOW_1("64 B, window 1", Scenario.THROUGHPUT, true, true, options -> throughput(options, 100, 1, 64)),
    LARGE("8 KiB, window 4", Scenario.THROUGHPUT, true, true, options -> throughput(options, 50, 4, 8192)),
    PLAIN("64 B, window 8, no TLS", Scenario.THROUGHPUT, false, false, options -> throughput(options, 100, 8, 64)),
    CONNECT("connect", Scenario.CONNECT, true, true, options -> options.concurrency = 16),
    RESUME("connect, TLS resumed", Scenario.CONNECT, true, false, options -> {
        options.concurrency = 16;
        options.resume = true;
    }),
    RATE("64 B, 10,000 a second", Scenario.RATE, true, true, options -> {
        options.clients = 200;
        options.rate = 10_000.0;
        options.size = 64;
    }),
    IDLE("idle", Scenario.IDLE, true, false, options -> {
        options.rate = 500.0;
        options.keepAlive = 60;
    });

    private static final double IDLE_SETTLE_SECONDS = 15;

    private final String title;
    private final Scenario scenario;
    private final boolean tls;
    private final boolean floor;
    private final Consumer<LoadOptions> setting;

    Contest(String title, Scenario scenario, boolean tls, boolean floor, Consumer<LoadOptions> setting) {
        this.title = title;
        this.scenario = scenario;
        this.tls = tls;
        this.floor = floor;
        this.setting = setting;
    }

    private static void throughput(LoadOptions options, int clients, int window, int size) {
        options.clients = clients;
        options.window = window;
        options.batch = window;
        options.size = size;
    }

    /** Also the name of its workload in results. */
    String title() {
        return title;
    }

    Scenario scenario() {
        return scenario;
    }

    boolean isTls() {
        return tls;
    }

    /** Whether the stub alone is measured too. */
    boolean hasFloor() {
        return floor;
    }

    /** Whether each run needs a peer that has had no clients yet. */
    boolean needsFreshPeer() {
        return this == IDLE;
    }

    /**
     * How long the clients are there before it counts, at least: what their coming has taken for a while is given back by then,
     * by processes that do so.
     */
    double settleSeconds() {
        return this == IDLE ? IDLE_SETTLE_SECONDS : 0;
    }

    void set(LoadOptions options) {
        setting.accept(options);
    }

    /** Its name on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
