package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Whether the client is still there, how long it may be, and what is only reported. */
final class SessionLivenessTest {

    /** Without a keep alive there is no other deadline. */
    @Nested
    final class HalfRecords {
        private static final String CONNECT = "10 0F 00 04 4D 51 54 54 04 02 00 00 00 03 61 62 63";

        private final SessionRig rig = new SessionRig();

        @BeforeEach
        void open() {
            rig.fromClient(CONNECT);
            rig.connected();
            rig.fromBroker(Packets.connack(4));
        }

        @Test
        void mustBecomeWholeInTheStallTime() {
            rig.session.clientMidRecord(true);
            rig.seconds(59.9);
            String early = rig.cause();
            rig.seconds(0.2);

            assertThat(early).isNull();
            assertThat(rig.toldClient()).isEqualTo(CloseCause.RECORD_STALLED);
        }

        @Test
        void doNotCountOnceTheyAreWhole() {
            rig.session.clientMidRecord(true);
            rig.seconds(59);
            rig.session.clientMidRecord(false);
            rig.seconds(3600);

            assertThat(rig.cause()).isNull();
        }

        @Test
        @DisplayName("each read of a busy client may end within another record")
        void countFromTheLastPacket() {
            rig.session.clientMidRecord(true);
            for (int i = 0; i < 5; i++) {
                rig.seconds(50);
                rig.fromClient("C0 00");
            }
            String busy = rig.cause();
            rig.seconds(60.1);

            assertThat(busy).isNull();
            assertThat(rig.toldClient()).isEqualTo(CloseCause.RECORD_STALLED);
        }

        @Test
        void countOnlyWhileTheClientIsRead() {
            rig.brokerIsSlow();
            rig.fromClient("C0 00");
            rig.session.clientMidRecord(true);
            rig.seconds(50);
            rig.brokerTookAll();
            rig.seconds(50);
            String read = rig.cause();
            rig.seconds(10.1);

            assertThat(read).isNull();
            assertThat(rig.toldClient()).isEqualTo(CloseCause.RECORD_STALLED);
        }

        @Test
        @DisplayName("one that is begun before CONNACK: from CONNACK on")
        void areNotForgottenFromBeforeConnack() {
            SessionRig early = SessionRig.dialing(CONNECT);
            early.session.clientMidRecord(true);
            early.connected();
            early.fromBroker(Packets.connack(4));
            early.seconds(60.1);

            assertThat(early.toldClient()).isEqualTo(CloseCause.RECORD_STALLED);
        }
    }

    @Nested
    final class Pings {
        private final SessionRig rig = SessionRig.pinging(10);

        @Test
        void goOutWhenNothingHasMovedForThatLong() {
            rig.seconds(9.98);
            int before = rig.client.pings;
            rig.seconds(0.04);

            assertThat(before).isZero();
            assertThat(rig.client.pings).isEqualTo(1);
            assertThat(rig.client.sent()).isEmpty();
        }

        @Test
        void waitWhileBytesMoveEitherWay() {
            rig.seconds(6);
            rig.fromClient("C0 00");
            rig.seconds(6);
            rig.fromBroker("D0 00");
            rig.seconds(6);

            assertThat(rig.client.pings).isZero();
        }

        @Test
        void areRepeatedWhileTheyAreAnswered() {
            for (int i = 0; i < 5; i++) {
                rig.seconds(10.02);
                rig.session.clientAlive();
            }

            assertThat(rig.client.pings).isEqualTo(5);
            assertThat(rig.client.ending()).isFalse();
        }

        @Test
        @DisplayName("pong overdue: the client is reset, its broker's connection half-closed")
        void endTheSessionWhenThereIsNoSignOfLifeInAsLongAgain() {
            rig.seconds(10.02);
            rig.fromBroker("D0 00"); // says nothing of the client
            rig.seconds(9.96);
            boolean early = rig.client.ending();
            rig.seconds(0.06);

            assertThat(early).isFalse();
            assertThat(rig.client.aborts).isEqualTo(1);
            assertThat(rig.broker.finishedWith).isEqualTo(CloseCause.PONG_OVERDUE);
        }

