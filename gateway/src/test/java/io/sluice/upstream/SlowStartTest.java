package io.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlowStartTest {
    private static final long LASTS = Duration.ofSeconds(30).toNanos();

    private final SlowStart slowStart = new SlowStart(Optional.of(Duration.ofSeconds(30)));

    @ParameterizedTest(name = "the clock begins at {0}")
    @ValueSource(longs = {0, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void growsEvenlyFromASmallPartToTheWhole(long start) {
        slowStart.begin(start);

        assertThat(slowStart.part(start)).isEqualTo(SlowStart.LEAST);
        assertThat(slowStart.part(start + LASTS / 20)).isEqualTo(SlowStart.LEAST);
        assertThat(slowStart.part(start + LASTS / 4)).isEqualTo(0.25, within(1e-9));
        assertThat(slowStart.part(start + LASTS / 2)).isEqualTo(0.5, within(1e-9));
        assertThat(slowStart.part(start + LASTS - 1)).isLessThan(1);
        assertThat(slowStart.part(start + LASTS)).isEqualTo(1);
        assertThat(slowStart.part(start + 100 * LASTS)).isEqualTo(1);
    }

    @Test
    void hasTheWholeUntilItFirstBegins() {
        assertThat(slowStart.part(0)).isEqualTo(1);
    }

    @Test
    void beginsAgain() {
        slowStart.begin(0);
        slowStart.begin(LASTS);

        assertThat(slowStart.part(LASTS)).isEqualTo(SlowStart.LEAST);
    }

    @Test
    void isSkippedWhereItIsOff() {
        SlowStart off = new SlowStart(Optional.empty());
        off.begin(0);

        assertThat(off.part(0)).isEqualTo(1);
    }
}
