package io.sluice.session;

import static io.sluice.session.Packets.AUTH;
import static io.sluice.session.Packets.CONNACK_3X;
import static io.sluice.session.Packets.CONNACK_5;
import static io.sluice.session.Packets.CONNECT_4;
import static io.sluice.session.Packets.CONNECT_4_BRIDGE;
import static io.sluice.session.Packets.CONNECT_5;
import static io.sluice.session.Packets.CONNECT_5_AUTH;
import static io.sluice.session.Packets.DISCONNECT;
import static io.sluice.session.Packets.PINGREQ;
import static io.sluice.session.Packets.PINGRESP;
import static io.sluice.session.Packets.PUBLISH;
import static io.sluice.session.Packets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From the first byte to the streams of OPEN, and back-pressure; endings are in {@link SessionEndingTest}. */
final class SessionTest {

    // Opening

    @Test
    @DisplayName("[MQTT-3.1.0-1] dials with the CONNECT once it is whole")
    void dialsOnceConnectIsWhole() {
        SessionRig rig = new SessionRig();
        byte[] connect = Packets.bytes(CONNECT_5);

        for (int i = 0; i < connect.length; i++) {
            assertThat(rig.dialer.dialed).isEmpty();

            rig.session.clientBytes(Packets.run(new byte[] {connect[i]}));
        }

        assertThat(rig.dialer.dialed).singleElement().satisfies(packet -> {
            assertThat(packet.level()).isEqualTo(5);
            assertThat(packet.clientId()).isEqualTo("a");
        });
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {3, 4, 5})
    void sendsConnectToTheBrokerUnchanged(int level) {
        SessionRig rig = SessionRig.dialing(Packets.connect(level));

        rig.connected();

        assertThat(rig.broker.sent()).isEqualTo(hex(Packets.connect(level)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "C000, PINGREQ, not-connect",
        "10 0D 0004 4D515458 04 02 003C 0001 61, a name that is not MQTT's, not-connect",
        "10 0D 0004 4D515454 06 02 003C 0001 61, level 6, version-refused",
        "10 0D 0004 4D515454 00 02 003C 0001 61, level 0, version-refused",
        "10 0D 0004 4D515454 04 03 003C 0001 61, the reserved flag, connect-malformed",
        "10 13 0004 4D515454 05 02 003C 05 27 00000000 0001 61, Maximum Packet Size 0, connect-protocol-error",
        "10 FF 01 0004 4D515454 04 02, one byte more than allowed, connect-too-large"
    })
    void refusesAnotherFirstPacketAndDialsNobody(String packet, String meaning, String cause) {
        SessionRig rig = new SessionRig();

        rig.fromClient(packet);

        assertThat(rig.cause()).isEqualTo(cause);
        assertThat(rig.dialer.dialed).isEmpty();
    }

    @Test
    void refusesALevelThatThePolicyDoesNotAllow() {
        SessionRig rig = new SessionRig(0b011000, false, 60);

        rig.fromClient(CONNECT_5);

        assertThat(rig.cause()).isEqualTo("version-refused");
        assertThat(rig.dialer.dialed).isEmpty();
    }

    @ParameterizedTest(name = "bridges allowed: {0}")
    @CsvSource({"false, bridge-refused", "true,"})
    void letsABridgePassOnlyWhereItIsAllowed(boolean allowed, String cause) {
        SessionRig rig = new SessionRig(0b111000, allowed, 60);

        rig.fromClient(CONNECT_4_BRIDGE);

        assertThat(rig.cause()).isEqualTo(cause);
        assertThat(rig.dialer.dialed).hasSize(allowed ? 1 : 0);
    }

    // What a client sends on behind CONNECT

    @Test
    void forwardsWhatWasHeldInOrderAfterConnack() {
        SessionRig rig = SessionRig.dialing(CONNECT_4 + PUBLISH);
        rig.fromClient(PINGREQ);
        rig.connected();
        rig.fromClient("30 09 0001");

        rig.fromBroker(CONNACK_3X);
        rig.fromClient("74 010203040506", PINGREQ);

        assertThat(rig.broker.sent()).isEqualTo(hex(CONNECT_4, PUBLISH, PINGREQ, PUBLISH, PINGREQ));
    }

    @Test
    void sendsOnlyConnectBeforeConnack() {
        SessionRig rig = SessionRig.awaiting(CONNECT_4 + PUBLISH);

        rig.fromClient(PUBLISH);

        assertThat(rig.broker.sent()).isEqualTo(hex(CONNECT_4));
    }

    @ParameterizedTest(name = "level {0}")
    @CsvSource({"4, 20 02 00 05", "5, 20 03 00 87 00"})
    @DisplayName("[MQTT-3.1.4-5], in 5.0 [MQTT-3.1.4-6]: drops what was held when the broker refuses")
    void dropsWhatWasHeldWhenTheBrokerRefuses(int level, String refusal) {
        SessionRig rig = SessionRig.awaiting(Packets.connect(level) + PUBLISH);

        rig.fromBroker(refusal);
        rig.fromClient(PUBLISH);

        assertThat(rig.broker.sent()).isEqualTo(hex(Packets.connect(level)));
        assertThat(rig.cause()).isEqualTo("broker-refused");
    }

    @Test
    void pausesTheClientWhenAsMuchIsHeldAsAllowed() {
        SessionRig rig = SessionRig.dialing(CONNECT_4);
        int left = SessionRig.MOST_BEFORE_CONNACK - Packets.bytes(CONNECT_4).length;

        rig.session.clientBytes(Packets.run(new byte[left - 1]));
        boolean before = rig.client.paused;
        rig.session.clientBytes(Packets.run(new byte[1]));

        assertThat(before).isFalse();
        assertThat(rig.client.paused).isTrue();
    }

    @Test
    void resumesTheClientAfterConnackWhenItWasPaused() {
        SessionRig rig = SessionRig.awaiting(CONNECT_4);
        rig.fromClient(PUBLISH.repeat(30));
        assertThat(rig.client.paused).isTrue();

        rig.fromBroker(CONNACK_3X);

        assertThat(rig.client.paused).isFalse();
        assertThat(rig.broker.sent()).isEqualTo(hex(CONNECT_4, PUBLISH.repeat(30)));
    }

    // Another broker

    @Test
    void triesAnotherBrokerWhenTheFirstOneClosesWithoutAWord() {
        SessionRig rig = SessionRig.awaiting(CONNECT_4 + PUBLISH);
        rig.dialer.another = true;

        rig.session.upstreamFinished();
        assertThat(rig.broker.aborts).isOne();
        rig.session.upstreamClosed();
        rig.connectedAnew();
        rig.fromBroker(CONNACK_3X);

        assertThat(rig.broker.sent()).isEqualTo(hex(CONNECT_4, PUBLISH));
        assertThat(rig.dialer.nexts).isOne();
        assertThat(rig.client.sent()).isEqualTo(hex(CONNACK_3X));
    }

    @ParameterizedTest(name = "after {1}")
    @CsvSource({"20, the first byte of CONNACK", "F0 02 18 00, AUTH"})
    void triesNoOtherBrokerOnceTheFirstOneHasSaidAByte(String said, String meaning) {
        SessionRig rig = SessionRig.awaiting(CONNECT_5);
        rig.dialer.another = true;
        rig.fromBroker(said);

        rig.session.upstreamFinished();

        assertThat(rig.dialer.nexts).isZero();
        assertThat(rig.cause()).isEqualTo("broker-closed-before-connack");
    }

    @Test
    void endsWhenNoOtherBrokerIsLeft() {
        SessionRig rig = SessionRig.awaiting(CONNECT_4);

        rig.session.upstreamFinished();
        rig.session.upstreamClosed();

        assertThat(rig.dialer.nexts).isOne();
        assertThat(rig.cause()).isEqualTo("broker-closed-before-connack");
    }

    @ParameterizedTest(name = "a broker was silent before: {0}")
    @CsvSource({"false, no-broker", "true, broker-closed-before-connack"})
    void endsWhenTheDialFindsNone(boolean silentBefore, String cause) {
        SessionRig rig = SessionRig.dialing(CONNECT_4);
        if (silentBefore) {
            rig.dialer.another = true;
            rig.connected();
            rig.session.upstreamClosed();
        }

        rig.session.upstreamRefused(CloseCause.NO_BROKER);

        assertThat(rig.cause()).isEqualTo(cause);
    }

    @ParameterizedTest(name = "level {0}, refused by {1}")
    @CsvSource({"4, 20 02 00 03, 20 02 00 00", "5, 20 03 00 89 00, 20 03 00 00 00"})
    @DisplayName(
            "a refusal that the dial retries: CONNECT goes to the next broker, and the client hears of that one alone")
    void triesTheNextBrokerWhenOneRefuses(int level, String refusal, String connack) {
        SessionRig rig = SessionRig.awaiting(Packets.connect(level) + PUBLISH);
        rig.dialer.retried = level == 4 ? 3 : 0x89;
        rig.dialer.another = true;

        rig.fromBroker(refusal);
        assertThat(rig.broker.aborts).isOne();
        rig.session.upstreamClosed();
        rig.connectedAnew();
        rig.fromBroker(connack);

        assertThat(rig.broker.sent()).isEqualTo(hex(Packets.connect(level), PUBLISH));
        assertThat(rig.client.sent()).isEqualTo(hex(connack));
        assertThat(rig.cause()).isNull();
        assertThat(rig.dialer.nexts).isOne();
    }

    @Test
    void passesARefusalOnThatTheDialDoesNotRetry() {
        SessionRig rig = SessionRig.awaiting(CONNECT_4);
        rig.dialer.retried = 3;

        rig.fromBroker("20 02 00 05");

        assertThat(rig.client.sent()).isEqualTo(hex("20 02 00 05"));
        assertThat(rig.cause()).isEqualTo("broker-refused");
        assertThat(rig.dialer.nexts).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"no other is left", "the dial finds none", "the time is up"})
    @DisplayName("the first broker's own refusal is passed on when no other answers")
    void passesTheRefusalOnWhenNoOtherAnswers(String why) {
        SessionRig rig = SessionRig.awaiting(CONNECT_4);
        rig.dialer.retried = 3;
        rig.dialer.another = !why.equals("no other is left");

        rig.fromBroker("20 02 00 03");
        rig.broker.closed = true;
        rig.session.upstreamClosed();
        if (why.equals("the dial finds none")) {
            rig.session.upstreamRefused(CloseCause.NO_BROKER);
        } else if (why.equals("the time is up")) {
            rig.seconds(31);
        }

        assertThat(rig.client.sent()).isEqualTo(hex("20 02 00 03"));
        assertThat(rig.end().cause()).isEqualTo("broker-refused");
        assertThat(rig.observer.bugs).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"is silent", "ends within its answer"})
    void passesTheRefusalOnWhenTheSecondBroker(String doesWhat) {
        SessionRig rig = SessionRig.awaiting(CONNECT_4);
        rig.dialer.retried = 3;
        rig.dialer.another = true;
        rig.fromBroker("20 02 00 03");
        rig.session.upstreamClosed();
        rig.connectedAnew();

        if (doesWhat.equals("is silent")) {
            rig.seconds(31);
        } else {
            rig.fromBroker("20 02");
            rig.session.upstreamFinished();
        }

        assertThat(rig.client.sent()).isEqualTo(hex("20 02 00 03"));
        assertThat(rig.end().cause()).isEqualTo("broker-refused");
        assertThat(rig.observer.bugs).isEmpty();
    }

    @Test
    void dropsTheFirstRefusalForTheSecondBrokersOwn() {
        SessionRig rig = SessionRig.awaiting(CONNECT_4);
        rig.dialer.retried = 3;
        rig.dialer.another = true;
        rig.fromBroker("20 02 00 03");
        rig.session.upstreamClosed();
        rig.connectedAnew();

        rig.fromBroker("20 02 00 05");

        assertThat(rig.client.sent()).isEqualTo(hex("20 02 00 05"));
        assertThat(rig.end().cause()).isEqualTo("broker-refused");
    }

    @Test
    void cancelsTheDialWhenTheClientGoes() {
        SessionRig rig = SessionRig.dialing(CONNECT_4);

        rig.session.clientFinished();

        assertThat(rig.dialer.cancelled).isOne();
        assertThat(rig.end().cause()).isEqualTo("client-close");
    }

    @Test
    void cancelsNoDialThatHasFoundNone() {
        SessionRig rig = SessionRig.dialing(CONNECT_4);

        rig.session.upstreamRefused(CloseCause.NO_BROKER);

        assertThat(rig.dialer.cancelled).isZero();
    }

    @Test
    void cancelsNoDialThatHasFoundABroker() {
        SessionRig rig = SessionRig.awaiting(CONNECT_4);

        rig.session.clientFinished();

        assertThat(rig.dialer.cancelled).isZero();
        assertThat(rig.broker.finishedWith).isEqualTo(CloseCause.CLIENT_CLOSE);
    }

    // The broker's answer

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {3, 4, 5})
    @DisplayName("[MQTT-3.2.0-1] passes CONNACK and what follows on unchanged, also byte by byte")
    void passesConnackOn(int level) {
        SessionRig rig = SessionRig.awaiting(Packets.connect(level));
        byte[] stream = Packets.bytes(Packets.connack(level), PINGRESP, PINGRESP);

        for (byte one : stream) {
            rig.session.upstreamBytes(Packets.run(new byte[] {one}));
        }

        assertThat(rig.client.sent()).isEqualTo(hex(stream));
        assertThat(rig.dialer.accepted).isOne();
    }

    @Test
    void holdsAConnackThatIsNotWhole() {
        SessionRig rig = SessionRig.awaiting(CONNECT_4);

        rig.fromBroker("20 02 00");

        assertThat(rig.client.sends).isZero();
        assertThat(rig.dialer.accepted).isZero();
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "D0 00, another packet, broker-not-connack",
        "20 03 00 00 00, a length that 3.1.1 does not have, broker-malformed",
        "20 FF FF FF FF 01, a length of five bytes, broker-malformed"
    })
    @DisplayName("[MQTT-3.2.0-1] refuses another first packet of the broker")
    void refusesAnotherFirstPacketOfTheBroker(String packet, String meaning, String cause) {
        SessionRig rig = SessionRig.awaiting(CONNECT_4);

        rig.fromBroker(packet);

        assertThat(rig.cause()).isEqualTo(cause);
        assertThat(rig.client.sent()).isEqualTo("20020003");
    }

    @Test
    @DisplayName("5.0 4.12: AUTH passes at once, and the client's AUTH flows before CONNACK")
    void authFlowsBothWaysBeforeConnack() {
        SessionRig rig = SessionRig.awaiting(CONNECT_5_AUTH);

        rig.fromBroker(AUTH);
        String toClient = rig.client.sent();
        rig.fromClient(AUTH);
        String toBroker = rig.broker.sent();
        rig.fromBroker(AUTH, CONNACK_5, PINGRESP);
        rig.fromClient(PINGREQ);

        assertThat(toClient).isEqualTo(hex(AUTH));
        assertThat(toBroker).isEqualTo(hex(CONNECT_5_AUTH, AUTH));
        assertThat(rig.client.sent()).isEqualTo(hex(AUTH, AUTH, CONNACK_5, PINGRESP));
        assertThat(rig.broker.sent()).isEqualTo(hex(CONNECT_5_AUTH, AUTH, PINGREQ));
    }

    @Test
    void resumesAClientThatWasPausedBeforeAuth() {
        SessionRig rig = SessionRig.awaiting(CONNECT_5_AUTH);
        rig.fromClient(AUTH.repeat(80));
        assertThat(rig.client.paused).isTrue();

        rig.fromBroker(AUTH);

        assertThat(rig.client.paused).isFalse();
        assertThat(rig.broker.sent()).isEqualTo(hex(CONNECT_5_AUTH, AUTH.repeat(80)));
    }

    // Back-pressure

    @Test
    void pausesClientReadsWhileBrokerIsBlocked() {
        SessionRig rig = SessionRig.open(4);
        rig.brokerIsSlow();

        rig.fromClient(PUBLISH);
        boolean whileBlocked = rig.client.paused;
        rig.brokerTookAll();

        assertThat(whileBlocked).isTrue();
        assertThat(rig.client.paused).isFalse();
        assertThat(rig.broker.paused).isFalse();
    }

    @Test
    void pausesBrokerReadsWhileClientIsBlocked() {
        SessionRig rig = SessionRig.open(4);
        rig.clientIsSlow();

        rig.fromBroker(PUBLISH);
        boolean whileBlocked = rig.broker.paused;
        rig.clientTookAll();

        assertThat(whileBlocked).isTrue();
        assertThat(rig.broker.paused).isFalse();
        assertThat(rig.client.paused).isFalse();
    }

    @Test
    void pausesTheClientFromConnackOnWhileTheBrokerHasNotTakenConnect() {
        SessionRig rig = SessionRig.dialing(CONNECT_4);
        rig.brokerIsSlow();
        rig.connected();

        rig.fromBroker(CONNACK_3X);
        boolean whileBlocked = rig.client.paused;
        rig.brokerTookAll();

        assertThat(whileBlocked).isTrue();
        assertThat(rig.client.paused).isFalse();
    }

    @Test
    void keepsTheClientPausedWhileTheHeldBytesWaitForTheBroker() {
        SessionRig rig = SessionRig.awaiting(CONNECT_4 + PUBLISH.repeat(30));
        rig.brokerIsSlow();

        rig.fromBroker(CONNACK_3X);
        boolean whileBlocked = rig.client.paused;
        rig.brokerTookAll();

        assertThat(whileBlocked).isTrue();
        assertThat(rig.client.paused).isFalse();
    }

    @Test
    void aWritableBrokerBeforeConnackDoesNotResumeAClientThatSentTooMuch() {
        SessionRig rig = SessionRig.dialing(CONNECT_4 + PUBLISH.repeat(30));
        rig.brokerIsSlow();
        rig.connected();

        rig.brokerTookAll();

        assertThat(rig.client.paused).isTrue();
    }

    @Test
    void pausesTheBrokerWhenTheClientDoesNotTakeAuth() {
        SessionRig rig = SessionRig.awaiting(CONNECT_5_AUTH);
        rig.clientIsSlow();

        rig.fromBroker(AUTH);
        boolean whileBlocked = rig.broker.paused;
        rig.clientTookAll();

        assertThat(whileBlocked).isTrue();
        assertThat(rig.broker.paused).isFalse();
    }

    // Streaming

    @Test
    @DisplayName("passes a run on in one send, packet boundaries or not")
    void passesARunOnInOneSend() {
        SessionRig rig = SessionRig.open(4);

        rig.fromClient(PUBLISH, PUBLISH, "30 09 00");

        assertThat(rig.broker.sends).isOne();
        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH, PUBLISH, "30 09 00"));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "60 02 0001, PUBREL without its flag, packet-malformed",
        "10 0D 0004 4D515454 04 02 003C 0001 61, a second CONNECT [MQTT-3.1.0-2], protocol-error",
        "30 63 0001 74, one byte more than allowed, packet-too-large"
    })
    void forwardsWhatIsLegalUpToAViolation(String packet, String meaning, String cause) {
        SessionRig rig = SessionRig.open(4);

        rig.fromClient(PUBLISH, packet);

        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH));
        assertThat(rig.cause()).isEqualTo(cause);
        assertThat(rig.broker.finishedWith).isNotNull();
    }

    @Test
    void aViolationAmongTheHeldBytesEndsTheSessionAfterConnack() {
        SessionRig rig = SessionRig.awaiting(CONNECT_5 + "60 02 0001");

        rig.fromBroker(CONNACK_5);

        assertThat(rig.broker.sent()).isEqualTo(hex(CONNECT_5));
        assertThat(rig.client.sent()).isEqualTo(hex(CONNACK_5, Packets.disconnect5(0x81, "packet malformed")));
    }

    @Test
    @DisplayName("[MQTT-3.14.4-2] forwards nothing behind the client's DISCONNECT")
    void forwardsNothingBehindDisconnect() {
        SessionRig rig = SessionRig.open(4);

        rig.fromClient(DISCONNECT, PUBLISH);
        rig.fromClient(PUBLISH);

        assertThat(rig.broker.sent()).isEqualTo(hex(DISCONNECT));
    }
}
