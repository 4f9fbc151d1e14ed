package io.sluice.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.limit.Rate;
import io.sluice.session.RateRules;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FramePaceTest {
    private static final int PACKETS_PER_SECOND = 2000;
    private static final int BURST = 4000;

    private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(3);

    private final FramePace pace = Objects.requireNonNull(pace(new Rate(PACKETS_PER_SECOND, BURST), false));

    private @Nullable FramePace pace(@Nullable Rate packets, boolean report) {
        Rate rate = FramePace.rate(new RateRules(packets, null, null, 0, 0, report));
        return rate == null ? null : new FramePace(rate, () -> now);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"a ping in each read, 1", "frames of one byte, 2000", "a few hundred frames a read, 300"})
    @DisplayName("never more work than burst + rate x time, whatever it is")
    void boundsTheWork(String what, int framesOfARead) {
        long start = now;
        long units = 0;
        while (now - start < TimeUnit.SECONDS.toNanos(10)) {
            long millis = pace.spend(framesOfARead);
            units += FramePace.UNITS_OF_READ + framesOfARead;
            now += TimeUnit.MILLISECONDS.toNanos(millis) + 1000;
        }

        double seconds = (now - start) / 1e9;
        double allowed = FramePace.UNITS_OF_PACKET * (PACKETS_PER_SECOND * seconds + BURST);
        assertThat(units)
                .as(what)
                .isBetween((long) (0.9 * allowed), (long) (1.01 * allowed) + 2 * FramePace.LOOK_EVERY + 2008);
    }

    @Test
    void neverStopsAClientThatSendsEachPacketInAFrameAndAReadOfItsOwn() {
        for (int i = 0; i < 20 * PACKETS_PER_SECOND; i++) {
            now += TimeUnit.SECONDS.toNanos(1) / PACKETS_PER_SECOND;

            assertThat(pace.spend(1)).isZero();
        }
    }

    @Test
    void letsTheBurstOfPacketsPass() {
        for (int i = 0; i < BURST; i++) {
            assertThat(pace.spend(1)).isZero();
        }
    }

    @Test
    void isNoneWithoutARateOfPacketsOrWhereThatIsOnlyReported() {
        assertThat(pace(null, false)).isNull();
        assertThat(pace(new Rate(1, 1), true)).isNull();
        assertThat(pace(new Rate(1, 1), false)).isNotNull();
    }
}
