package io.sluice.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RefusalsTableTest {
    private static final String BEGIN = "<!-- refusals -->\n";
    private static final String END = "<!-- /refusals -->";

    @Test
    @DisplayName("README's table of refusals is Refusal, row by row")
    void tellsEveryRefusal() throws Exception {
        String readme = Files.readString(Path.of("..", "README.md"));

        int begin = readme.indexOf(BEGIN);
        int end = readme.indexOf(END);

        assertThat(begin).isPositive().isLessThan(end);
        assertThat(readme.substring(begin + BEGIN.length(), end)).isEqualTo(table());
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| reason | status | the client reads |\n|---|---|---|\n");
        for (Refusal refusal : Refusal.values()) {
            table.append("| `%s` | %d | %s |\n".formatted(refusal.label(), refusal.status(), refusal.sentence()));
        }
        return table.toString();
    }
}
