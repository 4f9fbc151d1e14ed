package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long MILLI = 1_000_000;

    @Test
    void nothingIsDueBeforeItsTime() {
        Pace pace = new Pace(100, 1000, 0, 1);

        assertThat(pace.isDue(99)).isFalse();
        assertThat(pace.isDue(100)).isTrue();
        assertThat(pace.take()).isEqualTo(100);
        assertThat(pace.isDue(100 + MILLI - 1)).isFalse();
        assertThat(pace.isDue(100 + MILLI)).isTrue();
    }

    @Test
    void whoWasAwayFindsEachTimeStillDueAsItWas() {
        Pace pace = new Pace(0, 1000, 0, 1);
        long now = 3 * MILLI;

        List<Long> taken = new ArrayList<>();
        while (pace.isDue(now)) {
            taken.add(pace.take());
        }

        assertThat(taken).containsExactly(0L, MILLI, 2 * MILLI, 3 * MILLI);
        assertThat(pace.due()).isEqualTo(4 * MILLI);
    }

    @Test
    void loopsTakeTurns() {
        Pace first = new Pace(0, 2000, 0, 2);
        Pace second = new Pace(0, 2000, 1, 2);

        assertThat(List.of(first.take(), second.take(), first.take(), second.take()))
                .containsExactly(0L, MILLI / 2, MILLI, MILLI * 3 / 2);
    }

    @Test
    void aRateThatDividesNoSecondDoesNotDrift() {
        Pace pace = new Pace(0, 3, 0, 1);

        for (int i = 0; i < 3_000_000; i++) {
            pace.take();
        }

        assertThat(pace.due()).isBetween(1_000_000_000_000_000L - 1, 1_000_000_000_000_000L + 1);
    }
}