        @Test
        void areNotSentToAClientThatIsNotReadOrDoesNotRead() {
            rig.brokerIsSlow();
            rig.fromClient("C0 00");
            rig.seconds(30);
            rig.brokerTookAll();
            rig.clientIsSlow();
            rig.fromBroker("D0 00");
            rig.seconds(30);

            assertThat(rig.client.pings).isZero();
            assertThat(rig.client.ending()).isFalse();
        }

        @Test
        void areAnsweredByAnyByteOfMqtt() {
            rig.seconds(10.02);
            rig.fromClient("C0 00");
            rig.seconds(9.9);

            assertThat(rig.client.ending()).isFalse();
        }

        @Test
        void areNeverSentUnlessAskedFor() {
            SessionRig silent = SessionRig.open(5);

            silent.seconds(60);

            assertThat(silent.client.pings).isZero();
        }
    }

    @Nested
    final class Probes {
        private final SessionRig rig = SessionRig.open(4);

        @Test
        void lookForAResetEveryTwoSecondsWhileTheBrokerHoldsTheClientBack() {
            rig.brokerIsSlow();
            rig.fromClient("C0 00");

            rig.seconds(7);

            assertThat(rig.client.probes).isEqualTo(3);
        }

        @Test
        void endWithTheHoldUp() {
            rig.brokerIsSlow();
            rig.fromClient("C0 00");
            rig.seconds(3);
            rig.brokerTookAll();

            rig.seconds(7);

            assertThat(rig.client.probes).isEqualTo(1);
        }

        @Test
        void areNotNeededWhereBytesWaitForTheClient() {
            rig.brokerIsSlow();
            rig.clientIsSlow();
            rig.fromBroker("D0 00");
            rig.fromClient("C0 00");

            rig.seconds(7);

            assertThat(rig.client.probes).isZero();
        }
    }

    @Nested
    final class Lifetime {

        @Test
        @DisplayName("lifetime over: DISCONNECT 0xA0, close 1008, between nine tenths of the time and all of it")
        void endsTheSessionALittleBeforeItsTime() {
            SessionRig rig = SessionRig.mortal(100, false);
            rig.seconds(89.9);
            boolean early = rig.client.ending();

            rig.seconds(10.2);

            assertThat(early).isFalse();
            assertThat(rig.client.sent()).startsWith("E0").contains("A0");
            assertThat(rig.toldClient()).isEqualTo(CloseCause.LIFETIME_OVER);
        }

        @Test
        void differsBetweenSessionsThatCameTogether() {
            SessionGroup group = new SessionRig().group;
            assertThat(group.size()).isEqualTo(1);
            Session first = SessionRig.open(5).session;
            first.serial = 1;
            double one = SessionGroup.luckOf(first);
            first.serial = 2;

            assertThat(SessionGroup.luckOf(first)).isNotEqualTo(one).isBetween(0.0, 1.0);
        }

        @Test
        void isOnlyReportedWhereLimitsAre() {
            SessionRig rig = SessionRig.mortal(100, true);

            for (int i = 0; i < 10; i++) {
                rig.seconds(30);
                rig.fromClient("C0 00");
            }

            assertThat(rig.client.ending()).isFalse();
            assertThat(rig.observer.spared).containsExactly(CloseCause.LIFETIME_OVER);
        }
    }

    @Nested
    final class Reported {
        private final SessionRig rig = SessionRig.reporting();

        @Test
        void aVersionThatIsNotAllowedPasses() {
            rig.opened(5);

            assertThat(rig.observer.spared).containsExactly(CloseCause.VERSION_REFUSED);
            assertThat(rig.client.ending()).isFalse();
        }

        @Test
        void packetsThatAreTooLargePassUnchangedAndAreToldOnce() {
            rig.opened(4);
            String large = "30 C5 01" + " 00".repeat(197);

            rig.fromClient(large, large);
            rig.fromClient("C0 00");

            assertThat(rig.broker.sent()).isEqualTo(Packets.hex(large, large, "C0 00"));
            assertThat(rig.observer.spared).containsExactly(CloseCause.VERSION_REFUSED, CloseCause.PACKET_TOO_LARGE);
            assertThat(rig.client.ending()).isFalse();
        }
    }
}
