package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.85 | 0 | 0 | false | The target set the figures: the generator's busiest thread was busy 85 % of the time.",
                "0.851 | 0 | 0 | true | The generator set the figures: its busiest thread was busy 85 % of the time.",
                "0.1 | 1000000 | 0 | false | The target set the figures: the generator's busiest thread was busy 10 % of the"
                        + " time, and 99 of 100 were sent at most 1.00 ms late.",
                "0.1 | 1000001 | 0 | true | The generator set the figures: 1 in 100 was sent more than 1.0 ms late.",
                "0.1 | 10 | 0.02 | false | The target set the figures: the generator's busiest thread was busy 10 % of the"
                        + " time, and 99 of 100 were sent at most 0.00 ms late.",
                "0.1 | 10 | 0.021 | true | The generator set the figures: it sent 2.1 % less than the rate."
            })
    void saysWhoSetTheFigures(double busiest, long lateNanos, double missed, boolean bottleneck, String sentence) {
        Verdict verdict = new Verdict(busiest, lateNanos, missed, 0.95);

        assertThat(verdict.isBottleneck()).isEqualTo(bottleneck);
        assertThat(verdict.sentence()).isEqualTo(sentence);
    }

    @Test
    void saysThatTheMachineIsFull() {
        Verdict verdict = new Verdict(0.5, 0, 0, 0.951);

        assertThat(verdict.isBottleneck()).isFalse();
        assertThat(verdict.sentence())
                .isEqualTo("The target set the figures: the generator's busiest thread was busy 50 % of the time."
                        + " This machine's processors were busy 95 % of the time.");
    }
}
