package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostsTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, true",
        "127.255.255.255, true",
        "128.0.0.0, false",
        "::1, true",
        "0:0:0:0:0:0:0:1, true",
        "::ffff:127.0.0.1, true",
        "::, false",
        "0.0.0.0, false",
        "localhost, true",
        "localhost.example.com, false",
        "127.0.0.1.example.com, false",
        "fe80::1%lo, false",
    })
    void knowsLoopback(String host, boolean loopback) {
        assertThat(Hosts.isLoopback(new HostPort(host, 443))).isEqualTo(loopback);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 443, 127.0.0.1, 443, true, 'one address'",
        "127.0.0.1, 443, 127.0.0.1, 444, false, 'other port'",
        "127.0.0.1, 0, 127.0.0.1, 0, false, 'each takes a free port'",
        "127.0.0.1, 443, 127.0.0.2, 443, false, 'other address'",
        "::1, 443, 0:0:0:0:0:0:0:1, 443, true, 'one address in two spellings'",
        "'::', 443, 10.0.0.1, 443, true, 'all addresses, IPv4 too'",
        "'::', 443, 0.0.0.0, 443, true, 'all addresses twice'",
        "'::', 443, localhost, 443, true, 'a name is one of all addresses'",
        "0.0.0.0, 443, 10.0.0.1, 443, true, 'all of IPv4'",
        "0.0.0.0, 443, ::1, 443, false, 'IPv4 beside IPv6'",
        "localhost, 443, localhost, 443, true, 'one name'",
        "localhost, 443, 127.0.0.1, 443, false, 'names are not resolved'",
        "fe80::1%a, 443, fe80::1%b, 443, false, 'two zones'",
    })
    void knowsWhatCannotBeListenedOnTwice(
            String host, int port, String otherHost, int otherPort, boolean overlap, String meaning) {
        HostPort one = new HostPort(host, port);
        HostPort other = new HostPort(otherHost, otherPort);

        assertThat(Hosts.overlap(one, other)).as(meaning).isEqualTo(overlap);
        assertThat(Hosts.overlap(other, one)).as(meaning).isEqualTo(overlap);
    }

    @ParameterizedTest
    @CsvSource({
        "a, true",
        "broker-1.example.com, true",
        "my_broker, true",
        "1a, true",
        "a.1, false",
        "-a, false",
        "a-, false",
        "a..b, false",
        "a., false",
        ".a, false",
        "'a b', false",
        "A, false",
    })
    void knowsHostNames(String host, boolean name) {
        assertThat(Hosts.isName(host)).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({"62, true", "63, true", "64, false"})
    void boundsALabel(int length, boolean name) {
        assertThat(Hosts.isName("a".repeat(length))).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({"252, true", "253, true", "254, false"})
    void boundsAName(int length, boolean name) {
        String host = "a.".repeat(length / 2) + (length % 2 == 0 ? "" : "a");

        assertThat(Hosts.isName(host.endsWith(".") ? host.substring(0, host.length() - 2) + "aa" : host))
                .isEqualTo(name);
    }
}
