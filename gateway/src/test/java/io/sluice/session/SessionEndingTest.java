package io.sluice.session;

import static io.sluice.session.Packets.CONNACK_3X;
import static io.sluice.session.Packets.CONNACK_5;
import static io.sluice.session.Packets.CONNECT_4;
import static io.sluice.session.Packets.CONNECT_5;
import static io.sluice.session.Packets.CONNECT_5_AUTH;
import static io.sluice.session.Packets.DISCONNECT;
import static io.sluice.session.Packets.PINGREQ;
import static io.sluice.session.Packets.PINGRESP;
import static io.sluice.session.Packets.PUBLISH;
import static io.sluice.session.Packets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.telemetry.SessionEnd;
import io.sluice.telemetry.SessionReport;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How a session ends, what is reported of it, and what is no legal event; goodbyes are in {@link GoodbyeTest}. */
final class SessionEndingTest {
    private static final SessionReport.Client CLIENT =
            new SessionReport.Client(SessionRig.ADDRESS, null, null, null, null, null, null);

    // Who ends it

    @Test
    @DisplayName("the broker closes after the client's DISCONNECT")
    void theBrokerClosesAfterDisconnect() {
        SessionRig rig = SessionRig.open(4);
        rig.fromClient(DISCONNECT);

        rig.session.upstreamFinished();

        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.CLIENT_DISCONNECT);
        assertThat(rig.broker.finishedWith).isEqualTo(CloseCause.CLIENT_DISCONNECT);
    }

    @Test
    @DisplayName("the client closes after its DISCONNECT")
    void theClientClosesAfterDisconnect() {
        SessionRig rig = SessionRig.open(4);
        rig.fromClient(DISCONNECT);

        rig.session.clientFinished();

        assertThat(rig.end().cause()).isEqualTo("client-disconnect");
    }

    @Test
    @DisplayName("the client is lost after its DISCONNECT")
    void theClientIsLostAfterDisconnect() {
        SessionRig rig = SessionRig.open(4);
        rig.fromClient(DISCONNECT);

        rig.session.clientFailed(CloseCause.CLIENT_LOST);

        assertThat(rig.end().cause()).isEqualTo("client-disconnect");
    }

    @Test
    void passesOnToTheClientWhatTheBrokerSaysAfterItsDisconnect() {
        SessionRig rig = SessionRig.open(4);
        rig.fromClient(PINGREQ, DISCONNECT);

        rig.fromBroker(PINGRESP);

        assertThat(rig.client.sent()).isEqualTo(hex(PINGRESP));
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(
            value = CloseCause.class,
            names = {"TEXT_FRAME", "FRAME_ERROR", "CLOSE_REASON_INVALID", "CLIENT_LOST"})
    void theCauseOfTheClientsEdgeIsTheSessions(CloseCause cause) {
        SessionRig rig = SessionRig.open(5);

        rig.session.clientFailed(cause);

        assertThat(rig.client.sends).isZero();
        assertThat(rig.end().cause()).isEqualTo(cause.label());
    }

    @Test
    void resetsAClientThatIsLost() {
        SessionRig rig = SessionRig.open(5);

        rig.session.clientFailed(CloseCause.CLIENT_LOST);

        assertThat(rig.client.aborts).isOne();
        assertThat(rig.client.finishedWith).isNull();
        assertThat(rig.broker.finishedWith).isEqualTo(CloseCause.CLIENT_LOST);
    }

    @Test
    void aClientThatClosesWithoutAnotherWordIsLost() {
        SessionRig rig = SessionRig.open(5);

        rig.client.closed = true;
        rig.session.clientClosed();

        assertThat(rig.broker.finishedWith).isEqualTo(CloseCause.CLIENT_LOST);
        assertThat(rig.client.ending()).isFalse();
        assertThat(rig.end().cause()).isEqualTo("client-lost");
    }

    @Test
    void aBrokerThatClosesWithoutAnotherWordIsLost() {
        SessionRig rig = SessionRig.open(4);

        rig.broker.closed = true;
        rig.session.upstreamClosed();

        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.BROKER_LOST);
        assertThat(rig.broker.ending()).isFalse();
        assertThat(rig.end().cause()).isEqualTo("broker-lost");
    }

    @Test
    void theFirstCauseStays() {
        SessionRig rig = SessionRig.open(4);

        rig.session.clientFinished();
        rig.session.upstreamFinished();
        rig.session.clientFailed(CloseCause.FRAME_ERROR);
        rig.session.stop();

        assertThat(rig.end().cause()).isEqualTo("client-close");
        assertThat(rig.observer.bugs).isEmpty();
    }

    @ParameterizedTest(name = "level {0}")
    @CsvSource({"3", "4", "5"})
    @DisplayName("[MQTT-3.14.4-3], [MQTT-3.1.2-8]: no cause makes a DISCONNECT to the broker, so Wills are published")
    void neverSendsDisconnectInTheClientsName(int level) {
        for (Consumer<SessionRig> ending : endings()) {
            SessionRig rig = SessionRig.open(level);

            ending.accept(rig);

            assertThat(rig.broker.sends).isZero();
            assertThat(rig.broker.finishedWith).isNotNull();
        }
    }

    private static List<Consumer<SessionRig>> endings() {
        return List.of(
                rig -> rig.session.stop(),
                rig -> rig.session.clientFinished(),
                rig -> rig.session.clientFailed(CloseCause.CLIENT_LOST),
                rig -> rig.session.clientFailed(CloseCause.TEXT_FRAME),
                rig -> rig.session.clientClosed(),
                rig -> rig.session.upstreamFinished(),
                rig -> rig.session.failed(new IllegalStateException("a bug")),
                rig -> rig.fromClient("00"),
                rig -> rig.seconds(95));
    }

    @Test
    void dropsWhatEitherSideSendsWhileClosing() {
        SessionRig rig = SessionRig.open(4);
        rig.session.stop();

        rig.fromClient(PUBLISH);
        rig.fromBroker(PUBLISH);

        assertThat(rig.client.sends).isZero();
        assertThat(rig.broker.sends).isZero();
    }

    // Closed

    @ParameterizedTest(name = "client first: {0}")
    @CsvSource({"true", "false"})
    void isClosedWhenBothSidesAre(boolean clientFirst) {
        SessionRig rig = SessionRig.open(4);
        rig.session.stop();

        if (clientFirst) {
            rig.session.clientClosed();
        } else {
            rig.session.upstreamClosed();
        }
        int endsBefore = rig.observer.ends.size();
        int sizeBefore = rig.group.size();
        if (clientFirst) {
            rig.session.upstreamClosed();
        } else {
            rig.session.clientClosed();
        }

        assertThat(endsBefore).isZero();
        assertThat(sizeBefore).isOne();
        assertThat(rig.observer.ends).hasSize(1);
        assertThat(rig.group.size()).isZero();
    }

    @Test
    void isClosedWithTheClientWhereNoBrokerWasConnected() {
        SessionRig rig = SessionRig.dialing(CONNECT_4);
        rig.session.stop();

        rig.session.clientClosed();

        assertThat(rig.observer.ends).hasSize(1);
    }

    @Test
    void theGroupVisitsEverySessionAlsoOneThatEnds() {
        SessionGroup group = new SessionRig().group;
        assertThat(group.size()).isOne();
        int[] visited = {0};

        group.forEach(session -> {
            visited[0]++;
            session.stop();
            session.clientClosed();
        });

        assertThat(visited[0]).isOne();
        assertThat(group.size()).isZero();
    }

    // The report

    @Test
    void reportsWhatIsKnownOfTheSession() {
        SessionRig rig = SessionRig.awaiting(CONNECT_5);
        rig.fromBroker(CONNACK_5, PINGRESP);
        rig.fromClient(PINGREQ, PINGREQ, PINGREQ);
        rig.seconds(12);
        rig.session.stop();

        SessionEnd end = rig.end();

        String goodbye = Packets.disconnect5(0x8B, "shutdown");
        assertThat(end)
                .isEqualTo(new SessionEnd(
                        new SessionReport(
                                rig.session.id(),
                                "closed",
                                "public",
                                "web",
                                CLIENT,
                                new SessionReport.Mqtt(5, "a", null, 60, -1, 0),
                                new SessionReport.Upstream("eu", "10.0.0.1:1883", 1, 2_000),
                                new SessionReport.Counts(
                                        4,
                                        3,
                                        Packets.bytes(CONNECT_5).length + 6,
                                        Packets.bytes(CONNACK_5, PINGRESP, goodbye).length,
                                        0,
                                        0),
                                TimeUnit.SECONDS.toNanos(12)),
                        "shutdown",
                        "gateway",
                        0x8B,
                        1001,
                        true));
    }

    @Test
    void reportsWhatIsKnownOfASessionWithoutConnect() {
        SessionRig rig = new SessionRig();
        rig.fromClient("47 45 54");

        SessionEnd end = rig.end();

        assertThat(end)
                .isEqualTo(new SessionEnd(
                        new SessionReport(
                                rig.session.id(),
                                "closed",
                                "public",
                                "web",
                                CLIENT,
                                new SessionReport.Mqtt(0, null, null, 0, -1, -1),
                                SessionReport.Upstream.NONE,
                                new SessionReport.Counts(0, 0, 3, 0, 0, 0),
                                0),
                        "not-connect",
                        "client",
                        -1,
                        1002,
                        false));
    }

    @Test
    void countsTheGatewaysConnackAsAPacketToTheClient() {
        SessionRig rig = SessionRig.dialing(CONNECT_4);
        rig.session.upstreamRefused(CloseCause.NO_BROKER);

        SessionEnd end = rig.end();

        assertThat(end.session().counts().packetsOut()).isOne();
        assertThat(end.session().counts().bytesOut()).isEqualTo(4);
        assertThat(end.session().upstream().broker()).isNull();
        assertThat(end.session().mqtt().clientId()).isEqualTo("a");
    }

    @Test
    void countsWhatTheBrokerSaysUpToARefusingConnack() {
        SessionRig rig = SessionRig.awaiting(CONNECT_5_AUTH);
        rig.fromBroker(Packets.AUTH, "20 03 00 87 00");

        SessionEnd end = rig.end();

        assertThat(end.session().counts().packetsOut()).isEqualTo(2);
        assertThat(end.session().counts().bytesOut()).isEqualTo(9);
        assertThat(end.ordinary()).isFalse();
        assertThat(end.closedBy()).isEqualTo("broker");
    }

    // Bugs

    @ParameterizedTest(name = "{0}")
    @EnumSource(Illegal.class)
    void anEventThatTheStateLacksEndsTheSessionAsABug(Illegal illegal) {
        SessionRig rig = illegal.given();

        illegal.event.accept(rig);

        assertThat(rig.observer.bugs).hasSize(1);
        assertThat(rig.end().cause()).isEqualTo("internal");
        assertThat(rig.client.sends).isZero();
    }

    private enum Illegal {
        BROKER_CONNECTED_WHILE_OPENING("OPENING", rig -> rig.connected()),
        BROKER_CONNECTED_TWICE(
                "OPEN", rig -> rig.session.upstreamConnected(new SessionRig.FakePeer(), SessionRig.REACHED)),
        NO_BROKER_WHILE_OPENING("OPENING", rig -> rig.session.upstreamRefused(CloseCause.NO_BROKER)),
        NO_BROKER_WHILE_OPEN("OPEN", rig -> rig.session.upstreamRefused(CloseCause.NO_BROKER)),
        BROKER_BYTES_WHILE_DIALING("DIALING", rig -> rig.fromBroker(CONNACK_3X)),
        BROKER_FINISHED_WHILE_DIALING("DIALING", rig -> rig.session.upstreamFinished()),
        BROKER_CLOSED_WHILE_DIALING("DIALING", rig -> rig.session.upstreamClosed()),
        BROKER_WRITABLE_WHILE_DIALING("DIALING", rig -> rig.session.upstreamWritable());

        private final String state;
        private final Consumer<SessionRig> event;

        Illegal(String state, Consumer<SessionRig> event) {
            this.state = state;
            this.event = event;
        }

        SessionRig given() {
            return switch (state) {
                case "OPENING" -> new SessionRig();
                case "DIALING" -> SessionRig.dialing(CONNECT_4);
                default -> SessionRig.open(4);
            };
        }
    }

    @Test
    void aConnectionThatNobodyWaitsForIsDropped() {
        SessionRig rig = SessionRig.open(4);
        SessionRig.FakePeer stray = new SessionRig.FakePeer();

        rig.session.upstreamConnected(stray, SessionRig.REACHED);

        assertThat(stray.aborts).isOne();
    }

    @Test
    void everyEventAfterTheEndIsABugAndChangesNothing() {
        SessionRig rig = SessionRig.open(4);
        rig.session.stop();
        rig.end();
        rig.forget();

        rig.fromClient(PINGREQ);
        rig.fromBroker(PINGRESP);
        rig.session.clientWritable();
        rig.session.clientProgress();
        rig.session.clientFinished();
        rig.session.clientFailed(CloseCause.CLIENT_LOST);
        rig.session.clientClosed();
        rig.session.upstreamWritable();
        rig.session.upstreamFinished();
        rig.session.upstreamClosed();
        rig.session.upstreamRefused(CloseCause.NO_BROKER);
        rig.session.stop();

        assertThat(rig.observer.bugs).hasSize(11);
        assertThat(rig.observer.ends).hasSize(1);
        assertThat(rig.group.size()).isZero();
        assertThat(rig.client.sends + rig.broker.sends).isZero();
    }

    @Test
    void aBugWhileClosingAbortsBothSides() {
        SessionRig rig = SessionRig.open(5);
        rig.fromBroker("30 09");
        rig.session.stop();

        rig.session.failed(new IllegalStateException("a bug"));

        assertThat(rig.client.aborts).isOne();
        assertThat(rig.broker.aborts).isOne();
        assertThat(rig.end().cause()).isEqualTo("shutdown");
        assertThat(rig.broker.finishedWith).isNull();
        assertThat(rig.client.finishedWith).isNull();
    }

    @Test
    void aDialerThatThrowsDoesNotKeepTheSession() {
        SessionRig rig = new SessionRig();
        rig.dialer.bug = new IllegalStateException("a bug");

        try {
            rig.fromClient(CONNECT_4);
        } catch (IllegalStateException bug) {
            rig.session.failed(bug);
        }

        assertThat(rig.client.finishedWith).isEqualTo(CloseCause.INTERNAL);
        assertThat(rig.end().cause()).isEqualTo("internal");
    }
}
