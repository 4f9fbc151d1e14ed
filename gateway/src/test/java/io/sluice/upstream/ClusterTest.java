package io.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.BalanceConfig;
import io.sluice.config.BrokerConfig;
import io.sluice.config.ClusterConfig;
import io.sluice.config.EjectConfig;
import io.sluice.config.HealthConfig;
import io.sluice.config.HostPort;
import io.sluice.config.LinkConfig;
import io.sluice.config.SlotConfig;
import io.sluice.net.IoThreads;
import io.sluice.session.SessionGroup;
import io.sluice.session.TimerWheel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ClusterTest {
    private static final int PORT = 1883;
    private static final int PICKS = 200;
    private static final Set<InetSocketAddress> NONE = Set.of();
    private static final SlotConfig ONE_EACH = new SlotConfig(1, 1, 10, Duration.ofSeconds(10));
    private static final String REASON = "connection refused";

    private static IoThreads threads;

    @BeforeAll
    static void startThreads() {
        threads = IoThreads.start(1, 0);
    }

    @AfterAll
    static void stopThreads() {
        threads.stop();
    }

    /** Of as many brokers; each has one address. */
    private static Cluster cluster(int size) throws UnknownHostException {
        return cluster(size, SlotConfig.UNLIMITED, List.of());
    }

    private static Cluster cluster(int size, SlotConfig slots, List<SessionGroup> groups) throws UnknownHostException {
        List<BrokerConfig> names = IntStream.range(0, size)
                .mapToObj(i -> new BrokerConfig(new HostPort("broker" + i + ".example", PORT), 1))
                .toList();
        ClusterConfig config = new ClusterConfig(
                "default",
                names,
                new BalanceConfig(BalanceConfig.By.LEAST_CONNECTIONS, 1.25, Optional.of(Duration.ofSeconds(30))),
                new EjectConfig(Optional.of(3), Duration.ofSeconds(10), 50),
                new HealthConfig(
                        HealthConfig.Type.OFF, Duration.ofSeconds(5), Duration.ofSeconds(2), 2, 3, Optional.empty()),
                slots,
                Duration.ofSeconds(3),
                2,
                false,
                LinkConfig.PLAIN,
                Duration.ofSeconds(30));
        Cluster cluster = new Cluster(config, null, threads, groups);
        for (int i = 0; i < size; i++) {
            cluster.brokers().get(i).resolvedTo(List.of(address(i).getAddress()));
        }
        return cluster;
    }

    private static InetSocketAddress address(int broker) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) broker}), PORT);
    }

    private static Set<Broker> picks(Cluster cluster, Set<InetSocketAddress> tried, long now) {
        return Set.copyOf(cluster.eligible(tried, now));
    }

    @Test
    void givesADisabledBrokerNone() throws Exception {
        Cluster cluster = cluster(3);
        Broker disabled = cluster.brokers().get(1);

        disabled.enable(false, 0);
        assertThat(picks(cluster, NONE, 0))
                .containsExactlyInAnyOrder(
                        cluster.brokers().get(0), cluster.brokers().get(2));
        disabled.enable(true, 0);
        assertThat(picks(cluster, NONE, Duration.ofMinutes(1).toNanos())).contains(disabled);
    }

    @Test
    void doesNotPreferADeadBrokerForItHasNoConnections() throws Exception {
        Cluster cluster = cluster(2);
        Broker dead = cluster.brokers().get(0);
        Broker live = cluster.brokers().get(1);
        dead.failed(address(0), REASON, 0);
        Crowd.connect(live);

        assertThat(picks(cluster, NONE, 1)).containsExactly(live);
        assertThat(picks(cluster, NONE, Broker.AVOID_NANOS - 1)).containsExactly(live);
        assertThat(picks(cluster, NONE, Broker.AVOID_NANOS))
                .as("it may live again")
                .contains(dead);
    }

    @Test
    void picksTheDeadWhenNoOtherIsLeft() throws Exception {
        Cluster cluster = cluster(2);
        cluster.brokers().get(0).failed(address(0), REASON, 0);

        assertThat(cluster.eligible(Set.of(address(1)), 1))
                .containsExactly(cluster.brokers().get(0));
        assertThat(cluster.eligible(Set.of(address(0), address(1)), 1)).isEmpty();
    }

    @Test
    @DisplayName("one session does not spend all its tries on brokers that may live again")
    void dialsALiveBrokerAfterAFailedProbe() throws Exception {
        Cluster cluster = cluster(3);
        cluster.brokers().get(0).failed(address(0), REASON, 0);
        cluster.brokers().get(1).failed(address(1), REASON, 0);
        Broker live = cluster.brokers().get(2);
        Crowd.connect(live);

        assertThat(picks(cluster, Set.of(address(0)), Broker.AVOID_NANOS)).containsExactly(live);
        assertThat(picks(cluster, Set.of(address(2)), Broker.AVOID_NANOS)).doesNotContain(live);
    }

    @Test
    void givesAnEjectedBrokerNoneUnlessNoOtherIsLeft() throws Exception {
        Cluster cluster = cluster(2);
        Broker ejected = cluster.brokers().get(0);
        ejected.eject(100);

        assertThat(picks(cluster, NONE, 99)).containsExactly(cluster.brokers().get(1));
        assertThat(picks(cluster, Set.of(address(1)), 99)).containsExactly(ejected);
        assertThat(picks(cluster, NONE, 100)).contains(ejected);
    }

    @Test
    @DisplayName("a name that resolves anew: dials go to the new addresses, what failed at the old ones is forgotten")
    void followsANameThatMoves() throws Exception {
        Cluster cluster = cluster(1);
        Broker broker = cluster.brokers().get(0);
        List<InetAddress> zone = new ArrayList<>();
        try (Resolver resolver = new Resolver(host -> lookUp(zone))) {
            zone.add(InetAddress.getByName("10.0.0.7"));
            zone.add(InetAddress.getByName("2001:db8::7"));
            assertThat(resolver.resolve(cluster, broker, false)).isEqualTo(Duration.ofSeconds(30));
            assertThat(dialled(cluster))
                    .as("all addresses, of either family")
                    .containsExactlyInAnyOrder("10.0.0.7", "2001:db8:0:0:0:0:0:7");

            broker.failed(new InetSocketAddress(zone.get(0), PORT), REASON, 0);
            broker.failed(new InetSocketAddress(zone.get(1), PORT), REASON, 0);
            broker.eject(Long.MAX_VALUE);
            zone.clear();
            resolver.resolve(cluster, broker, false);
            assertThat(dialled(cluster)).as("nobody answers").hasSize(2);

            zone.add(InetAddress.getByName("10.0.0.8"));
            resolver.resolve(cluster, broker, false);
            assertThat(dialled(cluster)).containsExactly("10.0.0.8");
            assertThat(broker.isUp()).isTrue();
            assertThat(broker.isEjected(1)).isFalse();
        }
    }

    @Test
    void asksAgainSoonForANameThatNeverResolved() throws Exception {
        Cluster cluster = cluster(1);
        Broker broker = new Cluster(cluster.config(), null, threads, List.of())
                .brokers()
                .get(0);
        List<InetAddress> zone = new ArrayList<>();
        try (Resolver resolver = new Resolver(host -> lookUp(zone))) {
            assertThat(resolver.resolve(cluster, broker, true)).isEqualTo(Duration.ofSeconds(2));
            zone.add(InetAddress.getByName("10.0.0.7"));
            assertThat(resolver.resolve(cluster, broker, false)).isEqualTo(Duration.ofSeconds(30));
            assertThat(broker.isResolved()).isTrue();
        }
    }

    /** Goes where a session may go. */
    private record Waiting(Cluster cluster, Set<InetSocketAddress> tried, CompletableFuture<Broker> place)
            implements Slots.Waiter {
        @Override
        public @Nullable Slot take() {
            return cluster.eligible(tried, System.nanoTime()).stream()
                    .filter(cluster.slots()::hasRoom)
                    .map(cluster.slots()::take)
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public void granted(Slot slot) {
            place.complete(slot.broker());
        }

        @Override
        public boolean comesAgain() {
            return !tried.isEmpty();
        }
    }

    /** Waits behind the one connection that each of the eligible brokers takes. */
    private static CompletableFuture<Broker> waiting(Cluster cluster) {
        cluster.eligible(NONE, System.nanoTime())
                .forEach(broker -> Objects.requireNonNull(cluster.slots().take(broker)));
        Waiting waiting = new Waiting(cluster, NONE, new CompletableFuture<>());
        assertThat(cluster.slots().join(waiting)).isTrue();
        assertThat(waiting.place()).isNotDone();
        return waiting.place();
    }

    @Test
    void offersABrokerThatResolvesToThoseWhoWait() throws Exception {
        Cluster cluster = cluster(2, ONE_EACH, List.of());
        Broker found = cluster.brokers().get(1);
        found.resolvedTo(List.of());
        CompletableFuture<Broker> waiting = waiting(cluster);

        try (Resolver resolver =
                new Resolver(host -> new InetAddress[] {address(1).getAddress()})) {
            resolver.resolve(cluster, found, false);
        }

        assertThat(waiting).isCompletedWithValue(found);
    }

    @Test
    @DisplayName("who has tried the full broker gets the one that fails as soon as it has room")
    void offersAFailingBrokerToWhoHasTriedTheOther() throws Exception {
        Cluster cluster = cluster(2, ONE_EACH, List.of());
        Broker full = cluster.brokers().get(0);
        Broker failing = cluster.brokers().get(1);
        failing.failed(address(1), REASON, System.nanoTime());
        Objects.requireNonNull(cluster.slots().take(full));
        Slot held = Objects.requireNonNull(cluster.slots().take(failing));
        CompletableFuture<Broker> place = new CompletableFuture<>();
        assertThat(cluster.slots().join(new Waiting(cluster, Set.of(address(0)), place)))
                .isTrue();
        assertThat(place).isNotDone();

        held.release();

        assertThat(place).isCompletedWithValue(failing);
    }

    @Test
    @Timeout(30)
    @DisplayName("an ejection that is over by time: those who wait get the broker, though nobody comes or goes")
    void offersABrokerThatIsEjectedNoLongerToThoseWhoWait() throws Exception {
        SessionGroup group = new SessionGroup(System::nanoTime);
        Cluster cluster = cluster(2, ONE_EACH, List.of(group));
        Broker ejected = cluster.brokers().get(1);
        ejected.eject(System.nanoTime() + Ejections.LONGEST_NANOS);
        CompletableFuture<Broker> waiting = waiting(cluster);
        cluster.start();

        ejected.eject(System.nanoTime());
        while (!waiting.isDone()) {
            turn(group.wheel());
        }

        assertThat(waiting).isCompletedWithValue(ejected);
    }

    /** As the wheel's drive does. */
    private static void turn(TimerWheel wheel) throws InterruptedException {
        CountDownLatch turned = new CountDownLatch(1);
        threads.contexts().get(0).after(TimeUnit.NANOSECONDS.toMillis(TimerWheel.TICK_NANOS), () -> {
            wheel.advance();
            turned.countDown();
        });
        turned.await();
    }

    private static InetAddress[] lookUp(List<InetAddress> zone) throws UnknownHostException {
        if (zone.isEmpty()) {
            throw new UnknownHostException();
        }
        return zone.toArray(InetAddress[]::new);
    }

    private static Set<String> dialled(Cluster cluster) {
        Broker broker = cluster.pick(cluster.eligible(NONE, 1), "", 1);
        return IntStream.range(0, PICKS)
                .mapToObj(i -> Objects.requireNonNull(broker.next(NONE, 1)))
                .map(address -> address.getAddress().getHostAddress())
                .collect(Collectors.toSet());
    }
}
