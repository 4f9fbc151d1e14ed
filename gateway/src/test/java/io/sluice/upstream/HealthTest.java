package io.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthTest {
    private final Health health = new Health(2, 3);

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "'', true",
        "b, true",
        "bb, true",
        "bbb, false",
        "bbg, true",
        "bbgbb, true",
        "bbgbbb, false",
        "bbbb, false",
        "bbbg, false",
        "bbbgb, false",
        "bbbgbg, false",
        "bbbgg, true",
        "bbbggbb, true",
        "bbbggbbb, false",
        "ggggggbbb, false"
    })
    void fallsByThreeBadChecksInARowAndRisesByTwoGoodOnes(String checks, boolean well) {
        boolean before = health.isWell();
        for (int i = 0; i < checks.length(); i++) {
            boolean changed = health.told(checks.charAt(i) == 'g');

            assertThat(changed).as("told of the change").isEqualTo(health.isWell() != before);
            before = health.isWell();
        }

        assertThat(health.isWell()).isEqualTo(well);
    }

    @Test
    void followsEveryCheckWhereOneIsEnough() {
        Health hasty = new Health(1, 1);

        assertThat(hasty.told(false)).isTrue();
        assertThat(hasty.isWell()).isFalse();
        assertThat(hasty.told(true)).isTrue();
        assertThat(hasty.isWell()).isTrue();
    }

    @Test
    void tellsTheFirstBadCheckFromTheOthers() {
        assertThat(health.lastWasGood()).isTrue();
        health.told(false);
        assertThat(health.lastWasGood()).isFalse();
        health.told(true);
        assertThat(health.lastWasGood()).isTrue();
    }
}
