package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.tls.DevCertificates;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators are told where {@code tls.provider=conscrypt} cannot be: in processes of their own. */
@Timeout(60)
class ConscryptJarTest {
    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

    @TempDir
    static Path directory;

    private record Run(int status, List<String> errors) {}

    @BeforeAll
    static void writeCertificates() throws Exception {
        DevCertificates.writeTo(directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "run"})
    void tellsWhichJarGoesWhere(String command) throws Exception {
        String without = Arrays.stream(CLASS_PATH.split(File.pathSeparator))
                .filter(entry -> !entry.contains("conscrypt-openjdk"))
                .collect(Collectors.joining(File.pathSeparator));

        Run run = sluice(List.of("-cp", without), command);

        Path jar = Path.of(
                Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assertThat(run.errors())
                .containsExactly("tls.provider: \"conscrypt\" needs a jar that is not there; put "
                        + "conscrypt-openjdk-uber-2.5.2.jar (Maven Central, org.conscrypt:conscrypt-openjdk-uber:2.5.2)"
                        + " into " + jar.getParent() + ", or write tls.provider=jdk");
        assertThat(run.status()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "run"})
    void tellsWhyItsNativePartDoesNotLoad(String command) throws Exception {
        Run run = sluice(List.of("-Dorg.conscrypt.native.workdir=/dev/null", "-cp", CLASS_PATH), command);

        assertThat(run.errors())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("tls.provider: \"conscrypt\" does not run on " + System.getProperty("os.name") + " ")
                .endsWith(", or write tls.provider=jdk");
        assertThat(run.status()).isEqualTo(2);
    }

    @Test
    void checkIsContentWithWhatIsThere() throws Exception {
        Run run = sluice(List.of("-cp", CLASS_PATH), "check");

        assertThat(run.errors()).noneMatch(line -> line.startsWith("tls."));
        assertThat(run.status()).isZero();
    }

    @Test
    void theJarThatOperatorsAreToldOfIsTheOneThatWasTried() throws Exception {
        Path tried = Path.of(Conscrypt.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());

        assertThat(tried.getFileName()).hasToString("conscrypt-openjdk-uber-2.5.2.jar");
    }

    private static Run sluice(List<String> flags, String command) throws Exception {
        List<String> line = ChildJvm.command("-Xmx128m");
        line.addAll(flags);
        line.addAll(List.of(
                "io.sluice.Main",
                command,
                "--set=listener.bind=127.0.0.1:0",
                "--set=cluster.brokers=127.0.0.1:1",
                "--set=admin.bind=off",
                "--set=tls.provider=conscrypt",
                "--set=tls.certificate=" + directory.resolve("server.crt"),
                "--set=tls.private-key=" + directory.resolve("server.key")));
        Path errors = Files.createTempFile(directory, "errors", "");
        Process process = new ProcessBuilder(line)
                .directory(directory.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
            return new Run(
                    process.exitValue(),
                    Files.readAllLines(errors).stream()
                            .map(said -> said.startsWith("sluice: ") ? said.substring(8) : said)
                            .toList());
        } finally {
            process.destroyForcibly();
        }
    }
}
