package io.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WarmShelfTest {
    private static final int MOST = 8;
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MAX_AGE = 1500 * MILLI;

    private final WarmShelf<String> shelf = new WarmShelf<>(MOST, MAX_AGE);
    private long now;

    /** At a steady rate for ten seconds; nobody takes anything. */
    private void clients(int perSecond) {
        for (int i = 0; i < 10 * perSecond; i++) {
            now += 1000 * MILLI / perSecond;
            shelf.clientCame(now);
        }
    }

    private void open(String connection) {
        shelf.opening();
        shelf.opened(connection, now);
    }

    @ParameterizedTest(name = "{0} clients a second: {1}")
    @CsvSource({"1, 0", "2, 0", "3, 1", "10, 3", "20, 7", "23, 8", "1000, 8"})
    @DisplayName("as many as clients come in a quarter of the greatest age, up to the most")
    void growsWithTheRate(int perSecond, int connections) {
        clients(perSecond);

        assertThat(shelf.missing(now)).isEqualTo(connections);
    }

    @ParameterizedTest(name = "the clock begins at {0}")
    @ValueSource(longs = {0, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void hasNoneBeforeTheFirstClientAndNoneWhenItIsQuiet(long start) {
        now = start;
        assertThat(shelf.missing(now)).isZero();
        clients(1000);
        assertThat(shelf.missing(now)).isEqualTo(MOST);

        now += 5900 * MILLI;
        assertThat(shelf.missing(now)).isEqualTo(1);
        now += 100 * MILLI;
        assertThat(shelf.missing(now)).isZero();
    }

    @Test
    void countsThoseThatAreThereAndThoseUnderWay() {
        clients(1000);
        open("one");
        shelf.opening();
        assertThat(shelf.missing(now)).isEqualTo(MOST - 2);

        shelf.failed();
        assertThat(shelf.missing(now)).isEqualTo(MOST - 1);
        shelf.take(now);
        assertThat(shelf.missing(now)).isEqualTo(MOST);
    }

    @Test
    void neverAsksForFewerThanNone() {
        clients(1000);
        for (int i = 0; i < MOST; i++) {
            open("connection " + i);
        }

        now += TimeUnit.MINUTES.toNanos(1);

        assertThat(shelf.missing(now)).isZero();
    }

    @Test
    void givesTheOldestFirstAndEachOnce() {
        open("first");
        open("second");

        assertThat(shelf.take(now)).isEqualTo("first");
        assertThat(shelf.isEmpty()).isFalse();
        assertThat(shelf.take(now)).isEqualTo("second");
        assertThat(shelf.take(now)).isNull();
        assertThat(shelf.isEmpty()).isTrue();
    }

    @ParameterizedTest(name = "the clock begins at {0}")
    @ValueSource(longs = {0, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void givesNoneThatIsTooOld(long start) {
        now = start;
        assertThat(shelf.nextTooOldIn(now)).isEqualTo(-1);
        open("old");
        now += 1;
        open("young");
        assertThat(shelf.nextTooOldIn(now)).isEqualTo(MAX_AGE - 1);

        now += MAX_AGE - 2;
        assertThat(shelf.takeTooOld(now)).isNull();
        now += 1;
        assertThat(shelf.nextTooOldIn(now)).isZero();
        assertThat(shelf.take(now)).isEqualTo("young");
        assertThat(shelf.take(now)).isNull();
        assertThat(shelf.takeTooOld(now)).isEqualTo("old");
        assertThat(shelf.takeTooOld(now)).isNull();
    }

    @Test
    void forgetsTheDeadOnce() {
        open("dead");
        open("live");

        assertThat(shelf.remove("dead")).isTrue();
        assertThat(shelf.remove("dead")).isFalse();
        assertThat(shelf.take(now)).isEqualTo("live");
    }
}
