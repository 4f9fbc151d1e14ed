package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Rerun one seed with {@code -Dsluice.simulation.seed=4711}. */
final class SessionSimulationTest {
    private static final String ONE_SEED = "sluice.simulation.seed";
    private static final int RUNS = 12_000;

    /** What cannot come from the simulated parts. */
    private static final Set<CloseCause> NOT_SIMULATED = EnumSet.of(
            CloseCause.BRIDGE_REFUSED,
            CloseCause.CLIENT_ID_TOO_LONG,
            CloseCause.TAKEN_OVER,
            CloseCause.RECORD_STALLED,
            CloseCause.TEXT_FRAME,
            CloseCause.FRAME_ERROR,
            CloseCause.CLOSE_REASON_INVALID,
            CloseCause.INTERNAL);

    /** Seldom made by garbage. */
    private static final Set<CloseCause> BY_CHANCE = EnumSet.of(
            CloseCause.CONNECT_MALFORMED,
            CloseCause.CONNECT_PROTOCOL_ERROR,
            CloseCause.CONNECT_TOO_LARGE,
            CloseCause.VERSION_REFUSED);

    @Test
    void keepsItsInvariantsWhateverTheSidesDo() {
        Long seed = Long.getLong(ONE_SEED);
        long first = seed == null ? 0 : seed;
        long last = seed == null ? RUNS - 1 : seed;

        Set<String> causes = new TreeSet<>();
        for (long i = first; i <= last; i++) {
            causes.add(run(i));
        }

        if (seed == null) {
            assertThat(causes)
                    .as("the simulation reaches every ending")
                    .containsAll(EnumSet.allOf(CloseCause.class).stream()
                            .filter(cause -> !NOT_SIMULATED.contains(cause) && !BY_CHANCE.contains(cause))
                            .map(CloseCause::label)
                            .collect(Collectors.toSet()));
        }
    }

    private static String run(long seed) {
        try {
            return new SessionSimulation(seed).run().cause();
        } catch (AssertionError broken) {
            return fail("-D" + ONE_SEED + "=" + seed + ": " + broken.getMessage(), broken);
        }
    }
}
