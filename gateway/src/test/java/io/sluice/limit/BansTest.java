package io.sluice.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BansTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private long now;
    private final Bans bans = new Bans(2, () -> now, () -> Instant.EPOCH);

    private static InetAddress ipv4(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Test
    void holdsABanUntilItsTimeIsOver() {
        assertThat(bans.ban(ipv4(1), MINUTE, "why")).isTrue();
        assertThat(bans.banOf(ipv4(1)))
                .contains(new Ban(Ban.Kind.ADDRESS, "10.0.0.1", "why", Instant.EPOCH.plus(MINUTE)));

        now += MINUTE.toNanos() - 1;
        assertThat(bans.isBanned(ipv4(1))).isTrue();
        now++;
        assertThat(bans.isBanned(ipv4(1))).isFalse();
    }

    @Test
    void holdsNetworksAndNoMore() {
        bans.ban(ipv4(77), 25, MINUTE, "");

        assertThat(bans.isBanned(ipv4(0))).isTrue();
        assertThat(bans.isBanned(ipv4(127))).isTrue();
        assertThat(bans.isBanned(ipv4(128))).isFalse();
        assertThat(bans.unban(ipv4(77))).as("it is another ban").isFalse();
        assertThat(bans.unban(ipv4(77), 25)).isTrue();
        assertThat(bans.isBanned(ipv4(0))).isFalse();
    }

    @Test
    void holdsClientIdsByTheLetter() {
        bans.ban("a", MINUTE, "");

        assertThat(bans.isBanned("a")).isTrue();
        assertThat(bans.isBanned("A")).isFalse();
        assertThat(bans.unban("a")).isTrue();
        assertThat(bans.isBanned("a")).isFalse();
    }

    @Test
    void refusesWhatItCannotKeepAndEvictsNothing() {
        assertThat(bans.ban("a", MINUTE, "")).isTrue();
        assertThat(bans.ban("b", MINUTE, "")).isTrue();

        assertThat(bans.ban("c", MINUTE, "")).isFalse();

        assertThat(bans.ban("b", MINUTE, "again")).isTrue();
        assertThat(bans.ban(ipv4(1), MINUTE, "")).as("counted apart").isTrue();
        assertThat(bans.list()).extracting(Ban::subject).containsExactlyInAnyOrder("a", "b", "10.0.0.1");
    }

    @Test
    void refusesWhatIsNoBan() {
        assertThatThrownBy(() -> bans.ban("", MINUTE, "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bans.ban("a", Duration.ZERO, "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bans.ban("a", MINUTE, "x".repeat(257))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bans.ban(ipv4(1), 33, MINUTE, "")).isInstanceOf(IllegalArgumentException.class);
    }
}
