package io.sluice.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The walk from a proxy to the client. */
class ForwardedForTest {
    private static final CidrSet TRUSTED = CidrSet.parse(List.of("10.0.0.0/8", "2001:db8:1::/48"));
    private static final InetSocketAddress PROXY = new InetSocketAddress("10.0.0.1", 50_000);

    /** Lines are parted by a vertical bar. */
    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '>',
            value = {
                "203.0.113.9 > 203.0.113.9:0",
                "203.0.113.9:4711 > 203.0.113.9:4711",
                "6.6.6.6, 203.0.113.9 > 203.0.113.9:0",
                "6.6.6.6 | 203.0.113.9 > 203.0.113.9:0",
                "203.0.113.9, 10.0.0.2 > 203.0.113.9:0",
                "203.0.113.9 | 10.0.0.3, 10.0.0.2 > 203.0.113.9:0",
                "10.0.0.3, 10.0.0.2 > 10.0.0.3:0",
                "2001:db8::9 > [2001:db8:0:0:0:0:0:9]:0",
                "[2001:db8::9] > [2001:db8:0:0:0:0:0:9]:0",
                "[2001:db8::9]:80 > [2001:db8:0:0:0:0:0:9]:80",
                "203.0.113.9, 2001:db8:1::5 > 203.0.113.9:0",
                "203.0.113.9, ::ffff:10.0.0.2 > 203.0.113.9:0",
                "unknown > 10.0.0.1:50000",
                "203.0.113.9, unknown, 10.0.0.2 > 10.0.0.2:0",
                "evil.example > 10.0.0.1:50000",
                "203.0.113.9, > 10.0.0.1:50000",
                "127.1 > 10.0.0.1:50000",
                "0177.0.0.1 > 10.0.0.1:50000",
                "203.0.113.9:70000 > 10.0.0.1:50000",
                "203.0.113.9:x > 10.0.0.1:50000",
                "[2001:db8::9 > 10.0.0.1:50000",
                "[2001:db8::9]x > 10.0.0.1:50000",
                "fe80::1%eth0 > 10.0.0.1:50000",
                "'\"203.0.113.9\"' > 10.0.0.1:50000"
            })
    void walksXForwardedFor(String lines, String client) {
        assertThat(ForwardedFor.X_FORWARDED_FOR.client(PROXY, TRUSTED, lines(lines)))
                .isEqualTo(endpoint(client));
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '~',
            value = {
                "for=203.0.113.9 > 203.0.113.9:0",
                "For=203.0.113.9;proto=https;by=10.0.0.1 > 203.0.113.9:0",
                "proto=https; for=203.0.113.9 > 203.0.113.9:0",
                "for=\"203.0.113.9:4711\" > 203.0.113.9:4711",
                "for=\"[2001:db8::9]:80\" > [2001:db8:0:0:0:0:0:9]:80",
                "for=\"[2001:db8::9]\" > [2001:db8:0:0:0:0:0:9]:0",
                "for=\"203.0.113.\\9\" > 203.0.113.9:0",
                "for=\"203.0.113.9:_port\" > 203.0.113.9:0",
                "for=6.6.6.6, for=203.0.113.9 > 203.0.113.9:0",
                "for=203.0.113.9, for=10.0.0.2 > 203.0.113.9:0",
                "for=203.0.113.9 | for=10.0.0.2;proto=http > 203.0.113.9:0",
                "for=unknown > 10.0.0.1:50000",
                "for=_hidden > 10.0.0.1:50000",
                "for=\"_hidden:80\" > 10.0.0.1:50000",
                "for=203.0.113.9, for=_mid, for=10.0.0.2 > 10.0.0.2:0",
                "proto=https > 10.0.0.1:50000",
                "203.0.113.9 > 10.0.0.1:50000",
                "for=203.0.113.9;for=6.6.6.6 > 10.0.0.1:50000",
                "for=\"203.0.113.9 > 10.0.0.1:50000",
                "for=\"6.6.6.6, for=203.0.113.9 > 203.0.113.9:0",
                "for=\"6.6.6.6\\\", for=203.0.113.9 > 203.0.113.9:0",
                "for=\"x, for=6.6.6.6\", for=203.0.113.9 > 203.0.113.9:0",
                "for=203.0.113.9;ext=\"a,b;c\\\"d\" > 203.0.113.9:0"
            })
    void walksForwarded(String lines, String client) {
        assertThat(ForwardedFor.FORWARDED.client(PROXY, TRUSTED, lines(lines))).isEqualTo(endpoint(client));
    }

    @Test
    void believesNothingOfAnUntrustedPeer() {
        InetSocketAddress stranger = new InetSocketAddress("192.0.2.1", 50_000);

        assertThat(ForwardedFor.X_FORWARDED_FOR.client(stranger, TRUSTED, List.of("6.6.6.6")))
                .isEqualTo(stranger);
        assertThat(ForwardedFor.FORWARDED.client(stranger, TRUSTED, List.of("for=6.6.6.6")))
                .isEqualTo(stranger);
    }

    @Test
    void isThePeerWithoutAHeader() {
        assertThat(ForwardedFor.FORWARDED.client(PROXY, TRUSTED, List.of())).isEqualTo(PROXY);
    }

    private static List<String> lines(String lines) {
        return List.of(lines.split(" \\| ", -1));
    }

    private static InetSocketAddress endpoint(String text) {
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, colon).replace("[", "").replace("]", "");
        return new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
    }
}
