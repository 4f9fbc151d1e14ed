package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {

    @ParameterizedTest
    @CsvSource({
        "'', '', 0",
        "a, a, 0",
        "'', abc, 3",
        "abc, '', 3",
        "orgins, origins, 1",
        "bindd, bind, 1",
        "bond, bind, 1",
        "eu, ue, 1",
        "abcd, badc, 2",
        "ca, abc, 3",
    })
    void countsEdits(String from, String to, int edits) {
        assertThat(Nearest.edits(from, to)).isEqualTo(edits);
    }

    @Test
    void takesTheClosestAndTheFirstOfEquals() {
        assertThat(Nearest.to("listener.bnd", List.of("listener.bound", "listener.bind", "listener.band")))
                .contains("listener.bind");
    }

    @Test
    void takesTheOneThatTheWordBegins() {
        assertThat(Nearest.to("tls.cert", List.of("tls.crl", "tls.certificate")))
                .contains("tls.certificate");
        assertThat(Nearest.to("tls.", List.of("tls.crl", "tls.certificate"))).isEmpty();
    }

    @Test
    void allowsMoreEditsInLongerWords() {
        assertThat(Nearest.to("ue", List.of("eu"))).contains("eu");
        assertThat(Nearest.to("web", List.of("wxyz"))).isEmpty();
        assertThat(Nearest.to("cluster.brkr", List.of("cluster.brokers"))).contains("cluster.brokers");
        assertThat(Nearest.to("cluster.brk", List.of("cluster.brokers"))).isEmpty();
        assertThat(Nearest.to("limit.connack-timeout", List.of("limit.connect-packet-timeout")))
                .isEmpty();
    }
}
