package io.sluice.session;

import static io.sluice.session.Packets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two sessions of one cluster with one client id. */
final class ClientIdsTest {
    private final ClientIds ids = new ClientIds();

    @Test
    @DisplayName("[MQTT-3.1.4-3] a broker that takes over without a word: DISCONNECT 0x8E, session taken over")
    void tellsTheOlderClientThatItsIdWasTaken() {
        SessionRig older = SessionRig.open(5, ids);
        SessionRig.open(5, ids);

        older.session.upstreamFinished();

        assertThat(older.client.sent()).startsWith("E0").contains(hex("8e"));
        assertThat(older.client.finishedWith).isEqualTo(CloseCause.TAKEN_OVER);
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {3, 4})
    @DisplayName("[MQTT-3.1.4-2] in 3.x the WebSocket close alone tells")
    void tellsNothingButTheCloseInOlderVersions(int level) {
        SessionRig older = SessionRig.open(level, ids);
        SessionRig.open(level, ids);

        older.session.upstreamFinished();

        assertThat(older.client.sent()).isEmpty();
        assertThat(older.client.finishedWith).isEqualTo(CloseCause.TAKEN_OVER);
    }

    @Test
    void calledLostIsTheSessionThatHoldsTheId() {
        SessionRig.open(5, ids);
        SessionRig newer = SessionRig.open(5, ids);

        newer.session.upstreamFinished();

        assertThat(newer.client.finishedWith).isEqualTo(CloseCause.BROKER_LOST);
    }

    @Test
    void aNamesakeThatHasEndedTookNothing() {
        SessionRig older = SessionRig.open(5, ids);
        SessionRig newer = SessionRig.open(5, ids);
        newer.session.clientClosed();
        newer.session.upstreamClosed();

        older.session.upstreamFinished();

        assertThat(older.client.finishedWith).isEqualTo(CloseCause.BROKER_LOST);
    }

    @Test
    void aNamesakeInAnotherClusterTakesNothing() {
        SessionRig older = SessionRig.open(5, ids);
        SessionRig elsewhere = new SessionRig(0b111000, false, 60, ids);
        elsewhere.fromClient(Packets.connect(5));
        elsewhere.session.upstreamConnected(elsewhere.broker, new Reached("us", "10.1.0.1:1883", 1, 2_000));

        older.session.upstreamFinished();

        assertThat(ids.size()).isEqualTo(2);
        assertThat(older.client.finishedWith).isEqualTo(CloseCause.BROKER_LOST);
    }

    @Test
    void leavesTheClusterThatDidNotAnswer() {
        SessionRig rig = new SessionRig(0b111000, false, 60, ids);
        rig.fromClient(Packets.connect(5));
        rig.connected();
        rig.dialer.another = true;
        rig.session.upstreamClosed();

        rig.session.upstreamConnected(new SessionRig.FakePeer(), new Reached("us", "10.1.0.1:1883", 2, 2_000));

        assertThat(ids.size()).isEqualTo(1);
    }

    @Test
    void forgetsSessionsThatHaveEnded() {
        SessionRig rig = SessionRig.open(4, ids);
        int during = ids.size();

        rig.session.clientClosed();
        rig.session.upstreamClosed();

        assertThat(during).isEqualTo(1);
        assertThat(ids.size()).isZero();
    }
}
