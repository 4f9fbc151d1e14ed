package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CloseCauseTest {
    /** MQTT 5.0 table 3.2.2.2, without success. */
    private static final Set<Integer> CONNACK_5 = Set.of(
            0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B,
            0x9C, 0x9D, 0x9F);

    /** MQTT 5.0 table 3.14.2.1, what a server may send. */
    private static final Set<Integer> DISCONNECT_5 = Set.of(
            0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
            0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2);

    @Test
    @DisplayName("the table of endings is what close-causes.txt says")
    void isTheTableOfEndings() throws IOException {
        List<String> expected = golden();

        List<String> actual =
                Arrays.stream(CloseCause.values()).map(CloseCauseTest::row).toList();

        assertThat(actual).containsExactlyElementsOf(expected);
    }

    static List<String> golden() throws IOException {
        try (InputStream file = CloseCauseTest.class.getResourceAsStream("close-causes.txt")) {
            String text = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.strip().replaceAll(" +", " "))
                    .toList();
        }
    }

    private static String row(CloseCause cause) {
        String webSocket =
                cause.webSocketCode() > 0 ? "" + cause.webSocketCode() : cause.resetsClient() ? "reset" : "echo";
        return String.join(
                " ",
                cause.label(),
                lower(cause.closedBy()),
                lower(cause.severity()),
                code("%d", cause.connackCode(4)),
                code("%02X", cause.connackCode(5)),
                code("%02X", cause.disconnectCode()),
                webSocket);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String code(String format, int code) {
        return code < 0 ? "-" : format.formatted(code);
    }

    @Test
    void labelsAreKebabCaseAndUnique() {
        List<String> labels =
                Stream.of(CloseCause.values()).map(CloseCause::label).toList();

        assertThat(labels).doesNotHaveDuplicates().allMatch(label -> label.matches("[a-z]+(-[a-z]+)*"));
    }

    @ParameterizedTest
    @EnumSource(CloseCause.class)
    @DisplayName("5.0 table 3.2.2.2: a CONNACK carries only what it may")
    void connackCodesAreLegal(CloseCause cause) {
        assertThat(cause.connackCode(5))
                .satisfiesAnyOf(
                        code -> assertThat(code).isEqualTo(-1),
                        code -> assertThat(code).isIn(CONNACK_5));
        assertThat(cause.connackCode(3))
                .isEqualTo(cause.connackCode(4))
                .isBetween(-1, 5)
                .isNotZero();
    }

    @ParameterizedTest
    @EnumSource(CloseCause.class)
    @DisplayName("5.0 table 3.14.2.1: a DISCONNECT carries only what it may")
    void disconnectCodesAreLegal(CloseCause cause) {
        boolean beforeConnackOnly = Set.of(
                        CloseCause.VERSION_REFUSED,
                        CloseCause.BRIDGE_REFUSED,
                        CloseCause.NO_BROKER,
                        CloseCause.CONNACK_TIMEOUT,
                        CloseCause.BROKER_SILENT,
                        CloseCause.NOT_CONNACK)
                .contains(cause);

        assertThat(cause.disconnectCode() == -1
                        || DISCONNECT_5.contains(cause.disconnectCode())
                        || (beforeConnackOnly && CONNACK_5.contains(cause.disconnectCode())))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(CloseCause.class)
    @DisplayName("RFC 6455 7.4.1: codes that an endpoint may send")
    void webSocketCodesMayBeSent(CloseCause cause) {
        assertThat(cause.webSocketCode())
                .satisfiesAnyOf(
                        code -> assertThat(code).isZero(),
                        code -> assertThat(code).isBetween(1000, 1014).isNotIn(1004, 1005, 1006, 1010));
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {0, 1, 2, 6, 7, 127})
    void aLevelNobodyKnowsIsAnsweredInTheFormOfItsNeighbour(int level) {
        int code = CloseCause.VERSION_REFUSED.connackCode(level);

        assertThat(code).isEqualTo(level < 5 ? 1 : 0x84);
    }
}
