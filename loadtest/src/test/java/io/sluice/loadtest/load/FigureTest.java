package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FigureTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 0 ns",
                "999 | 999 ns",
                "999.6 | 1.00 µs",
                "180000 | 180 µs",
                "999499 | 999 µs",
                "999600 | 1.00 ms",
                "2400000 | 2.40 ms",
                "12345678901 | 12.3 s",
                "-50000 | -50.0 µs"
            })
    void timesHaveThreeDigits(double nanos, String text) {
        assertThat(Figure.time(nanos)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0 | 0 B", "1023 | 1023 B", "1024 | 1.00 KiB", "9523 | 9.30 KiB", "1048576 | 1.00 MiB"})
    void memoryHasItsUnit(double bytes, String text) {
        assertThat(Figure.memory(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"50, 50 %", "99.9, 99.9 %", "99.99, 99.99 %"})
    void percentilesAreAsTheyAreSaid(double percentile, String text) {
        assertThat(Figure.percentile(percentile)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2.5 | 2.50",
                "0.123 | 0.12",
                "0.0123 | 0.012",
                "98.76 | 98.8",
                "99.96 | 100",
                "1234567 | 1,234,567"
            })
    void numbersAreRounded(double value, String text) {
        assertThat(Figure.plain(value)).isEqualTo(text);
    }

    @Test
    void whatARunDoesNotTellIsADash() {
        assertThat(Metric.CPU.text(Double.NaN)).isEqualTo("–");
    }

    @Test
    void aSpreadIsTheMedianWithItsEnds() {
        assertThat(Spread.of(List.of(3.0, 1.0, 2.0))).isEqualTo(new Spread(2, 1, 3));
        assertThat(Spread.of(List.of(4.0, 1.0))).isEqualTo(new Spread(2.5, 1, 4));
        assertThat(Spread.of(List.of(7.0)).text(Figure::plain)).isEqualTo("7.00");
        assertThat(new Spread(2, 1, 3).text(Figure::plain)).isEqualTo("2.00 (1.00 to 3.00)");
    }

    @Test
    void axesEndAtSomethingRound() {
        assertThat(Axis.linear("x", 131_000, Figure::whole).ticks())
                .extracting(Axis.Tick::label)
                .containsExactly("0", "50,000", "100,000", "150,000");
        assertThat(Axis.log("y", 180_000, 900_000, Figure::time).ticks())
                .extracting(Axis.Tick::label)
                .containsExactly("100 µs", "200 µs", "500 µs", "1.00 ms");
        assertThat(Axis.percentiles().place().applyAsDouble(99.99))
                .isEqualTo(1, org.assertj.core.api.Assertions.within(1e-9));
    }
}
