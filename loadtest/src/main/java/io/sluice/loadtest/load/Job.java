package io.sluice.loadtest.load;

import org.jspecify.annotations.Nullable;

/**
 * A plan and whom it is for.
 *
 * <p>Immutable.
 *
 * @param broker where publishers of fan-out connect; null: to the target
 */
record Job(Plan plan, Target target, @Nullable Target broker) {

    Target publishingSide() {
        return broker == null ? target : broker;
    }
}
