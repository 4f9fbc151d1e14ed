package io.sluice.loadtest.load;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can be measured.
 *
 * <p>Immutable.
 */
enum Scenario {
    THROUGHPUT("messages", Set.of("--clients", "--window", "--batch", "--size", "--qos")) {
        @Override
        Script script(Job job, LoadLoop loop, int number) {
            return new Throughput(loop, job.plan(), job.target(), number);
        }
    },
    RATE("messages", Set.of("--clients", "--rate", "--size", "--qos")) {
        @Override
        Script script(Job job, LoadLoop loop, int number) {
            return OpenLoop.toThemselves(loop, job, number);
        }

        @Override
        double rate(@Nullable Double given) {
            return given == null ? 1000 : given;
        }
    },
    CONNECT("connections", Set.of("--concurrency", "--rate")) {
        @Override
        Script script(Job job, LoadLoop loop, int number) {
            return new Connects(loop, job.plan(), job.target(), number);
        }

        @Override
        double rate(@Nullable Double given) {
            return given == null ? 0 : given;
        }

        @Override
        int awaited(Plan plan) {
            return 0;
        }
    },
    IDLE("clients", Set.of("--clients", "--rate", "--keep-alive")) {
        @Override
        Script script(Job job, LoadLoop loop, int number) {
            return new Idle(loop, job.plan(), job.target(), number);
        }

        @Override
        double rate(@Nullable Double given) {
            return given == null ? 500 : given;
        }
    },
    STORM("connections", Set.of("--clients")) {
        @Override
        Script script(Job job, LoadLoop loop, int number) {
            return new Storm(loop, job.plan(), job.target(), number);
        }

        @Override
        double seconds() {
            return 120;
        }
    },
    FANOUT("messages", Set.of("--clients", "--rate", "--size", "--qos")) {
        @Override
        Script script(Job job, LoadLoop loop, int number) {
            return OpenLoop.fromPublishers(loop, job, number, false);
        }

        @Override
        double rate(@Nullable Double given) {
            return given == null ? 10 : given;
        }

        @Override
        int publishers(int given) {
            return 1;
        }

        @Override
        int awaited(Plan plan) {
            return plan.clients() + plan.publishers();
        }
    },
    MIXED("messages", Set.of("--clients", "--rate", "--size", "--publishers")) {
        @Override
        Script script(Job job, LoadLoop loop, int number) {
            return OpenLoop.fromPublishers(loop, job, number, true);
        }

        @Override
        double rate(@Nullable Double given) {
            return given == null ? 100 : given;
        }

        @Override
        int qos() {
            return 1;
        }

        @Override
        int publishers(int given) {
            return given;
        }

        @Override
        int awaited(Plan plan) {
            return plan.clients() + plan.publishers();
        }
    };

    private final String unit;
    private final Set<String> options;

    Scenario(String unit, Set<String> options) {
        this.unit = unit;
        this.options = options;
    }

    /** What one loop of it does. */
    abstract Script script(Job job, LoadLoop loop, int number);

    /** What is due a second; 0: as fast as it goes. */
    double rate(@Nullable Double given) {
        return 0;
    }

    /** How long it is measured, or at most. */
    double seconds() {
        return 10;
    }

    /** Unless given. */
    int qos() {
        return 0;
    }

    /** How many of those given publish. */
    int publishers(int given) {
        return 0;
    }

    /** How many clients must be ready before the warm-up. */
    int awaited(Plan plan) {
        return plan.clients();
    }

    /** What is counted, in the plural. */
    String unit() {
        return unit;
    }

    /** The names of the options that it heeds, beyond those that all do. */
    Set<String> options() {
        return options;
    }

    /** Its name on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
