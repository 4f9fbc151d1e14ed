package io.sluice.session;

import static io.sluice.session.Packets.AUTH;
import static io.sluice.session.Packets.CONNACK_3X;
import static io.sluice.session.Packets.CONNACK_5;
import static io.sluice.session.Packets.CONNECT_4;
import static io.sluice.session.Packets.CONNECT_5;
import static io.sluice.session.Packets.CONNECT_5_AUTH;
import static io.sluice.session.Packets.DISCONNECT;
import static io.sluice.session.Packets.PINGRESP;
import static io.sluice.session.Packets.PUBLISH;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends a session because time has passed; the clock passes its greatest value after 20 s. */
final class SessionDeadlineTest {

    @Test
    void waitsTenSecondsForConnect() {
        SessionRig rig = new SessionRig();
        rig.fromClient("10 0D 0004");

        rig.seconds(9.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("connect-timeout");
        assertThat(rig.client.sends).isZero();
    }

    @Test
    void bytesBeforeTheWholeConnectDoNotExtendItsDeadline() {
        SessionRig rig = new SessionRig();

        for (byte one : Packets.bytes(CONNECT_4)) {
            rig.session.clientBytes(Packets.run(new byte[] {one}));
            rig.seconds(1);
        }

        assertThat(rig.cause()).isEqualTo("connect-timeout");
    }

    @Test
    void searchesThirtySecondsForABroker() {
        SessionRig rig = SessionRig.dialing(CONNECT_4);

        rig.seconds(29.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("no-broker");
    }

    @Test
    void waitsThirtySecondsForConnack() {
        SessionRig rig = SessionRig.awaiting(CONNECT_4);
        rig.fromBroker("20 02");

        rig.seconds(29.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("connack-timeout");
    }

    @Test
    void allBrokersTogetherHaveThirtySeconds() {
        SessionRig rig = SessionRig.awaiting(CONNECT_4);
        rig.dialer.another = true;
        rig.seconds(10);
        rig.session.upstreamClosed();
        rig.seconds(10);
        rig.connectedAnew();

        rig.seconds(9.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("connack-timeout");
    }

    @Test
    @DisplayName("AUTH re-arms the CONNACK deadline")
    void authReArmsTheConnackDeadline() {
        SessionRig rig = SessionRig.awaiting(CONNECT_5_AUTH);
        rig.seconds(29);
        rig.fromBroker(AUTH);

        rig.seconds(29.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("connack-timeout");
    }

    // Keep alive

    @ParameterizedTest(name = "level {0}, keep alive {1} s: {2} s")
    @CsvSource({"3, 60, 95", "4, 60, 95", "5, 60, 95", "4, 1, 6.5", "4, 65535, 98307.5"})
    @DisplayName("[MQTT-3.1.2-24], in 5.0 [MQTT-3.1.2-22]: one and a half keep alives and the grace")
    void keepAliveExpires(int level, int keepAlive, double expected) {
        SessionRig rig = SessionRig.awaiting(Packets.connectWithKeepAlive(level, keepAlive));
        rig.fromBroker(Packets.connack(level));

        rig.seconds(expected - 0.1);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("keep-alive-expired");
    }

    @Test
    void keepAliveZeroHasNoDeadline() {
        SessionRig rig = SessionRig.awaiting(Packets.connectWithKeepAlive(4, 0));
        rig.fromBroker(CONNACK_3X);

        rig.seconds(200_000);

        assertThat(rig.cause()).isNull();
    }

    @ParameterizedTest(name = "CONNECT {0} s, CONNACK {1} s")
    @CsvSource({"60, 10, 20", "10, 60, 95", "0, 10, 20"})
    @DisplayName("[MQTT-3.2.2-21] Server Keep Alive replaces the client's")
    void serverKeepAliveReplacesTheClients(int connect, int connack, double expected) {
        SessionRig rig = SessionRig.awaiting(Packets.connectWithKeepAlive(5, connect));
        rig.fromBroker(Packets.connack5WithServerKeepAlive(connack));

        rig.seconds(expected - 0.1);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("keep-alive-expired");
    }

    @Test
    @DisplayName("Server Keep Alive 0 turns keep alive off")
    void serverKeepAliveZeroTurnsItOff() {
        SessionRig rig = SessionRig.awaiting(CONNECT_5);
        rig.fromBroker(Packets.connack5WithServerKeepAlive(0));

        rig.seconds(1_000);

        assertThat(rig.cause()).isNull();
    }

    @Test
    void anyByteOfTheClientReArmsKeepAlive() {
        SessionRig rig = SessionRig.open(4);
        rig.fromClient("30 09 0001 74");

        for (int i = 0; i < 5; i++) {
            rig.seconds(94);
            rig.fromClient("01");
        }
        rig.seconds(94.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("keep-alive-expired");
    }

    @Test
    void anEmptyRunIsNoSignOfLife() {
        SessionRig rig = SessionRig.open(4);

        rig.seconds(94);
        rig.fromClient("");
        rig.seconds(1);

        assertThat(rig.cause()).isEqualTo("keep-alive-expired");
    }

    @Test
    void theBrokersBytesDoNotReArmKeepAlive() {
        SessionRig rig = SessionRig.open(4);

        rig.seconds(94);
        rig.fromBroker(PINGRESP);
        rig.session.clientProgress();
        rig.seconds(1);

        assertThat(rig.cause()).isEqualTo("keep-alive-expired");
    }

    @Test
    void keepAliveStandsStillWhileTheClientIsPaused() {
        SessionRig rig = SessionRig.open(4);
        rig.seconds(10);
        rig.brokerIsSlow();
        rig.fromClient(PUBLISH);
        rig.seconds(59);
        String whilePaused = rig.cause();
        rig.brokerTookAll();

        rig.seconds(94.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(whilePaused).isNull();
        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("keep-alive-expired");
    }

    @Test
    void aBrokerThatTakesNothingEndsTheSession() {
        SessionRig rig = SessionRig.open(4);
        rig.brokerIsSlow();
        rig.fromClient(PUBLISH);

        rig.seconds(59.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("broker-stalled");
    }

    @Test
    void aBrokerThatTakesAByteHasItsTimeAnew() {
        SessionRig rig = SessionRig.open(4);
        rig.brokerIsSlow();
        rig.fromClient(PUBLISH);
        rig.seconds(59);
        rig.session.upstreamProgress();

        rig.seconds(59.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("broker-stalled");
    }

    @Test
    void keepAliveBeginsWithConnack() {
        SessionRig rig = SessionRig.dialing(Packets.connectWithKeepAlive(4, 10) + PUBLISH.repeat(30));
        rig.seconds(4);
        rig.connected();
        rig.seconds(25);
        rig.fromBroker(CONNACK_3X);

        rig.seconds(19.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("keep-alive-expired");
    }

    @Test
    void aMachineThatSleptDoesNotCountAsTheClientsSilence() {
        SessionRig rig = SessionRig.open(4);
        rig.seconds(90);

        rig.clock.forwardNanos(TimeUnit.HOURS.toNanos(8));
        rig.group.wheel().advance();
        rig.seconds(4.8);
        String before = rig.cause();
        rig.seconds(0.2);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("keep-alive-expired");
    }

    // Write stall

    @Test
    void resetsAClientThatTakesNotOneByte() {
        SessionRig rig = SessionRig.awaiting(Packets.connectWithKeepAlive(5, 0));
        rig.fromBroker(CONNACK_5);
        rig.seconds(10);
        rig.clientIsSlow();
        rig.fromBroker(PINGRESP);

        rig.seconds(59.9);
        int before = rig.client.aborts;
        rig.seconds(0.1);

        assertThat(before).isZero();
        assertThat(rig.client.aborts).isOne();
        assertThat(rig.end().cause()).isEqualTo("write-stalled");
    }

    @Test
    void progressResetsTheWriteStall() {
        SessionRig rig = SessionRig.awaiting(Packets.connectWithKeepAlive(4, 0));
        rig.fromBroker(CONNACK_3X);
        rig.clientIsSlow();
        rig.fromBroker(PINGRESP);
        rig.seconds(59);
        rig.session.clientProgress();

        rig.seconds(59.9);
        int before = rig.client.aborts;
        rig.seconds(0.1);

        assertThat(before).isZero();
        assertThat(rig.client.aborts).isOne();
    }

    @Test
    void aClientThatTakesAllIsNotStalled() {
        SessionRig rig = SessionRig.awaiting(Packets.connectWithKeepAlive(4, 0));
        rig.fromBroker(CONNACK_3X);
        rig.clientIsSlow();
        rig.fromBroker(PINGRESP);
        rig.seconds(30);
        rig.clientTookAll();

        rig.seconds(1_000);

        assertThat(rig.client.aborts).isZero();
        assertThat(rig.cause()).isNull();
    }

    @Test
    void theWriteStallRunsFromTheFirstByteThatWaitsAlsoBeforeConnack() {
        SessionRig rig = SessionRig.awaiting(CONNECT_5_AUTH);
        rig.clientIsSlow();
        rig.fromBroker(AUTH);
        rig.seconds(20);
        rig.fromBroker(CONNACK_5);

        rig.seconds(39.9);
        int before = rig.client.aborts;
        rig.seconds(0.1);

        assertThat(before).isZero();
        assertThat(rig.client.aborts).isOne();
    }

    @Test
    void theWriteStallCanBeOff() {
        SessionRig rig = new SessionRig(0b111000, false, 0);
        rig.fromClient(Packets.connectWithKeepAlive(4, 0));
        rig.connected();
        rig.fromBroker(CONNACK_3X);
        rig.clientIsSlow();
        rig.fromBroker(PINGRESP);

        rig.seconds(10_000);

        assertThat(rig.cause()).isNull();
        assertThat(rig.client.aborts).isZero();
    }

    // DISCONNECT and close

    @Test
    void closesAfterTheCloseTimeoutWhenNeitherSideDoesAfterDisconnect() {
        SessionRig rig = SessionRig.open(4);
        rig.fromClient(DISCONNECT);

        rig.seconds(4.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("client-disconnect");
        assertThat(rig.client.sends).isZero();
    }

    @Test
    void afterDisconnectOnlyTheCloseTimeoutCounts() {
        SessionRig rig = SessionRig.open(4);
        rig.clientIsSlow();
        rig.fromBroker(PINGRESP);
        rig.seconds(57);
        rig.fromClient(DISCONNECT);

        rig.seconds(4.9);
        int before = rig.client.aborts;
        rig.seconds(0.1);

        assertThat(before).isZero();
        assertThat(rig.cause()).isEqualTo("client-disconnect");
    }

    @Test
    void theCloseTimeoutAlsoBoundsADisconnectBeforeConnack() {
        SessionRig rig = SessionRig.awaiting(CONNECT_5_AUTH);
        rig.fromBroker(AUTH);
        rig.fromClient(DISCONNECT);
        rig.fromBroker(AUTH);

        rig.seconds(4.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.cause()).isEqualTo("client-disconnect");
        assertThat(rig.client.sent()).isEqualTo(Packets.hex(AUTH, AUTH));
    }

    @Test
    void abortsBothSidesAfterTheCloseTimeout() {
        SessionRig rig = SessionRig.open(4);
        rig.session.stop();

        rig.seconds(4.9);
        int before = rig.client.aborts + rig.broker.aborts;
        rig.seconds(0.1);

        assertThat(before).isZero();
        assertThat(rig.client.aborts).isOne();
        assertThat(rig.broker.aborts).isOne();
        assertThat(rig.end().cause()).isEqualTo("shutdown");
    }

    @Test
    void abortsOnlyTheSideThatHasNotClosed() {
        SessionRig rig = SessionRig.open(4);
        rig.session.stop();
        rig.client.closed = true;
        rig.session.clientClosed();

        rig.seconds(5);

        assertThat(rig.client.aborts).isZero();
        assertThat(rig.broker.aborts).isOne();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"10", CONNECT_4})
    void nothingIsLeftOnTheWheelOfAClosedSession(String bytes) {
        SessionRig rig = new SessionRig();
        rig.fromClient(bytes);
        rig.session.clientFinished();
        rig.bothClose();

        rig.seconds(200);

        assertThat(rig.observer.bugs).isEmpty();
        assertThat(rig.observer.ends).hasSize(1);
        assertThat(rig.group.size()).isZero();
    }
}
