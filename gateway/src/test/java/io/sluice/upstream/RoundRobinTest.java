package io.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RoundRobinTest {
    private final RoundRobin balancer = new RoundRobin();

    private static List<Broker> come(Crowd crowd, int many) {
        List<Broker> chosen = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            chosen.add(crowd.come(""));
        }
        return chosen;
    }

    @Test
    void takesEachInItsTurn() {
        Crowd crowd = new Crowd(balancer, 1, 1, 1);
        Broker a = crowd.broker(0);
        Broker b = crowd.broker(1);
        Broker c = crowd.broker(2);

        assertThat(come(crowd, 7)).containsExactly(a, b, c, a, b, c, a);
    }

    @Test
    void takesTheHeavierAsMuchMoreOftenAndNotInARow() {
        Crowd crowd = new Crowd(balancer, 1, 3);

        List<Broker> chosen = come(crowd, 400);

        assertThat(crowd.sessions()).containsExactly(100, 300);
        for (int i = 0; i + 5 <= chosen.size(); i++) {
            assertThat(chosen.subList(i, i + 5)).contains(crowd.broker(0));
        }
    }

    @Test
    void doesNotMakeUpForWhatABrokerMissed() {
        Crowd crowd = new Crowd(balancer, 1, 1);
        Broker away = crowd.broker(1);
        come(crowd, 2);
        crowd.without(away);
        come(crowd, 1000);
        crowd.with(away);

        come(crowd, 10);

        assertThat(crowd.sessions()).containsExactly(1006, 6);
    }

    @Test
    void followsASlowStartThatGoesOnWhileNobodyComes() {
        long second = Duration.ofSeconds(1).toNanos();
        SlowStart slowStart = new SlowStart(Optional.of(Duration.ofSeconds(30)));
        Broker back = Crowd.broker(9, 1, slowStart);
        Crowd crowd = new Crowd(balancer, 1).with(back);

        slowStart.begin(0);
        for (int i = 0; i < 42; i++) {
            crowd.come("", 0);
        }
        assertThat(back.sessions()).as("one in twenty-one").isEqualTo(2);
        for (int i = 0; i < 40; i++) {
            crowd.come("", 30 * second);
        }
        assertThat(back.sessions()).isBetween(21, 23);
    }
}
