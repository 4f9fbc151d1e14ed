package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuoteTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64})
    void keepsSixtyFourCharacters(int length) {
        String text = "x".repeat(length);

        assertThat(Quote.quote(text)).isEqualTo("\"" + text + "\"");
    }

    @Test
    void cutsTheSixtyFifth() {
        assertThat(Quote.quote("x".repeat(65))).isEqualTo("\"" + "x".repeat(64) + "...\"");
        assertThat(Quote.escapeAll("x".repeat(65))).isEqualTo("x".repeat(65));
    }

    @Test
    void escapesWhatWouldLeaveTheLineOrHide() {
        assertThat(Quote.quote("a\nb\r\u001b\u0085\u2028\u202e\u00a0\"\\\ud800"))
                .isEqualTo("\"a\\u000ab\\u000d\\u001b\\u0085\\u2028\\u202e\\u00a0\\\"\\\\\\ud800\"");
    }

    @Test
    void keepsLettersOfAllScripts() {
        assertThat(Quote.quote("b\u00fccher \u65e5\u672c \ud83d\ude00"))
                .isEqualTo("\"b\u00fccher \u65e5\u672c \ud83d\ude00\"");
    }
}
