package io.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.SlotConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SlotsTest {
    private final Broker broker = Crowd.broker(0, 1);
    private final Broker other = Crowd.broker(1, 1);
    private List<Broker> eligible = List.of(broker, other);
    private int warmClosed;
    private int offers;

    private Slots slots(int maxConnections, int maxConnecting, int queueSize) {
        return new Slots(
                new SlotConfig(maxConnections, maxConnecting, queueSize, Duration.ofSeconds(10)),
                () -> eligible,
                () -> List.of(broker, other),
                () -> warmClosed++);
    }

    private static Slot take(Slots slots, Broker broker) {
        return Objects.requireNonNull(slots.take(broker));
    }

    /** Wants a place at one broker. */
    private final class Waiting implements Slots.Waiter {
        private final Slots slots;
        private final Broker wanted;
        private final boolean again;
        private @Nullable Slot granted;

        Waiting(Slots slots, Broker wanted) {
            this(slots, wanted, false);
        }

        Waiting(Slots slots, Broker wanted, boolean again) {
            this.slots = slots;
            this.wanted = wanted;
            this.again = again;
        }

        @Override
        public @Nullable Slot take() {
            offers++;
            return slots.hasRoom(wanted) ? slots.take(wanted) : null;
        }

        @Override
        public void granted(Slot slot) {
            assertThat(granted).as("granted once").isNull();
            granted = slot;
        }

        @Override
        public boolean comesAgain() {
            return again;
        }

        boolean isGranted() {
            return granted != null;
        }
    }

    @Test
    void givesSoManyPlacesAtEachBroker() {
        Slots slots = slots(2, 10, 10);

        Slot first = take(slots, broker);
        take(slots, broker);

        assertThat(slots.hasRoom(broker)).isFalse();
        assertThat(slots.take(broker)).isNull();
        assertThat(broker.connecting()).as("of those that have a place").isEqualTo(2);
        assertThat(slots.take(other)).as("each for itself").isNotNull();
        first.accepted();
        assertThat(slots.take(broker)).as("an accepted one has its connection").isNull();
        first.release();
        assertThat(slots.take(broker)).isNotNull();
    }

    @Test
    void letsSoManyConnectAtATime() {
        Slots slots = slots(10, 2, 10);

        Slot first = take(slots, broker);
        Slot second = take(slots, broker);
        assertThat(slots.take(broker)).isNull();

        first.accepted();
        first.accepted();
        assertThat(broker.connecting()).isEqualTo(1);
        take(slots, broker);
        assertThat(slots.take(broker)).isNull();
        second.release();
        second.release();
        assertThat(broker.connecting()).isEqualTo(1);
        assertThat(broker.connections()).isEqualTo(2);
        assertThat(slots.take(broker)).isNotNull();
    }

    @Test
    void countsWarmConnectionsAndLetsThemWaitForNobody() {
        Slots slots = slots(2, 1, 10);

        Slot warm = Objects.requireNonNull(slots.takeWarm(broker));
        assertThat(broker.connections()).isEqualTo(1);
        assertThat(broker.sessions()).isZero();
        assertThat(broker.connecting()).isZero();
        Slot session = take(slots, broker);
        assertThat(slots.takeWarm(broker)).as("full").isNull();
        assertThat(slots.begin(broker)).as("one connects already").isFalse();

        session.accepted();
        assertThat(slots.begin(broker)).isTrue();
        warm.used();
        assertThat(broker.sessions()).isEqualTo(2);
        assertThat(broker.connecting()).isEqualTo(1);
        warm.release();
        assertThat(broker.connecting()).isZero();
        assertThat(broker.connections()).isEqualTo(1);
    }

    @Test
    void opensNothingAheadWhileSessionsWait() {
        Slots slots = slots(10, 1, 10);
        take(slots, broker);
        slots.join(new Waiting(slots, broker));

        assertThat(slots.takeWarm(broker)).isNull();
    }

    @Test
    void hasWarmConnectionsClosedThatKeepSessionsWaiting() {
        Slots slots = slots(2, 1, 10);
        Slot warm = Objects.requireNonNull(slots.takeWarm(broker));
        Slot connecting = take(slots, broker);
        Waiting waiting = new Waiting(slots, broker);

        slots.join(waiting);
        assertThat(slots.isCrowded(broker)).isTrue();
        assertThat(warmClosed).isPositive();
        warm.release();
        assertThat(waiting.isGranted()).as("one still connects").isFalse();
        connecting.accepted();
        assertThat(waiting.isGranted()).isTrue();
        assertThat(slots.isCrowded(broker)).as("nobody waits").isFalse();
    }

    @Test
    void servesInTheOrderInWhichTheyCame() {
        Slots slots = slots(10, 1, 10);
        Slot held = take(slots, broker);
        List<Waiting> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(new Waiting(slots, broker));
            assertThat(slots.join(waiting.get(i))).isTrue();
        }
        assertThat(slots.length()).isEqualTo(3);

        held.accepted();
        assertThat(waiting).extracting(Waiting::isGranted).containsExactly(true, false, false);
        Objects.requireNonNull(waiting.get(0).granted).release();
        assertThat(waiting).extracting(Waiting::isGranted).containsExactly(true, true, false);
        Objects.requireNonNull(waiting.get(1).granted).accepted();
        assertThat(waiting).extracting(Waiting::isGranted).containsExactly(true, true, true);
        assertThat(slots.length()).isZero();
    }

    @Test
    void passesOverWhoWantsAnother() {
        Slots slots = slots(10, 1, 10);
        Slot held = take(slots, broker);
        take(slots, other);
        Waiting first = new Waiting(slots, other);
        Waiting second = new Waiting(slots, broker);
        slots.join(first);
        slots.join(second);

        held.accepted();

        assertThat(first.isGranted()).isFalse();
        assertThat(second.isGranted()).isTrue();
    }

    @Test
    @DisplayName("who frees a place offers it to 16 in vain and no more; these let the others go first the next time")
    void looksAtSoManyInVain() {
        Slots slots = slots(10, 1, 100);
        Slot held = take(slots, broker);
        take(slots, other);
        for (int i = 0; i < 2 * Slots.MOST_IN_VAIN; i++) {
            slots.join(new Waiting(slots, other));
        }
        Waiting last = new Waiting(slots, broker);
        slots.join(last);
        assertThat(offers).as("there was no room").isZero();

        held.accepted();
        assertThat(offers).isEqualTo(Slots.MOST_IN_VAIN);
        slots.freed();
        assertThat(offers).isEqualTo(2 * Slots.MOST_IN_VAIN);
        assertThat(last.isGranted()).isFalse();
        slots.freed();
        assertThat(last.isGranted()).isTrue();
    }

    @Test
    @DisplayName("15 that want another keep their places, and nobody from his")
    void keepsTheOrderOfFewThatWantAnother() {
        Slots slots = slots(10, 1, 100);
        Slot held = take(slots, broker);
        Slot heldToo = take(slots, other);
        List<Waiting> few = new ArrayList<>();
        for (int i = 1; i < Slots.MOST_IN_VAIN; i++) {
            few.add(new Waiting(slots, other));
            slots.join(few.get(i - 1));
        }
        Waiting last = new Waiting(slots, broker);
        slots.join(last);

        held.accepted();
        heldToo.accepted();

        assertThat(last.isGranted()).isTrue();
        assertThat(few.get(0).isGranted()).as("the first of them").isTrue();
        assertThat(few.get(1).isGranted()).isFalse();
    }

    @Test
    void offersNoPlaceOfABrokerThatMayNotServe() {
        Slots slots = slots(10, 1, 10);
        take(slots, other);
        eligible = List.of(other);

        slots.join(new Waiting(slots, other));
        slots.freed();

        assertThat(offers).isZero();
    }

    @Test
    @DisplayName("who has tried a broker gets one that nobody else is sent to; who has not is not even asked")
    void offersMoreToWhoComesAgain() {
        Slots slots = slots(10, 1, 100);
        take(slots, broker);
        Slot held = take(slots, other);
        eligible = List.of(broker);
        for (int i = 0; i < Slots.MOST_IN_VAIN; i++) {
            slots.join(new Waiting(slots, broker));
        }
        Waiting again = new Waiting(slots, other, true);
        slots.join(again);

        held.release();

        assertThat(again.isGranted()).isTrue();
        assertThat(offers).isEqualTo(1);
        assertThat(slots.length()).isEqualTo(Slots.MOST_IN_VAIN);
    }

    @Test
    @DisplayName("who has tried a broker and wants what all want waits for his turn")
    void keepsTheOrderOfThoseThatComeAgain() {
        Slots slots = slots(10, 1, 10);
        Slot held = take(slots, broker);
        take(slots, other);
        Waiting first = new Waiting(slots, broker);
        Waiting again = new Waiting(slots, broker, true);
        slots.join(first);
        slots.join(again);

        held.accepted();
        assertThat(first.isGranted()).isTrue();
        assertThat(again.isGranted()).isFalse();
        Objects.requireNonNull(first.granted).accepted();
        assertThat(again.isGranted()).isTrue();
        assertThat(slots.leave(again)).isFalse();
    }

    @Test
    void grantsWhatWasFreedBeforeItWaited() {
        Slots slots = slots(10, 1, 10);
        Waiting late = new Waiting(slots, broker);

        assertThat(slots.join(late)).isTrue();

        assertThat(late.isGranted()).isTrue();
        assertThat(slots.length()).isZero();
    }

    @Test
    void letsNoMoreWaitThanMay() {
        Slots slots = slots(1, 1, 2);
        take(slots, broker);
        Waiting first = new Waiting(slots, broker);

        assertThat(slots.join(first)).isTrue();
        assertThat(slots.join(new Waiting(slots, broker))).isTrue();
        assertThat(slots.join(new Waiting(slots, broker))).isFalse();
        assertThat(slots.leave(first)).isTrue();
        assertThat(slots.leave(first)).isFalse();
        assertThat(slots.join(new Waiting(slots, broker))).isTrue();
        assertThat(slots(1, 1, 0).join(new Waiting(slots, broker))).as("off").isFalse();
    }

    @Test
    void grantsNothingToWhoHasLeft() {
        Slots slots = slots(10, 1, 10);
        Slot held = take(slots, broker);
        Waiting gone = new Waiting(slots, broker);
        slots.join(gone);
        slots.leave(gone);

        held.release();

        assertThat(gone.isGranted()).isFalse();
        assertThat(broker.connecting()).isZero();
    }

    @Test
    @Timeout(30)
    @DisplayName("many threads come, wait, connect and go: never more connect than may, and everybody gets in")
    void holdsUnderThreads() throws Exception {
        int clients = 4_000;
        int most = 7;
        Slots slots = slots(20, most, clients);
        AtomicInteger greatest = new AtomicInteger();
        CountDownLatch in = new CountDownLatch(clients);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int i = 0; i < clients; i++) {
            int number = i;
            Slots.Waiter client = new Slots.Waiter() {
                @Override
                public @Nullable Slot take() {
                    return slots.hasRoom(broker) ? slots.take(broker) : null;
                }

                @Override
                public void granted(Slot slot) {
                    threads.execute(() -> {
                        greatest.accumulateAndGet(broker.connecting(), Math::max);
                        slot.accepted();
                        slot.release();
                        in.countDown();
                    });
                }

                @Override
                public boolean comesAgain() {
                    return (number & 1) != 0;
                }
            };
            threads.execute(() -> assertThat(slots.join(client)).isTrue());
        }

        assertThat(in.await(25, TimeUnit.SECONDS)).as("everybody is in").isTrue();
        threads.shutdown();
        assertThat(threads.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        assertThat(greatest.get()).isBetween(1, most);
        assertThat(broker.connecting()).isZero();
        assertThat(broker.connections()).isZero();
        assertThat(slots.length()).isZero();
    }
}
