package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.limit.Rate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who has to go when memory is short. */
final class ReliefTest {
    private final SessionRig first = new SessionRig();
    private final List<SessionRig> rigs = new ArrayList<>(List.of(first));

    private SessionRig open() {
        SessionRig rig = SessionRig.beside(first).opened(4);
        rigs.add(rig);
        return rig;
    }

    @Test
    void shedsTheNewestWithoutConnectAndNobodyElse() {
        SessionRig connected = open();
        for (int i = 0; i < 20; i++) {
            rigs.add(SessionRig.beside(first));
        }

        boolean any = Relief.shed(first.group);

        assertThat(any).isTrue();
        assertThat(connected.cause()).isNull();
        assertThat(first.cause()).as("the oldest").isNull();
        assertThat(rigs.stream().filter(rig -> "memory-shed".equals(rig.cause())))
                .as("at one look")
                .hasSize(16);
    }

    @Test
    void tellsWhenNobodyIsWithoutConnect() {
        first.opened(4);

        assertThat(Relief.shed(first.group)).isFalse();
    }

    @Test
    void shedsThoseForWhomMostWaits() {
        first.opened(4);
        SessionRig little = open();
        SessionRig much = open();
        SessionRig brokerIsSlow = open();
        little.client.held = 100;
        much.client.held = 20_000;
        brokerIsSlow.broker.held = 30_000;

        Relief.shedHolders(first.group);

        assertThat(first.cause()).isNull();
        assertThat(little.cause()).isNull();
        for (SessionRig rig : List.of(much, brokerIsSlow)) {
            assertThat(rig.client.aborts).as("nothing waits for a goodbye").isEqualTo(1);
            assertThat(rig.broker.aborts).isEqualTo(1);
            assertThat(rig.end().cause()).isEqualTo("memory-shed");
        }
    }

    @Test
    @DisplayName(
            "over their rates: who makes the gateway hold most goes, with a goodbye, and who is held little for stays")
    void shedsThoseForWhomMostIsHeld() {
        first.opened(4);
        SessionRig little = throttled(160);
        SessionRig much = throttled(800);

        Relief.shedHeld(first.group);

        assertThat(first.cause()).isNull();
        assertThat(little.cause()).isNull();
        assertThat(much.toldClient()).isEqualTo(CloseCause.MEMORY_SHED);
        assertThat(much.session.budgetBytes()).isZero();
    }

    /** More waits for its rate than nobody would notice. */
    private SessionRig throttled(int packets) {
        RateRules rates = new RateRules(null, new Rate(1, 1), null, TimeUnit.SECONDS.toNanos(5), 0, false);
        SessionRig rig = SessionRig.beside(first, rates).opened(4);
        rigs.add(rig);
        rig.fromClient(Packets.PUBLISH.repeat(packets));
        assertThat(rig.session.budgetBytes()).isGreaterThan(1024);
        return rig;
    }

    @Test
    void shedsNobodyWhoKeepsLittle() {
        first.opened(4);
        SessionRig other = open();
        other.client.held = 1023;

        Relief.shedHolders(first.group);

        assertThat(first.cause()).isNull();
        assertThat(other.cause()).isNull();
    }
}
