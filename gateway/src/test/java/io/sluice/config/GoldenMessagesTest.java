package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages are public: each {@code x.properties} has its problems in {@code x.messages}, all of them, in order. */
class GoldenMessagesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/sluice/config");

    static Stream<String> cases() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".properties"))
                    .map(name -> name.substring(0, name.length() - ".properties".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tellsEveryProblemAtOnceInTheWordsOfTheGoldenFile(String name) throws Exception {
        List<String> expected = Files.readAllLines(GOLDEN.resolve(name + ".messages"));

        ConfigurationException thrown = catchThrowableOfType(
                ConfigurationException.class,
                () -> Configuration.load(GOLDEN.resolve(name + ".properties"), Map.of(), List.of()));

        assertThat(thrown).hasMessage(String.join("\n", expected));
        assertThat(thrown.problems()).containsExactlyElementsOf(expected);
    }
}
