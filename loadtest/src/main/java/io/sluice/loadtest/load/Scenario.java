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
            return new OpenLoop(loop, job.plan(), job.target(), number);
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
