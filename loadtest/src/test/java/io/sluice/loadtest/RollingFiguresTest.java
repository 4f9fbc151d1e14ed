package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RollingFiguresTest {
    private static final Duration MOST_WAIT = Duration.ofSeconds(5);

    private static RollingFigures figures(long sent, long arrived, long refused, Duration wait, ReconnectRate rate) {
        return new RollingFigures(
                1000, sent, arrived, 3, refused, wait, Duration.ofMillis(1750), Map.of(1012, 500), Map.of("a", rate));
    }

    private static ReconnectRate rate(int peak) {
        return new ReconnectRate(500, Duration.ofSeconds(10), 50, peak);
    }

    @Test
    void atTheLimitsNobodyComplains() {
        assertThat(figures(9, 9, 0, MOST_WAIT, rate(100)).complaints(MOST_WAIT, 2))
                .isEmpty();
    }

    @Test
    void eachLimitThatIsPassedIsNamed() {
        RollingFigures bad = figures(9, 7, 1, MOST_WAIT.plusMillis(1), rate(101));

        assertThat(bad.complaints(MOST_WAIT, 2))
                .containsExactly(
                        "2 messages lost",
                        "the broker refused 1 messages",
                        "a client waited longer than 5.00 s",
                        "a: more than 2.0 times the mean reconnected in one second");
    }

    @Test
    void whoSendsNothingProvesNothing() {
        assertThat(figures(0, 0, 0, Duration.ZERO, rate(1)).complaints(MOST_WAIT, 2))
                .containsExactly("nothing was sent");
    }

    @Test
    void tellsAllInLines() {
        assertThat(figures(9, 7, 0, Duration.ofMillis(1590), rate(64)).lines())
                .isEqualTo(List.of(
                        "clients       1000, each with one QoS 1 message a second",
                        "messages      9 sent, 2 lost, 3 came twice",
                        "longest wait  1.59 s for a PUBACK, 1.75 s without connection",
                        "closed with   {1012=500}",
                        "a: 500 reconnects in 10.0 s: 50.0/s in the mean, 64/s at most (1.28 times)"));
    }
}
