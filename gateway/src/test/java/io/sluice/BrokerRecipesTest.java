package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.tls.DevCertificates;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The recipes in {@code deploy/brokers}. */
class BrokerRecipesTest {
    private static final Path RECIPES = Path.of("../deploy/brokers");

    @TempDir
    static Path certificates;

    @BeforeAll
    static void write() throws IOException {
        DevCertificates.writeTo(certificates);
    }

    static Stream<String> brokers() {
        return Stream.of("mosquitto", "emqx", "hivemq", "vernemq", "rabbitmq", "nats", "artemis");
    }

    @ParameterizedTest
    @MethodSource("brokers")
    void passesTheCheckWithoutAWord(String broker) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));

        int status = commandLine.execute(
                "check",
                "-c",
                RECIPES.resolve(broker + ".properties").toString(),
                "--set=tls.certificate=" + certificates.resolve("server.crt"),
                "--set=tls.private-key=" + certificates.resolve("server.key"));

        assertThat(err.toString()).isEmpty();
        assertThat(status).isZero();
        assertThat(out.toString()).contains("cluster.send-proxy-protocol=");
    }

    @ParameterizedTest
    @MethodSource("brokers")
    void hasAPageThatIsListed(String broker) throws Exception {
        assertThat(Files.readString(RECIPES.resolve("README.md"))).contains("(" + broker + ".md)");
        assertThat(Files.readString(RECIPES.resolve(broker + ".md"))).contains("PROXY protocol", "limit", "Keep alive");
    }

    @Test
    void areTheseAndNoOthers() throws Exception {
        try (Stream<Path> files = Files.list(RECIPES)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".properties"))
                            .map(name -> name.substring(0, name.indexOf('.'))))
                    .containsExactlyInAnyOrderElementsOf(brokers().toList());
        }
    }
}
