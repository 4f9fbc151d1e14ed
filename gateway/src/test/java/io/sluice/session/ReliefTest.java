package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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
    void shedsNobodyWhoKeepsLittle() {
        first.opened(4);
        SessionRig other = open();
        other.client.held = 1023;

        Relief.shedHolders(first.group);

        assertThat(first.cause()).isNull();
        assertThat(other.cause()).isNull();
    }
}
