package io.sluice.session;

import static io.sluice.session.Packets.CONNACK_3X;
import static io.sluice.session.Packets.CONNACK_5;
import static io.sluice.session.Packets.CONNECT_4;
import static io.sluice.session.Packets.CONNECT_5;
import static io.sluice.session.Packets.DISCONNECT;
import static io.sluice.session.Packets.PINGRESP;
import static io.sluice.session.Packets.PUBLISH;
import static io.sluice.session.Packets.PUBLISH_5;
import static io.sluice.session.Packets.connack5;
import static io.sluice.session.Packets.disconnect5;
import static io.sluice.session.Packets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The last packet to the client: which, whether, and when. */
final class GoodbyeTest {

    // Before CONNECT is read

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource({
        "a first packet that is no CONNECT, C000, '', 1002",
        "a name that is not MQTT's, 10 0D 0004 4D515458 04 02 003C 0001 61, '', 1002",
        "'malformed, 3.1', 10 06 0006 4D5149736470 03, '', 1002",
        "'malformed, 3.1.1', 10 0D 0004 4D515454 04 03 003C 0001 61, '', 1002",
        "level 0, 10 0D 0004 4D515454 00 02 003C 0001 61, 20020001, 1002",
        "level 2, 10 0D 0004 4D515454 02 02 003C 0001 61, 20020001, 1002",
        "'too large, 3.1.1', 10 FF 01 0004 4D515454 04, '', 1009",
        "'too large, version not yet read', 10 FF 01 0004 4D51, '', 1009"
    })
    void answersOfThreeAndBelow(String meaning, String first, String packet, int code) {
        SessionRig rig = new SessionRig();

        rig.fromClient(first);

        assertThat(rig.client.sent()).isEqualTo(packet);
        assertThat(rig.toldClient().webSocketCode()).isEqualTo(code);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "malformed, 10 0E 0004 4D515454 05 03 003C 00 0001 61, 129, connect malformed",
        "Maximum Packet Size 0, 10 13 0004 4D515454 05 02 003C 05 27 00000000 0001 61, 130, connect protocol error",
        "level 6, 10 0D 0004 4D515454 06 02 003C 0001 61, 132, version refused",
        "too large, 10 FF 01 0004 4D515454 05, 149, connect too large"
    })
    void answersOfFiveAndAbove(String meaning, String first, int reason, String text) {
        SessionRig rig = new SessionRig();

        rig.fromClient(first);

        assertThat(rig.client.sent()).isEqualTo(hex(connack5(reason, text)));
    }

    // After CONNECT: SPEC's table of endings, before and after CONNACK

    /** What ends a session with a word of the gateway's own. Codes: -1 is none. */
    private enum Ending {
        SHUTDOWN(3, 0x88, 0x8B, 1001, rig -> rig.session.stop()),
        DRAIN(3, 0x88, 0x8B, 1012, rig -> rig.session.drain(null)),
        KICKED(3, 0x87, 0x98, 1008, rig -> rig.session.kick()),
        BANNED(5, 0x8A, 0x98, 1008, rig -> rig.session.ban()),
        MEMORY_SHED(3, 0x89, 0x89, 1013, rig -> rig.session.shed()),
        INTERNAL(-1, -1, -1, 1011, rig -> rig.session.failed(new IllegalStateException("a bug"))),
        TEXT_FRAME(-1, -1, -1, 1003, rig -> rig.session.clientFailed(CloseCause.TEXT_FRAME)),
        FRAME_ERROR(-1, -1, -1, 1002, rig -> rig.session.clientFailed(CloseCause.FRAME_ERROR)),
        CLOSE_REASON_INVALID(-1, -1, -1, 1007, rig -> rig.session.clientFailed(CloseCause.CLOSE_REASON_INVALID)),
        CLIENT_CLOSE(-1, -1, -1, 0, rig -> rig.session.clientFinished()),
        BROKER_MALFORMED(3, 0x80, 0x80, 1014, rig -> rig.fromBroker("20 80 80 80 80"));

        private final int returnCode;
        private final int connackReason;
        private final int disconnectReason;
        private final int webSocketCode;
        private final Consumer<SessionRig> event;

        Ending(int returnCode, int connackReason, int disconnectReason, int webSocketCode, Consumer<SessionRig> event) {
            this.returnCode = returnCode;
            this.connackReason = connackReason;
            this.disconnectReason = disconnectReason;
            this.webSocketCode = webSocketCode;
            this.event = event;
        }

        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Ending.class)
    void theAnswerBeforeConnack(Ending ending) {
        for (int level = 3; level <= 5; level++) {
            SessionRig rig = SessionRig.awaiting(Packets.connect(level));

            ending.event.accept(rig);

            assertThat(rig.client.sent()).isEqualTo(connackOf(ending, level));
            assertThat(rig.toldClient().webSocketCode()).isEqualTo(ending.webSocketCode);
            assertThat(rig.toldClient().name()).isEqualTo(ending.name());
        }
    }

    private static String connackOf(Ending ending, int level) {
        if (level == 5) {
            return ending.connackReason < 0 ? "" : hex(connack5(ending.connackReason, ending.text()));
        }
        return ending.returnCode < 0 ? "" : "200200%02X".formatted(ending.returnCode);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Ending.class)
    @DisplayName("[MQTT-3.14.0-1], [MQTT-3.2.0-2]: after CONNACK a DISCONNECT in 5.0, nothing in 3.x")
    void theAnswerAfterConnack(Ending ending) {
        for (int level = 3; level <= 5; level++) {
            SessionRig rig = SessionRig.open(level);

            ending.event.accept(rig);

            boolean word = level == 5 && ending.disconnectReason >= 0;
            assertThat(rig.client.sent())
                    .isEqualTo(word ? hex(disconnect5(ending.disconnectReason, ending.text())) : "");
            assertThat(rig.toldClient().webSocketCode()).isEqualTo(ending.webSocketCode);
        }
    }

    @Test
    @DisplayName("5.0 4.13: a client that is to go elsewhere is told where")
    void namesAnotherServer() {
        SessionRig before = SessionRig.awaiting(CONNECT_5);
        SessionRig after = SessionRig.open(5);
        SessionRig three = SessionRig.open(4);

        before.session.drain("eu");
        after.session.drain("eu");
        three.session.drain("eu");

        assertThat(before.client.sent()).isEqualTo(hex("20 16 00 9C 13 1C 0002 6575 1F 000B 647261696E206D6F766564"));
        assertThat(after.client.sent()).isEqualTo(hex("E0 15 9C 13 1C 0002 6575 1F 000B 647261696E206D6F766564"));
        assertThat(three.client.sent()).isEmpty();
        assertThat(three.toldClient()).isEqualTo(CloseCause.DRAIN_MOVED);
        assertThat(after.toldClient().webSocketCode()).isEqualTo(1012);
    }

    @Test
    void aClientThatDoesNotAnswerPingsIsReset() {
        SessionRig rig = SessionRig.open(5);

        rig.session.clientFailed(CloseCause.PONG_OVERDUE);

        assertThat(rig.client.sends).isZero();
        assertThat(rig.client.aborts).isOne();
        assertThat(rig.broker.finishedWith).isEqualTo(CloseCause.PONG_OVERDUE);
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {3, 4, 5})
    void queueFull(int level) {
        SessionRig rig = SessionRig.dialing(Packets.connect(level));

        rig.session.upstreamRefused(CloseCause.QUEUE_FULL);

        assertThat(rig.client.sent()).isEqualTo(level == 5 ? hex(connack5(0x89, "queue full")) : "20020003");
        assertThat(rig.toldClient().webSocketCode()).isEqualTo(1013);
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {3, 4, 5})
    @DisplayName("[MQTT-3.2.0-1] the broker's first packet is no CONNACK")
    void notConnack(int level) {
        SessionRig rig = SessionRig.awaiting(Packets.connect(level));

        rig.fromBroker("48 54 54 50");

        assertThat(rig.client.sent()).isEqualTo(level == 5 ? hex(connack5(0x88, "broker not connack")) : "20020003");
        assertThat(rig.toldClient()).isEqualTo(CloseCause.NOT_CONNACK);
    }

    @ParameterizedTest(name = "level {0}")
    @CsvSource({"3, 20020003", "4, 20020003"})
    void noBrokerOfThree(int level, String packet) {
        SessionRig rig = SessionRig.dialing(Packets.connect(level));

        rig.session.upstreamRefused(CloseCause.NO_BROKER);

        assertThat(rig.client.sent()).isEqualTo(packet);
        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.NO_BROKER);
    }

    @Test
    void noBrokerOfFive() {
        SessionRig rig = SessionRig.dialing(CONNECT_5);

        rig.session.upstreamRefused(CloseCause.NO_BROKER);

        assertThat(rig.client.sent()).isEqualTo(hex(connack5(0x88, "no broker")));
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {3, 4, 5})
    void connackTimeout(int level) {
        SessionRig rig = SessionRig.awaiting(Packets.connect(level));

        rig.seconds(30);

        assertThat(rig.client.sent()).isEqualTo(level == 5 ? hex(connack5(0x88, "connack timeout")) : "20020003");
        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.CONNACK_TIMEOUT);
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {3, 4, 5})
    void brokerSilent(int level) {
        SessionRig rig = SessionRig.awaiting(Packets.connect(level));

        rig.session.upstreamClosed();

        assertThat(rig.client.sent())
                .isEqualTo(level == 5 ? hex(connack5(0x88, "broker closed before connack")) : "20020003");
        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.BROKER_SILENT);
    }

    @Test
    void bridgeRefused() {
        SessionRig rig = new SessionRig();

        rig.fromClient(Packets.CONNECT_4_BRIDGE);

        assertThat(rig.client.sent()).isEqualTo("20020001");
        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.BRIDGE_REFUSED);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "keep alive expired, 141, ''",
        "broker lost, 128, ''",
        "packet malformed, 129, 00",
        "protocol error, 130, 10 0D",
        "packet too large, 149, 30 63"
    })
    void onlyAfterConnack(String text, int reason, String clientSends) {
        SessionRig rig = SessionRig.open(5);

        switch (text) {
            case "keep alive expired" -> rig.seconds(95);
            case "broker lost" -> rig.session.upstreamFinished();
            default -> rig.fromClient(clientSends);
        }

        assertThat(rig.client.sent()).isEqualTo(hex(disconnect5(reason, text)));
        assertThat(rig.toldClient().reason()).isEqualTo(text);
    }

    // Maximum Packet Size

    @ParameterizedTest(name = "{0} bytes: {1}")
    @CsvSource({
        "15, E00D8B0B1F000873687574646F776E, whole",
        "14, E0028B00, without Reason String",
        "4, E0028B00, without Reason String",
        "3, '', nothing fits",
        "1, '', nothing fits"
    })
    @DisplayName("[MQTT-3.1.2-24], [MQTT-3.14.2-3]: a DISCONNECT keeps within Maximum Packet Size")
    void disconnectKeepsWithinMaximumPacketSize(int most, String packet, String meaning) {
        SessionRig rig = SessionRig.awaiting(Packets.connect5WithMaximumPacketSize(most));
        rig.fromBroker(CONNACK_5);
        rig.forget();

        rig.session.stop();

        assertThat(rig.client.sent()).isEqualTo(packet);
        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.SHUTDOWN);
    }

    @ParameterizedTest(name = "{0} bytes: {1}")
    @CsvSource({
        "16, 200E00880B1F000873687574646F776E, whole",
        "15, 2003008800, without Reason String",
        "5, 2003008800, without Reason String",
        "4, '', nothing fits"
    })
    @DisplayName("[MQTT-3.1.2-24], [MQTT-3.2.2-19]: a CONNACK keeps within Maximum Packet Size")
    void connackKeepsWithinMaximumPacketSize(int most, String packet, String meaning) {
        SessionRig rig = SessionRig.dialing(Packets.connect5WithMaximumPacketSize(most));

        rig.session.stop();

        assertThat(rig.client.sent()).isEqualTo(packet);
        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.SHUTDOWN);
    }

    // The packet boundary

    @Test
    void waitsForTheEndOfTheBrokersPacketAndIsTheLast() {
        SessionRig rig = SessionRig.open(5);
        rig.fromBroker(PINGRESP, "30 0A 0001");

        rig.session.stop();
        String whileWaiting = rig.client.sent();
        rig.fromBroker("74 00 01");
        rig.fromBroker("02 03 04 05 06", PUBLISH_5);
        rig.fromBroker(PUBLISH_5);

        assertThat(whileWaiting).isEqualTo(hex(PINGRESP, "30 0A 0001"));
        assertThat(rig.client.sent()).isEqualTo(hex(PINGRESP, PUBLISH_5, disconnect5(0x8B, "shutdown")));
        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.SHUTDOWN);
        assertThat(rig.broker.finishedWith).isEqualTo(CloseCause.SHUTDOWN);
    }

    @Test
    void waitsForTheEndOfAFixedHeader() {
        SessionRig rig = SessionRig.open(5);
        rig.fromBroker("30");

        rig.session.stop();
        rig.fromBroker("0A 0001 74 00 010203040506");

        assertThat(rig.client.sent()).isEqualTo(hex(PUBLISH_5, disconnect5(0x8B, "shutdown")));
    }

    @Test
    void waitsForTheBoundaryOneSecondAtMost() {
        SessionRig rig = SessionRig.open(5);
        rig.fromBroker("30 0A 0001");
        rig.session.stop();

        rig.seconds(0.9);
        CloseCause before = rig.client.finishedWith;
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.SHUTDOWN);
        assertThat(rig.client.sent()).isEqualTo(hex("30 0A 0001"));
    }

    @Test
    void theCloseTimeoutBeginsBehindTheBoundary() {
        SessionRig rig = SessionRig.open(5);
        rig.fromBroker("30 0A 0001");
        rig.session.stop();
        rig.seconds(1);

        rig.seconds(4.9);
        int before = rig.client.aborts;
        rig.seconds(0.1);

        assertThat(before).isZero();
        assertThat(rig.client.aborts).isOne();
        assertThat(rig.broker.aborts).isOne();
    }

    @Test
    void doesNotWaitWhereThereIsNothingToSay() {
        SessionRig rig = SessionRig.open(4);
        rig.fromBroker("30 09 0001");

        rig.session.stop();

        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.SHUTDOWN);
    }

    @Test
    void doesNotWaitForABrokerThatIsLost() {
        SessionRig rig = SessionRig.open(5);
        rig.fromBroker("30 0A 0001");

        rig.session.upstreamFinished();

        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.BROKER_LOST);
        assertThat(rig.client.sent()).isEqualTo(hex("30 0A 0001"));
    }

    @Test
    void waitsNoLongerWhenTheBrokerFinishes() {
        SessionRig rig = SessionRig.open(5);
        rig.fromBroker("30 0A 0001");
        rig.session.stop();

        rig.session.upstreamFinished();

        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.SHUTDOWN);
    }

    @Test
    void waitsNoLongerWhenTheClientCloses() {
        SessionRig rig = SessionRig.open(5);
        rig.fromBroker("30 0A 0001");
        rig.session.stop();

        rig.session.clientFinished();

        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.SHUTDOWN);
    }

    @Test
    void aSlowClientDelaysTheRestOfThePacket() {
        SessionRig rig = SessionRig.open(5);
        rig.fromBroker("30 0A 0001");
        rig.session.stop();
        rig.clientIsSlow();
        rig.fromBroker("74");
        boolean whileBlocked = rig.broker.paused;
        rig.clientTookAll();

        rig.fromBroker("00 010203040506");

        assertThat(whileBlocked).isTrue();
        assertThat(rig.broker.paused).isFalse();
        assertThat(rig.client.sent()).isEqualTo(hex(PUBLISH_5, disconnect5(0x8B, "shutdown")));
    }

    @Test
    void anotherViolationOfTheBrokerInsideTheFixedHeaderEndsTheWait() {
        SessionRig rig = SessionRig.open(5);
        rig.fromBroker("30 80");
        rig.session.stop();

        rig.fromBroker("00 00");

        assertThat(rig.client.sent()).isEqualTo("3080");
        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.SHUTDOWN);
    }

    // Nothing behind the broker's last word

    @Test
    @DisplayName("[MQTT-3.2.0-2] nothing behind a refusing CONNACK")
    void nothingBehindARefusingConnack() {
        SessionRig rig = SessionRig.awaiting(CONNECT_5);

        rig.fromBroker("20 03 00 87 00", PINGRESP);
        rig.fromBroker(PINGRESP);
        rig.session.stop();

        assertThat(rig.client.sent()).isEqualTo("2003008700");
        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.BROKER_REFUSED);
    }

    @Test
    @DisplayName("[MQTT-3.14.4-1] nothing behind the broker's DISCONNECT")
    void nothingBehindTheBrokersDisconnect() {
        SessionRig rig = SessionRig.open(5);

        rig.fromBroker(PUBLISH_5, "E0 02 8E 00");
        rig.session.stop();

        assertThat(rig.client.sent()).isEqualTo(hex(PUBLISH_5, "E0028E00"));
        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.BROKER_DISCONNECT);
    }

    @Test
    @DisplayName("[MQTT-3.14.4-1] the packet that a goodbye waits for is the broker's DISCONNECT: it is the last")
    void noGoodbyeBehindADisconnectThatItWaitedFor() {
        SessionRig rig = SessionRig.open(5);
        rig.fromBroker("E0 02");
        rig.session.stop();

        rig.fromBroker("8E 00");

        assertThat(rig.client.sent()).isEqualTo("E0028E00");
        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.SHUTDOWN);
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {4, 5})
    void noGoodbyeToAClientThatHasSaidDisconnect(int level) {
        SessionRig rig = SessionRig.open(level);
        rig.fromClient(DISCONNECT);

        rig.session.stop();

        assertThat(rig.client.sends).isZero();
    }

    @Test
    void noGoodbyeBeforeConnackToAClientThatHasSaidDisconnect() {
        SessionRig rig = SessionRig.awaiting(Packets.CONNECT_5_AUTH);
        rig.fromBroker(Packets.AUTH);
        rig.fromClient(DISCONNECT);
        rig.forget();

        rig.session.stop();

        assertThat(rig.client.sends).isZero();
    }

    @Test
    void aConnackInTheSameRunAsTheWholeStreamIsWhole() {
        SessionRig rig = SessionRig.awaiting(CONNECT_4);

        rig.fromBroker(CONNACK_3X, PUBLISH, "30 09 00");
        rig.session.stop();

        assertThat(rig.client.sent()).isEqualTo(hex(CONNACK_3X, PUBLISH, "30 09 00"));
    }
}
