package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunJsonTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("runs.json");
    }

    @Test
    void whatIsReadIsWhatWasWritten() throws IOException {
        List<Run> runs = List.of(
                RunExamples.throughput("sluice", 2.5), RunExamples.broken(RunExamples.HOSTILE), RunExamples.empty());

        RunJson.write(file, runs);

        assertThat(RunJson.read(file)).isEqualTo(runs);
    }

    @Test
    void writesAnewWhatIsThere() throws IOException {
        Files.writeString(file, "x".repeat(100_000));

        RunJson.write(file, List.of());

        assertThat(file).hasContent("{\"format\":1,\"runs\":[]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "runs",
                "[]",
                "{}",
                "{\"format\":1}",
                "{\"format\":1,\"runs\":[{}]}",
                "{\"format\":1,\"runs\":[1]}"
            })
    void somethingElseIsToldWithTheFile(String content) throws IOException {
        Files.writeString(file, content);

        assertThatThrownBy(() -> RunJson.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + " does not hold runs of the load test: ");
    }

    @Test
    void anotherFormatIsTold() throws IOException {
        Files.writeString(file, "{\"format\":2,\"runs\":[]}");

        assertThatThrownBy(() -> RunJson.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " has format 2; this version reads 1");
    }
}
