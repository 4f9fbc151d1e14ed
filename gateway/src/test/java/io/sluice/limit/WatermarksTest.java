package io.sluice.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WatermarksTest {
    private final Watermarks marks = new Watermarks(75, 85, 95);

    @ParameterizedTest
    @CsvSource({"0, 0", "0.7499, 0", "0.75, 1", "0.8499, 1", "0.85, 2", "0.9499, 2", "0.95, 3", "1.2, 3"})
    void risesAtEachMark(double used, int level) {
        assertThat(marks.look(used)).isEqualTo(level);
    }

    @Test
    void fallsOnlyWellBelowAMark() {
        marks.look(1);

        assertThat(marks.look(0.90)).isEqualTo(3);
        assertThat(marks.look(0.8999)).isEqualTo(2);
        assertThat(marks.look(0.95)).isEqualTo(3);
        assertThat(marks.look(0.70)).isEqualTo(1);
        assertThat(marks.look(0.6999)).isZero();
    }
}
