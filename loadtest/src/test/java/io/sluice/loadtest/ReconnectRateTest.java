package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReconnectRateTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void evenTimesHaveNoPeak() {
        ReconnectRate rate = ReconnectRate.of(
                LongStream.rangeClosed(0, 100).map(i -> i * SECOND / 10).boxed().toList());

        assertThat(rate.count()).isEqualTo(101);
        assertThat(rate.time()).isEqualTo(Duration.ofSeconds(10));
        assertThat(rate.mean()).isEqualTo(10.1);
        assertThat(rate.peak()).isEqualTo(10);
    }

    @Test
    void aSecondIsAnySecondNotThatOfTheClock() {
        ReconnectRate rate = ReconnectRate.of(
                List.of(0L, 900_000_000L, 1_000_000_000L, 1_100_000_000L, 1_899_999_999L, 10 * SECOND));

        assertThat(rate.peak()).isEqualTo(4);
        assertThat(rate.unevenness()).isEqualTo(4 / 0.6);
    }

    @Test
    void takesTimesInAnyOrder() {
        assertThat(ReconnectRate.of(List.of(SECOND, 0L, 2 * SECOND)))
                .isEqualTo(ReconnectRate.of(List.of(0L, SECOND, 2 * SECOND)));
    }

    @Test
    void allAtOnceIsAsUnevenAsCanBe() {
        assertThat(ReconnectRate.of(List.of(5L, 5L, 5L)).unevenness()).isEqualTo(5);
    }

    @Test
    void nobodyIsNoRate() {
        assertThat(ReconnectRate.of(List.of())).isEqualTo(new ReconnectRate(0, Duration.ZERO, 0, 0));
        assertThat(ReconnectRate.of(List.of()).unevenness()).isZero();
    }
}
