package io.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RendezvousTest {
    private static final int SESSIONS = 10_000;
    private static final double NO_BOUND = 100;
    private static final double BOUND = 1.25;

    private static Balancer rendezvous(double bound) {
        return new Rendezvous(bound, (brokers, key, now) -> brokers.get(0));
    }

    private static int moved(Map<String, Broker> before, Map<String, Broker> after) {
        return (int) before.entrySet().stream()
                .filter(one -> !Objects.equals(after.get(one.getKey()), one.getValue()))
                .count();
    }

    @Test
    void sharesKeysOutByWeight() {
        Crowd crowd = new Crowd(rendezvous(NO_BOUND), 1, 2, 1);

        crowd.come(SESSIONS);

        assertThat(crowd.broker(0).sessions()).isBetween(2350, 2650);
        assertThat(crowd.broker(1).sessions()).isBetween(4850, 5150);
        assertThat(crowd.broker(2).sessions()).isBetween(2350, 2650);
    }

    @Test
    void givesAKeyToTheSameBrokerInEveryGateway() {
        Map<String, Broker> here = new Crowd(rendezvous(NO_BOUND), 1, 1, 1).come(100);
        Map<String, Broker> there = new Crowd(rendezvous(NO_BOUND), 1, 1, 1).come(100);

        assertThat(here)
                .allSatisfy((key, broker) -> assertThat(name(there, key)).isEqualTo(broker.name()));
    }

    private static String name(Map<String, Broker> placed, String key) {
        return Objects.requireNonNull(placed.get(key)).name();
    }

    @Test
    void movesTheKeysOfABrokerThatGoesAndNoOthers() {
        Crowd crowd = new Crowd(rendezvous(NO_BOUND), 1, 1, 1, 1, 1);
        Broker gone = crowd.broker(2);
        Map<String, Broker> before = crowd.come(SESSIONS);

        Map<String, Broker> after = crowd.without(gone).come(SESSIONS);

        assertThat(after).allSatisfy((key, broker) -> {
            if (before.get(key) != gone) {
                assertThat(broker).isSameAs(before.get(key));
            }
        });
    }

    @Test
    void movesToABrokerThatComesOnlyItsPart() {
        Crowd crowd = new Crowd(rendezvous(NO_BOUND), 1, 1, 1, 1);
        Map<String, Broker> before = crowd.come(SESSIONS);
        Broker come = Crowd.broker(9, 1);

        Map<String, Broker> after = crowd.with(come).come(SESSIONS);

        assertThat(moved(before, after)).isBetween(SESSIONS / 5 - 200, SESSIONS / 5 + 200);
        assertThat(after).allSatisfy((key, broker) -> assertThat(broker).isIn(before.get(key), come));
    }

    @ParameterizedTest(name = "{0} brokers")
    @ValueSource(ints = {2, 3, 5, 10})
    @DisplayName("with the bound, when a broker goes or comes, at most its n-th part and what the bound pushes on move")
    void movesLittleUnderTheBound(int size) {
        int[] weights = new int[size];
        Arrays.fill(weights, 1);
        Map<String, Broker> before = new Crowd(rendezvous(BOUND), weights).come(SESSIONS);

        Crowd smaller = new Crowd(rendezvous(BOUND), weights);
        smaller.without(smaller.broker(size - 1));
        Map<String, Broker> without = smaller.come(SESSIONS);

        long moved = before.entrySet().stream()
                .filter(one -> !one.getValue().name().equals(name(without, one.getKey())))
                .count();
        assertThat(moved).isLessThanOrEqualTo(SESSIONS / size + (int) (SESSIONS * (BOUND - 1)));
    }

    @Test
    @DisplayName("keys that all belong to one broker are passed on when it has its bound")
    void overloadsNoBroker() {
        Crowd crowd = new Crowd(rendezvous(BOUND), 1, 1, 1, 1);
        Broker favourite = crowd.come("the same");
        favourite.released();

        for (int i = 0; i < 1000; i++) {
            crowd.come("the same");
        }

        assertThat(favourite.sessions()).isBetween(312, 313);
        assertThat(crowd.sessions()).allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(313));
    }

    @Test
    void returnsToTheFavouriteWhenItHasRoomAgain() {
        Crowd crowd = new Crowd(rendezvous(1), 1, 1);
        Broker favourite = crowd.come("the same");

        assertThat(crowd.come("the same")).as("as many as its fair share").isNotSameAs(favourite);
        favourite.released();
        assertThat(crowd.come("the same")).isSameAs(favourite);
    }

    @Test
    void boundsByWeight() {
        Crowd crowd = new Crowd(rendezvous(1), 1, 3);

        for (int i = 0; i < 400; i++) {
            crowd.come("the same");
        }

        assertThat(crowd.sessions()).containsExactly(100, 300);
    }

    @Test
    void leavesAnEmptyKeyToTheOtherBalancer() {
        Crowd crowd = new Crowd(rendezvous(BOUND), 1, 1, 1);
        for (int i = 0; i < 30; i++) {
            crowd.come("");
        }

        assertThat(crowd.sessions()).isEqualTo(List.of(30, 0, 0));
    }
}
