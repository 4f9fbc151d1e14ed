package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginsTest {

    @ParameterizedTest
    @DisplayName("RFC 6454 6.2: an origin is scheme, host and, where it is not the default, port")
    @CsvSource({
        "https://app.example.com, https, app.example.com, 443, false",
        "HTTPS://App.Example.COM, https, app.example.com, 443, false",
        "https://app.example.com:8443, https, app.example.com, 8443, false",
        "http://app.example.com, http, app.example.com, 80, false",
        "ws://app.example.com, ws, app.example.com, 80, false",
        "wss://app.example.com, wss, app.example.com, 443, false",
        "capacitor://localhost, capacitor, localhost, -1, false",
        "capacitor://localhost:1, capacitor, localhost, 1, false",
        "https://*.example.com, https, example.com, 443, true",
        "https://*.example.com:65535, https, example.com, 65535, true",
        "http://[::1]:3000, http, ::1, 3000, false",
        "http://192.168.0.1, http, 192.168.0.1, 80, false",
    })
    void readsOrigins(String text, String scheme, String host, int port, boolean wildcard) {
        OriginRule rule = new Origins().read(text, problem -> {});

        assertThat(rule)
                .isEqualTo(new OriginRule(false, false, List.of(new OriginRule.Pattern(scheme, host, port, wildcard))));
    }

    @Test
    void joinsSameOriginAndOthers() {
        OriginRule rule = new Origins().read("https://a, same-origin, https://b", problem -> {});

        assertThat(rule)
                .isEqualTo(new OriginRule(
                        false,
                        true,
                        List.of(
                                new OriginRule.Pattern("https", "a", 443, false),
                                new OriginRule.Pattern("https", "b", 443, false))));
    }
}
