package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPortTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1:443",
        "0.0.0.0, 0.0.0.0:443",
        "::, [::]:443",
        "::1, [::1]:443",
        "2001:DB8:0:0:1:0:0:1, [2001:db8::1:0:0:1]:443",
        "2001:db8:0:1:1:1:1:1, [2001:db8:0:1:1:1:1:1]:443",
        "::ffff:192.0.2.1, 192.0.2.1:443"
    })
    void writesAddressesInTheShortestForm(String ip, String text) throws Exception {
        assertThat(HostPort.of(new InetSocketAddress(InetAddress.getByName(ip), 443)))
                .hasToString(text);
    }

    @Test
    void namesWhatIsNotResolved() {
        assertThat(HostPort.of(InetSocketAddress.createUnresolved("broker.example", 1883)))
                .hasToString("broker.example:1883");
    }
}
