package io.sluice.loadtest.load;

import java.util.Locale;
import java.util.Set;

/**
 * What can be measured.
 *
 * <p>Immutable.
 */
enum Scenario {
    THROUGHPUT(
            "messages",
            "each client has a window of messages to itself under way, and sends another for each that comes back",
            Set.of("--clients", "--window", "--batch", "--size", "--qos")) {
        @Override
        Script script(Job job, LoadLoop loop, int number) {
            return new Throughput(loop, job.plan(), job.target(), number);
        }
    };

    private final String unit;
    private final String description;
    private final Set<String> options;

    Scenario(String unit, String description, Set<String> options) {
        this.unit = unit;
        this.description = description;
        this.options = options;
    }

    /** What one loop of it does. */
    abstract Script script(Job job, LoadLoop loop, int number);

    /** How many clients must be ready before the warm-up. */
    int awaited(Plan plan) {
        return plan.clients();
    }

    /** What is counted, in the plural. */
    String unit() {
        return unit;
    }

    String description() {
        return description;
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
