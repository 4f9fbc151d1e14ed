package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class FarewellsTest {
    private static final long SPREAD = TimeUnit.SECONDS.toNanos(15);
    private static final int SESSIONS = 1000;

    @Test
    void areSpreadEvenlyWhateverTheLuck() {
        Random random = new Random(4711);
        int[] inSecond = new int[15];
        long before = -1;

        for (int i = 0; i < SESSIONS; i++) {
            long moment = Farewells.moment(i, SESSIONS, SPREAD, random.nextDouble());
            assertThat(moment).isGreaterThanOrEqualTo(before);
            before = moment;
            inSecond[(int) TimeUnit.NANOSECONDS.toSeconds(moment)]++;
        }

        for (int count : inSecond) {
            assertThat(count).as("farewells in a second, of a mean of 66.7").isBetween(65, 69);
        }
    }

    @Test
    void areWithinTheTimeAtTheEdges() {
        assertThat(Farewells.moment(0, SESSIONS, SPREAD, 0)).isZero();
        assertThat(Farewells.moment(SESSIONS - 1, SESSIONS, SPREAD, 0.999)).isLessThan(SPREAD);
        assertThat(Farewells.moment(0, 1, SPREAD, 0.5)).isEqualTo(SPREAD / 2);
        assertThat(Farewells.moment(0, 0, SPREAD, 0.5)).isZero();
        assertThat(Farewells.moment(5, 10, 0, 0.5)).isZero();
    }
}
