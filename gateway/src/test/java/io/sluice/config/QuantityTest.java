package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({"0ms, 0", "500ms, 500", "10s, 10000", "5m, 300000", "2h, 7200000", "1d, 86400000", "007s, 7000"})
    void readsDurations(String text, long milliseconds) {
        List<String> problems = new ArrayList<>();

        Duration read = Quantity.duration("0s", "365d").read(text, problems::add);

        assertThat(read).isEqualTo(Duration.ofMillis(milliseconds));
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0B, 0", "1B, 1", "256KiB, 262144", "16MiB, 16777216", "3GiB, 3221225472"})
    void readsSizes(String text, long bytes) {
        List<String> problems = new ArrayList<>();

        Long read = Quantity.size("0B", "4GiB").read(text, problems::add);

        assertThat(read).isEqualTo(bytes);
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0/s, 0", "1/s, 1", "1000/s, 1000", "007/s, 7"})
    void readsRates(String text, long perSecond) {
        List<String> problems = new ArrayList<>();

        Optional<Long> read = Quantity.rateOr("unlimited", "0/s", "1000000/s").read(text, problems::add);

        assertThat(read).contains(perSecond);
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0B/s, 0", "1B/s, 1", "256KiB/s, 262144", "16MiB/s, 16777216", "3GiB/s, 3221225472"})
    void readsRatesOfBytes(String text, long bytesPerSecond) {
        List<String> problems = new ArrayList<>();

        Optional<Long> read = Quantity.byteRateOr("unlimited", "0B/s", "4GiB/s").read(text, problems::add);

        assertThat(read).contains(bytesPerSecond);
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10", "ms", "1 s", "1S", "1sec", "1us", "-1s", "1.5s", "1s2", "0x1s", "1B", "1s/s", "1/s", "off"
            })
    void refusesWhatIsNoDuration(String text) {
        List<String> problems = new ArrayList<>();

        Duration read = Quantity.duration("0s", "365d").read(text, problems::add);

        assertThat(read).isNull();
        assertThat(problems)
                .containsExactly("\"" + text + "\" is not a duration; write a number and ms, s, m, h or d, e.g. 10s");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10", "KiB", "1 KiB", "1kib", "1KB", "1k", "1M", "-1B", "1.5MiB", "1TiB", "1s", "1B/s", "1/s", "off"
            })
    void refusesWhatIsNoSize(String text) {
        List<String> problems = new ArrayList<>();

        Long read = Quantity.size("0B", "4GiB").read(text, problems::add);

        assertThat(read).isNull();
        assertThat(problems)
                .containsExactly("\"" + text + "\" is not a size; write a number and B, KiB or MiB, e.g. 256KiB");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1000", "1000/min", "1000/S", "1000 /s", "1000/ s", "1000s", "1000ps", "1/s/s", "1.5/s", "1B/s"})
    void refusesWhatIsNoRate(String text) {
        List<String> problems = new ArrayList<>();

        Optional<Long> read = Quantity.rateOr("unlimited", "1/s", "9/s").read(text, problems::add);

        assertThat(read).isNull();
        assertThat(problems).containsExactly("\"" + text + "\" is not a rate; write a number and /s, e.g. 1000/s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1000", "1000/s", "1MiB", "1MB/s", "1Mbit/s", "1mib/s", "1 MiB/s", "1MiB/min", "1TiB/s"})
    void refusesWhatIsNoRateOfBytes(String text) {
        List<String> problems = new ArrayList<>();

        Optional<Long> read = Quantity.byteRateOr("unlimited", "1B/s", "9GiB/s").read(text, problems::add);

        assertThat(read).isNull();
        assertThat(problems)
                .containsExactly(
                        "\"" + text + "\" is not a rate; write a number and B/s, KiB/s, MiB/s or GiB/s, e.g. 1MiB/s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/s", "-1/s", "Unlimited", "off", "fast"})
    void namesTheWordToWhoWroteNoNumber(String text) {
        List<String> problems = new ArrayList<>();

        Optional<Long> read = Quantity.rateOr("unlimited", "1/s", "9/s").read(text, problems::add);

        assertThat(read).isNull();
        assertThat(problems)
                .containsExactly("\"" + text + "\" is not a rate; write a number and /s, e.g. 1000/s, or unlimited");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808B", "9007199254740992KiB", "8589934592GiB", "99999999999999999999999d"})
    void findsOutOfRangeWhatNoLongHolds(String text) {
        List<String> problems = new ArrayList<>();

        Object read = (text.endsWith("d") ? Quantity.duration("0s", "365d") : Quantity.size("0B", "4GiB"))
                .read(text, problems::add);

        assertThat(read).isNull();
        assertThat(problems).singleElement().asString().contains("is out of range; 0");
    }
}
