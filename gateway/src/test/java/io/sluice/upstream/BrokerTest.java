package io.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.BrokerConfig;
import io.sluice.config.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerTest {
    private static final int PORT = 1883;
    private static final InetSocketAddress ONE = address(1);
    private static final InetSocketAddress OTHER = address(2);
    private static final Set<InetSocketAddress> NONE = Set.of();
    private static final String REASON = "connection refused";

    private final Broker broker = broker();

    private static Broker broker() {
        return new Broker(
                "default",
                new BrokerConfig(new HostPort("broker.example", PORT), 2),
                new SlowStart(Optional.of(Duration.ofSeconds(30))));
    }

    @BeforeEach
    void resolve() {
        broker.resolvedTo(List.of(ONE.getAddress(), OTHER.getAddress()));
    }

    private static InetSocketAddress address(int last) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last}), PORT);
        } catch (UnknownHostException neverForBytes) {
            throw new AssertionError(neverForBytes);
        }
    }

    @Test
    void takesAddressesInTurn() {
        InetSocketAddress first = broker.next(NONE, 0);
        InetSocketAddress second = broker.next(NONE, 0);

        assertThat(Arrays.asList(first, second)).containsExactlyInAnyOrder(ONE, OTHER);
        assertThat(broker.next(NONE, 0)).isEqualTo(first);
    }

    @Test
    void isUpWhileOneAddressIsNotKnownToFail() {
        broker.failed(ONE, REASON, 0);
        assertThat(broker.isUp()).isTrue();
        broker.failed(OTHER, REASON, 0);
        assertThat(broker.isUp()).isFalse();
        assertThat(broker.next(NONE, 10 * Broker.AVOID_NANOS)).isNotNull();
        assertThat(broker.isUp()).as("dialed again, and not yet reached").isFalse();
        broker.reached(ONE, 0);
        assertThat(broker.isUp()).isTrue();
    }

    @Test
    void givesNoAddressTwiceToOneDial() {
        assertThat(broker.next(Set.of(ONE), 0)).isEqualTo(OTHER);
        assertThat(broker.next(Set.of(ONE, OTHER), 0)).isNull();
        assertThat(broker.promising(Set.of(ONE, OTHER), 0)).isFalse();
        assertThat(broker.hasUntried(Set.of(ONE))).isTrue();
        assertThat(broker.hasUntried(Set.of(ONE, OTHER))).isFalse();
    }

    @ParameterizedTest(name = "failed at {0}")
    @ValueSource(longs = {0, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    @DisplayName("an address that was not reached is avoided for 5 s, and no longer, wherever the clock stands")
    void avoidsWhatFailed(long at) {
        broker.failed(ONE, REASON, at);

        for (long now : new long[] {at, at + 1, at + Broker.AVOID_NANOS - 1}) {
            assertThat(broker.next(NONE, now)).isEqualTo(OTHER);
            assertThat(broker.next(NONE, now)).isEqualTo(OTHER);
        }
        broker.resolvedTo(List.of(ONE.getAddress()));
        assertThat(broker.promising(NONE, at + Broker.AVOID_NANOS - 1)).isFalse();
        assertThat(broker.promising(NONE, at + Broker.AVOID_NANOS)).isTrue();
    }

    @Test
    @DisplayName("after 5 s an address that was not reached is given to one dial; the others wait for its outcome")
    void findsOutByOneDial() {
        long due = Broker.AVOID_NANOS;
        broker.failed(ONE, REASON, 0);

        List<InetSocketAddress> four = LongStream.of(0, 1, 2, Broker.AVOID_NANOS - 1)
                .mapToObj(later -> next(due + later))
                .toList();

        assertThat(four).containsOnlyOnce(ONE);
        broker.reached(ONE, due);
        assertThat(List.of(next(due), next(due))).containsExactlyInAnyOrder(ONE, OTHER);
    }

    @Test
    void givesASecondTryToWhatIsKnownToBeReached() {
        InetSocketAddress third = address(3);
        broker.resolvedTo(List.of(ONE.getAddress(), OTHER.getAddress(), third.getAddress()));
        broker.failed(ONE, REASON, 0);
        broker.failed(OTHER, REASON, 0);

        assertThat(broker.next(Set.of(ONE), Broker.AVOID_NANOS)).isEqualTo(third);
        assertThat(broker.next(Set.of(OTHER), Broker.AVOID_NANOS)).isEqualTo(third);
    }

    private InetSocketAddress next(long now) {
        return Objects.requireNonNull(broker.next(NONE, now));
    }

    @Test
    void dialsWhatFailedWhenNothingElseIsLeft() {
        broker.failed(ONE, REASON, 0);
        broker.failed(OTHER, REASON, 0);

        assertThat(broker.promising(NONE, 1)).isFalse();
        assertThat(broker.next(NONE, 1)).isNotNull();
        assertThat(broker.next(Set.of(OTHER), 1)).isEqualTo(ONE);
    }

    @Test
    void forgetsAddressesThatTheNameLost() {
        broker.failed(ONE, REASON, 0);
        broker.resolvedTo(List.of(OTHER.getAddress()));
        broker.resolvedTo(List.of(ONE.getAddress()));

        assertThat(broker.promising(NONE, 1)).isTrue();
    }

    @Test
    void hasNoAddressUntilItIsResolved() {
        Broker unresolved = broker();

        assertThat(unresolved.isResolved()).isFalse();
        assertThat(unresolved.next(NONE, 0)).isNull();
        assertThat(unresolved.hasUntried(NONE)).isFalse();
    }

    @Test
    @DisplayName(
            "a broker that was away for 5 s or longer, or that an operator enables again, begins with a small share")
    void beginsSlowlyWhenItComesBack() {
        assertThat(broker.share(0)).isEqualTo(2);

        broker.failed(ONE, REASON, 0);
        broker.failed(OTHER, REASON, 0);
        broker.reached(ONE, Broker.AVOID_NANOS - 1);
        assertThat(broker.share(Broker.AVOID_NANOS)).as("one lost packet").isEqualTo(2);

        broker.failed(ONE, REASON, 0);
        broker.reached(ONE, Broker.AVOID_NANOS);
        assertThat(broker.share(Broker.AVOID_NANOS)).isEqualTo(2 * SlowStart.LEAST);
        assertThat(broker.isStarting(Broker.AVOID_NANOS)).isTrue();

        long later = Duration.ofMinutes(1).toNanos();
        broker.enable(true, later);
        assertThat(broker.share(later)).as("it was enabled all the time").isEqualTo(2);
        broker.enable(false, later);
        broker.enable(true, later);
        assertThat(broker.share(later)).isEqualTo(2 * SlowStart.LEAST);
    }

    @Test
    void hasItsWholeShareWhileOneAddressWasReached() {
        broker.failed(ONE, REASON, 0);
        broker.reached(ONE, 10 * Broker.AVOID_NANOS);

        assertThat(broker.share(10 * Broker.AVOID_NANOS)).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "what checks say of an address counts more than an earlier dial; with none well there is nowhere to dial")
    void takesTheWordOfHealthChecks() {
        broker.failed(ONE, REASON, 0);
        broker.well(ONE, false, 0);
        assertThat(broker.isWell()).as("one address is").isTrue();
        assertThat(List.of(next(10 * Broker.AVOID_NANOS), next(10 * Broker.AVOID_NANOS)))
                .containsExactly(OTHER, OTHER);

        broker.well(OTHER, false, 0);
        assertThat(broker.isWell()).isFalse();
        assertThat(broker.isUp()).isFalse();
        assertThat(broker.mayServe(0)).isFalse();
        assertThat(broker.hasUntried(NONE)).isFalse();

        broker.well(ONE, true, 1);
        assertThat(broker.promising(NONE, 1)).as("the failed dial is forgotten").isTrue();
        assertThat(broker.share(1)).isEqualTo(2 * SlowStart.LEAST);
        broker.well(OTHER, true, Duration.ofMinutes(1).toNanos());
        assertThat(broker.share(Duration.ofMinutes(1).toNanos()))
                .as("it was there all the time")
                .isEqualTo(2);
    }

    @Test
    void isTakenOutAsAWholeByItsHealthUrl() {
        broker.well(null, false, 0);
        assertThat(broker.mayServe(0)).isFalse();
        assertThat(broker.next(NONE, 0)).isNull();

        broker.well(null, true, 0);
        assertThat(broker.mayServe(0)).isTrue();
        assertThat(broker.share(0)).isEqualTo(2 * SlowStart.LEAST);
    }

    @Test
    @DisplayName("a late check or dial of an address that the name has lost counts for nothing when it comes back")
    void ignoresLateWordsOnLostAddresses() {
        broker.resolvedTo(List.of(OTHER.getAddress()));

        broker.well(ONE, false, 0);
        assertThat(broker.failed(ONE, REASON, 0)).isFalse();
        assertThat(broker.failed(OTHER, REASON, 0)).isTrue();
        broker.resolvedTo(List.of(ONE.getAddress()));

        assertThat(broker.isWell()).isTrue();
        assertThat(broker.isUp()).isTrue();
        assertThat(broker.promising(NONE, 1)).isTrue();
    }
}
