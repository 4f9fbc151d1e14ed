package io.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LeastConnectionsTest {
    private static final int SESSIONS = 6_000;

    private final Random random = new Random(4);
    private final Balancer balancer = new LeastConnections(() -> random);

    @Test
    void keepsEqualBrokersCloseTogether() {
        Crowd crowd = new Crowd(balancer, 1, 1, 1, 1, 1, 1);

        crowd.come(SESSIONS);

        assertThat(crowd.sessions()).allSatisfy(count -> assertThat(count).isBetween(990, 1010));
    }

    @Test
    void givesEachBrokerByItsWeight() {
        Crowd crowd = new Crowd(balancer, 1, 2, 3);

        crowd.come(SESSIONS);

        assertThat(crowd.broker(0).sessions()).isBetween(980, 1020);
        assertThat(crowd.broker(1).sessions()).isBetween(1980, 2020);
        assertThat(crowd.broker(2).sessions()).isBetween(2980, 3020);
    }

    @Test
    void takesTheEmptierOfTwo() {
        Crowd crowd = new Crowd(balancer, 1, 1);
        Crowd.connect(crowd.broker(0));

        assertThat(crowd.come("")).isSameAs(crowd.broker(1));
    }

    @Test
    void countsSessionsAndNotWhatWaitsForThem() {
        Crowd crowd = new Crowd(balancer, 1, 1);
        for (int i = 0; i < 8; i++) {
            Crowd.connect(crowd.broker(0));
            crowd.broker(0).addWarm(1);
        }
        Crowd.connect(crowd.broker(1));

        assertThat(crowd.come("")).isSameAs(crowd.broker(0));
    }

    @Test
    @DisplayName("the fullest of many is never taken, the others as they come: no herd goes to the emptiest")
    void spreadsAmongTheOthers() {
        Crowd crowd = new Crowd(balancer, 1, 1, 1);
        for (int i = 0; i < 10; i++) {
            Crowd.connect(crowd.broker(0));
        }
        Crowd.connect(crowd.broker(1));
        int[] taken = new int[3];

        for (int i = 0; i < 300; i++) {
            Broker chosen = crowd.come("");
            chosen.released();
            for (int j = 0; j < 3; j++) {
                taken[j] += chosen == crowd.broker(j) ? 1 : 0;
            }
        }

        assertThat(taken[0]).isZero();
        assertThat(taken[1]).as("when the emptiest is not among the two").isBetween(70, 130);
        assertThat(taken[2]).isBetween(170, 230);
    }

    @Test
    void takesTheOnlyOne() {
        Crowd crowd = new Crowd(balancer, 1000);

        assertThat(crowd.come("")).isSameAs(crowd.broker(0));
    }

    @Test
    @DisplayName("a broker in slow start has no more than its part of what the others have, and the whole after it")
    void fillsABrokerThatComesBackByAndBy() {
        long second = Duration.ofSeconds(1).toNanos();
        SlowStart slowStart = new SlowStart(Optional.of(Duration.ofSeconds(30)));
        Broker back = Crowd.broker(9, 1, slowStart);
        Crowd crowd = new Crowd(balancer, 1, 1);
        crowd.come(2000);
        crowd.with(back);

        slowStart.begin(0);
        for (int i = 0; i < 300; i++) {
            crowd.come("", 0);
        }
        assertThat(back.sessions()).as("at first").isBetween(10, 60);
        for (int i = 0; i < 300; i++) {
            crowd.come("", 15 * second);
        }
        assertThat(back.sessions()).as("in the middle").isBetween(150, 300);
        for (int i = 0; i < 3000; i++) {
            crowd.come("", 30 * second);
        }
        assertThat(crowd.sessions())
                .as("afterwards")
                .allSatisfy(count -> assertThat(count).isBetween(1850, 1880));
    }
}
