package io.sluice.session;

import static io.sluice.session.Packets.CONNACK_3X;
import static io.sluice.session.Packets.DISCONNECT;
import static io.sluice.session.Packets.PINGREQ;
import static io.sluice.session.Packets.PUBLISH;
import static io.sluice.session.Packets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.limit.Rate;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that sends faster than it may. */
final class SessionThrottleTest {
    private static final long PAUSE = TimeUnit.SECONDS.toNanos(5);
    private static final int PUBLISH_BYTES = Packets.bytes(PUBLISH).length;

    @Test
    void passesTheBurstAndHoldsTheRest() {
        SessionRig rig = open(publishes(10, 3));

        rig.fromClient(PUBLISH.repeat(5));

        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH.repeat(3)));
        assertThat(rig.client.paused).isTrue();
    }

    @Test
    void losesNothingAndKeepsTheRate() {
        SessionRig rig = open(publishes(10, 3));
        rig.fromClient(PUBLISH.repeat(23));

        rig.seconds(0.99);
        int afterOneSecond = rig.broker.sent.size() / PUBLISH_BYTES;
        rig.seconds(1.02);

        assertThat(afterOneSecond).isBetween(11, 12);
        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH.repeat(23)));
        assertThat(rig.client.paused).isFalse();
    }

    @Test
    void cutsBytesAnywhere() {
        SessionRig rig = open(new RateRules(null, null, new Rate(100, 5), PAUSE, 0, false));

        rig.fromClient(PUBLISH);
        String atOnce = rig.broker.sent();
        rig.seconds(0.1);

        assertThat(atOnce).isEqualTo(hex(PUBLISH).substring(0, 10));
        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH));
    }

    @Test
    void countsAllPacketsWherePacketsAreBounded() {
        SessionRig rig = open(new RateRules(new Rate(1, 2), null, null, PAUSE, 0, false));

        rig.fromClient(PINGREQ, PUBLISH, PINGREQ);

        assertThat(rig.broker.sent()).isEqualTo(hex(PINGREQ, PUBLISH));
    }

    @Test
    void letsOtherPacketsPassWherePublishIsBounded() {
        SessionRig rig = open(publishes(1, 1));

        rig.fromClient(PUBLISH, PINGREQ, PINGREQ, PUBLISH);

        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH, PINGREQ, PINGREQ));
    }

    @Test
    void doesNotCloseForBeingThrottled() {
        SessionRig rig = open(publishes(1, 1));
        rig.fromClient(PUBLISH.repeat(400));

        rig.seconds(300);

        assertThat(rig.cause()).isNull();
        assertThat(rig.broker.sent.size() / PUBLISH_BYTES).isBetween(300, 301);
    }

    @Test
    void closesAfterTheTimeThatTheOperatorSets() {
        SessionRig rig = open(new RateRules(null, new Rate(1, 1), null, PAUSE, TimeUnit.SECONDS.toNanos(10), false));
        rig.fromClient(PUBLISH.repeat(400));

        rig.seconds(9.9);
        String before = rig.cause();
        rig.seconds(0.1);

        assertThat(before).isNull();
        assertThat(rig.toldClient()).isEqualTo(CloseCause.RATE_EXCEEDED);
    }

    @Test
    void aRestFromBeingThrottledBeginsTheTimeAnew() {
        SessionRig rig = open(new RateRules(null, new Rate(1, 1), null, PAUSE, TimeUnit.SECONDS.toNanos(10), false));
        for (int i = 0; i < 5; i++) {
            rig.fromClient(PUBLISH.repeat(6));
            rig.seconds(8);
        }

        assertThat(rig.cause()).isNull();
        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH.repeat(30)));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void keepAliveDoesNotRunWhileThrottled(int level) {
        SessionRig rig = open(level, publishes(1, 1));
        rig.fromClient((level == 5 ? Packets.PUBLISH_5 : PUBLISH).repeat(200));

        rig.seconds(190);
        String whileThrottled = rig.cause();
        rig.seconds(110);

        assertThat(whileThrottled).isNull();
        assertThat(rig.toldClient()).isEqualTo(CloseCause.KEEP_ALIVE_EXPIRED);
    }

    @Test
    void waitsForABlockedBrokerFirst() {
        SessionRig rig = open(publishes(10, 1));
        rig.brokerIsSlow();
        rig.fromClient(PUBLISH.repeat(3));
        rig.seconds(1);
        int whileBlocked = rig.broker.sends;

        rig.brokerTookAll();
        rig.seconds(1);

        assertThat(whileBlocked).isEqualTo(1);
        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH.repeat(3)));
        assertThat(rig.client.paused).isFalse();
    }

    @Test
    void throttlesWhatWasHeldBehindConnectToo() {
        SessionRig rig = new SessionRig(0b111000, false, 60, new ClientIds(), publishes(10, 2));
        rig.fromClient(Packets.connect(4), PUBLISH.repeat(5));
        rig.connected();
        rig.fromBroker(CONNACK_3X);
        int atOnce = rig.broker.sent.size();

        rig.seconds(0.5);

        assertThat(atOnce).isEqualTo(Packets.bytes(Packets.connect(4)).length + 2 * PUBLISH_BYTES);
        assertThat(rig.broker.sent()).isEqualTo(hex(Packets.connect(4), PUBLISH.repeat(5)));
    }

    @Test
    void passesADisconnectBehindABacklogAndEndsWell() {
        SessionRig rig = open(publishes(10, 1));
        rig.fromClient(PUBLISH.repeat(4), DISCONNECT);

        rig.seconds(0.5);
        rig.session.upstreamFinished();

        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH.repeat(4), DISCONNECT));
        assertThat(rig.toldClient()).isEqualTo(CloseCause.CLIENT_DISCONNECT);
    }

    @Test
    void passesWhatIsHeldWhenTheGatewayStops() {
        SessionRig rig = open(publishes(1, 1));
        rig.fromClient(PUBLISH.repeat(4));

        rig.session.stop();

        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH.repeat(4)));
    }

    @ParameterizedTest
    @EnumSource(
            value = CloseCause.class,
            names = {"CLIENT_CLOSE", "CLIENT_LOST"})
    void passesWhatIsHeldWhenTheClientGoes(CloseCause why) {
        SessionRig rig = open(publishes(1, 4));
        rig.fromClient(PUBLISH.repeat(4));
        rig.fromClient(PUBLISH.repeat(4));

        goes(rig, why);

        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH.repeat(8)));
    }

    @Test
    void passesNoMoreThanAnotherBurstWhenTheClientGoes() {
        SessionRig packets = open(publishes(1, 2));
        packets.fromClient(PUBLISH.repeat(9));
        SessionRig bytes = open(new RateRules(null, null, new Rate(1, 5), PAUSE, 0, false));
        bytes.fromClient(PUBLISH.repeat(9));

        packets.session.clientFinished();
        bytes.session.clientFinished();

        assertThat(packets.broker.sent()).isEqualTo(hex(PUBLISH.repeat(4)));
        assertThat(bytes.broker.sent()).isEqualTo(hex(PUBLISH).substring(0, 20));
    }

    @ParameterizedTest
    @EnumSource(
            value = CloseCause.class,
            names = {"CLIENT_CLOSE", "CLIENT_LOST"})
    void aDisconnectThatIsHeldStillCountsWhenTheClientGoes(CloseCause why) {
        SessionRig rig = open(publishes(1, 2));
        rig.fromClient(PUBLISH.repeat(4), DISCONNECT);

        goes(rig, why);

        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH.repeat(4), DISCONNECT));
        assertThat(rig.toldClient()).isEqualTo(CloseCause.CLIENT_DISCONNECT);
    }

    private static void goes(SessionRig rig, CloseCause why) {
        if (why == CloseCause.CLIENT_CLOSE) {
            rig.session.clientFinished();
        } else {
            rig.session.clientFailed(why);
        }
    }

    @Test
    void reportsAndChangesNoByte() {
        SessionRig rig = open(new RateRules(new Rate(1, 1), new Rate(1, 1), new Rate(1, 1), PAUSE, PAUSE, true));

        rig.fromClient(PUBLISH.repeat(50));
        rig.fromClient(PINGREQ);
        rig.seconds(20);

        assertThat(rig.broker.sent()).isEqualTo(hex(PUBLISH.repeat(50), PINGREQ));
        assertThat(rig.client.pauses).isZero();
        rig.session.stop();
        assertThat(rig.end().session().counts().ratesReached()).isEqualTo(2);
    }

    @Test
    void tellsHowLongItWasThrottled() {
        SessionRig rig = open(publishes(10, 1));
        rig.fromClient(PUBLISH.repeat(11));

        rig.seconds(3);
        rig.session.stop();

        assertThat(rig.end().session().counts().throttledNanos()).isBetween(990_000_000L, 1_020_000_000L);
    }

    @ParameterizedTest(name = "{0} packets/s, {1} at once, in runs of {2}: {3} s")
    @CsvSource({"1000, 1, 10, 2", "1000, 2000, 100, 3", "7, 3, 1, 20", "50000, 10, 300, 1"})
    void keepsTheRateWithinFivePercent(long perSecond, long burst, int run, int seconds) {
        SessionRig rig = open(publishes(perSecond, burst));
        long sent = 0;
        long ticks = seconds * 1_000_000_000L / TimerWheel.TICK_NANOS;
        for (long i = 0; i < ticks; i++) {
            while (!rig.client.paused) {
                rig.fromClient(PUBLISH.repeat(run));
                sent += run;
            }
            rig.seconds(TimerWheel.TICK_NANOS / 1e9);
        }

        long passed = rig.broker.sent.size() / PUBLISH_BYTES;

        assertThat(sent).isGreaterThanOrEqualTo(passed);
        assertThat((double) passed)
                .isBetween(
                        perSecond * seconds * 0.95,
                        perSecond * seconds * 1.001 + Math.max((double) burst, perSecond * 0.03) + 1);
    }

    private static RateRules publishes(long perSecond, long burst) {
        return new RateRules(null, new Rate(perSecond, burst), null, PAUSE, 0, false);
    }

    private static SessionRig open(RateRules rates) {
        return open(4, rates);
    }

    private static SessionRig open(int level, RateRules rates) {
        SessionRig rig = new SessionRig(0b111000, false, 60, new ClientIds(), rates);
        rig.fromClient(Packets.connect(level));
        rig.connected();
        rig.fromBroker(Packets.connack(level));
        rig.forget();
        return rig;
    }
}
