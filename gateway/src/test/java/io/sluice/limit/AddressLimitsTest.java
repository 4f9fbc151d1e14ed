package io.sluice.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.limit.Admission.Verdict;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AddressLimitsTest {
    private static final int UNLIMITED = Integer.MAX_VALUE;
    private static final InetAddress ONE = address(192, 0, 2, 1);
    private static final InetAddress OTHER = address(192, 0, 2, 2);

    private long now;

    private AddressLimits limits(boolean enforced, Rate rate, int awaiting, int connections, int tracked) {
        return new AddressLimits(
                new AddressPolicy(enforced, Optional.of(rate), awaiting, connections, 64, tracked), () -> now);
    }

    private static InetAddress address(int... bytes) {
        byte[] raw = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            raw[i] = (byte) bytes[i];
        }
        try {
            return InetAddress.getByAddress(raw);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static InetAddress ipv6(int network, int host) {
        return address(0x20, 1, 0x0D, 0xB8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, host);
    }

    @Test
    void admitsTheBurstThenTheRate() {
        AddressLimits limits = limits(true, new Rate(2, 3), UNLIMITED, UNLIMITED, 10);

        for (int i = 0; i < 3; i++) {
            assertThat(limits.admit(ONE, now).verdict()).isEqualTo(Verdict.ADMITTED);
        }
        Admission fourth = limits.admit(ONE, now);
        assertThat(fourth).isEqualTo(new Admission(Verdict.RATE, false, 1, false));
        assertThat(limits.admit(OTHER, now).admitted()).isTrue();

        now += TimeUnit.MILLISECONDS.toNanos(500) - 1;
        assertThat(limits.admit(ONE, now).admitted()).isFalse();
        now++;
        assertThat(limits.admit(ONE, now).admitted()).isTrue();
    }

    @Test
    void remembersTheRateOfAnAddressThatHasLeft() {
        AddressLimits limits = limits(true, new Rate(1, 1), UNLIMITED, UNLIMITED, 10);
        limits.admit(ONE, now);
        limits.closed(ONE, false);

        assertThat(limits.admit(ONE, now).verdict()).isEqualTo(Verdict.RATE);

        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(limits.admit(ONE, now).admitted()).isTrue();
    }

    @Test
    void countsConnectionsUntilTheyClose() {
        AddressLimits limits = limits(true, new Rate(1000, 1000), UNLIMITED, 2, 10);
        limits.admit(ONE, now);
        limits.admit(ONE, now);

        assertThat(limits.admit(ONE, now).verdict()).isEqualTo(Verdict.CONNECTIONS);
        assertThat(limits.connections(ONE)).as("a refused one is not counted").isEqualTo(2);

        limits.closed(ONE, false);
        assertThat(limits.admit(ONE, now).admitted()).isTrue();
    }

    @Test
    void countsWhatAwaitsConnect() {
        AddressLimits limits = limits(true, new Rate(1000, 1000), 1, UNLIMITED, 10);
        limits.admit(ONE, now);
        assertThat(limits.admit(ONE, now).verdict()).isEqualTo(Verdict.AWAITING_CONNECT);

        limits.connectSeen(ONE);

        assertThat(limits.admit(ONE, now).admitted()).isTrue();
        limits.closed(ONE, true);
        limits.closed(ONE, false);
        assertThat(limits.connections()).isZero();
        assertThatThrownBy(() -> limits.closed(ONE, false)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void takesIpv6AddressesOfOnePrefixForOne() {
        AddressLimits limits = limits(true, new Rate(1000, 1000), UNLIMITED, 1, 10);
        limits.admit(ipv6(1, 1), now);

        assertThat(limits.admit(ipv6(1, 2), now).admitted()).isFalse();
        assertThat(limits.admit(ipv6(2, 1), now).admitted()).isTrue();
    }

    @Test
    void reportsAndAdmitsWhereNothingIsEnforced() {
        AddressLimits limits = limits(false, new Rate(1, 1), UNLIMITED, UNLIMITED, 10);
        limits.admit(ONE, now);

        Admission second = limits.admit(ONE, now);

        assertThat(second.verdict()).isEqualTo(Verdict.RATE);
        assertThat(second.admitted()).isTrue();
        assertThat(limits.connections(ONE)).isEqualTo(2);
    }

    @Test
    void tellsOnceThatOneAddressHasOverHalfOfAHundred() {
        AddressLimits limits = limits(false, new Rate(1000, 1000), UNLIMITED, UNLIMITED, 10);
        for (int i = 0; i < 49; i++) {
            limits.admit(OTHER, now);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(limits.admit(ONE, now).majority()).isFalse();
        }

        assertThat(limits.admit(ONE, now).majority()).isTrue();
        assertThat(limits.admit(ONE, now).majority()).isFalse();
    }

    @Test
    void remembersABoundedNumberOfAddresses() {
        AddressLimits limits = limits(true, new Rate(1, 1000), UNLIMITED, UNLIMITED, 10);

        IntStream.range(0, 250).mapToObj(i -> address(10, 0, 0, i)).forEach(address -> {
            limits.admit(address, now);
            limits.closed(address, false);
        });

        assertThat(limits.addresses()).isLessThanOrEqualTo(10);
    }
}
