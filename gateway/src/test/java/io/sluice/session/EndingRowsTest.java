package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row of close-causes.txt, in MQTT 3.1.1 and 5.0, before and after CONNACK: the bytes that the client gets, and how each side
 * is closed. What brings each cause about is tested where it happens.
 */
final class EndingRowsTest {
    private static final int CONNACK_3 = 3;
    private static final int CONNACK_5 = 4;
    private static final int DISCONNECT_5 = 5;
    private static final int WEB_SOCKET = 6;

    static Stream<Arguments> rows() throws IOException {
        return CloseCauseTest.golden().stream()
                .map(row -> row.split(" "))
                .flatMap(row -> Stream.of(4, 5).map(level -> arguments(row[0], level, List.of(row))));
    }

    @ParameterizedTest(name = "{0}, level {1}, before CONNACK")
    @MethodSource("rows")
    void beforeConnack(String label, int level, List<String> row) {
        SessionRig rig = SessionRig.awaiting(Packets.connect(level));
        rig.forget();

        rig.session.end(causeOf(label));

        assertThat(rig.client.sent()).isEqualTo(connack(label, level, row));
        assertClosed(rig, label, row);
    }

    @ParameterizedTest(name = "{0}, level {1}, after CONNACK")
    @MethodSource("rows")
    void afterConnack(String label, int level, List<String> row) {
        SessionRig rig = SessionRig.open(level);

        rig.session.end(causeOf(label));

        assertThat(rig.client.sent()).isEqualTo(disconnect(label, level, row));
        assertClosed(rig, label, row);
    }

    private static String connack(String label, int level, List<String> row) {
        String code = row.get(level == 5 ? CONNACK_5 : CONNACK_3);
        if (code.equals("-")) {
            return "";
        }
        return Packets.hex(
                level == 5
                        ? Packets.connack5(Integer.parseInt(code, 16), label.replace('-', ' '))
                        : "20 02 00 0" + code);
    }

    private static String disconnect(String label, int level, List<String> row) {
        String code = row.get(DISCONNECT_5);
        return level < 5 || code.equals("-")
                ? ""
                : Packets.hex(Packets.disconnect5(Integer.parseInt(code, 16), label.replace('-', ' ')));
    }

    /** The broker's side always ends by half-close, the client's as the row says, and the report says the same. */
    private static void assertClosed(SessionRig rig, String label, List<String> row) {
        boolean reset = row.get(WEB_SOCKET).equals("reset");
        assertThat(rig.client.aborts).isEqualTo(reset ? 1 : 0);
        assertThat(rig.client.finishedWith).isEqualTo(reset ? null : causeOf(label));
        assertThat(rig.broker.finishedWith).isEqualTo(causeOf(label));
        assertThat(rig.broker.sent()).as("nothing in the client's name").isEmpty();
        assertThat(rig.end().cause()).isEqualTo(label);
    }

    private static CloseCause causeOf(String label) {
        return Arrays.stream(CloseCause.values())
                .filter(cause -> cause.label().equals(label))
                .findFirst()
                .orElseThrow();
    }
}
