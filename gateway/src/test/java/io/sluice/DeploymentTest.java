package io.sluice;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.config.Configuration;
import io.sluice.config.ConfigurationException;
import io.sluice.tls.DevCertificates;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The files in {@code deploy} that can be read without what runs them. */
class DeploymentTest {
    private static final Path DEPLOY = Path.of("../deploy");

    @Test
    void unitLetsTheGatewayStopAndReload() throws Exception {
        Map<String, List<String>> unit = unit();

        assertThat(Duration.ofSeconds(Integer.parseInt(only(unit, "TimeoutStopSec"))))
                .isGreaterThan(hardStop());
        assertThat(only(unit, "ExecReload")).isEqualTo("/bin/kill -HUP $MAINPID");
        assertThat(only(unit, "RestartPreventExitStatus")).isEqualTo(String.valueOf(Main.USAGE));
        assertThat(only(unit, "SuccessExitStatus")).isEqualTo("3 130");
        assertThat(only(unit, "ExecStart")).isEqualTo("sluice run -c /etc/sluice/gateway.properties");
    }

    @Test
    void unitGivesNoRightButThatToLowPorts() throws IOException {
        Map<String, List<String>> unit = unit();

        assertThat(only(unit, "User")).isEqualTo("sluice");
        assertThat(only(unit, "AmbientCapabilities")).isEqualTo("CAP_NET_BIND_SERVICE");
        assertThat(only(unit, "CapabilityBoundingSet")).isEqualTo("CAP_NET_BIND_SERVICE");
        assertThat(only(unit, "NoNewPrivileges")).isEqualTo("true");
        assertThat(only(unit, "ProtectSystem")).isEqualTo("strict");
    }

    @Test
    void configurationOfTheServicePassesTheCheck(@TempDir Path certificates) throws IOException {
        DevCertificates.writeTo(certificates);
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(new StringWriter())).setErr(new PrintWriter(err, true));

        int status = commandLine.execute(
                "check",
                "-c",
                DEPLOY.resolve("systemd/gateway.properties").toString(),
                "--set=tls.certificate=" + certificates.resolve("server.crt"),
                "--set=tls.private-key=" + certificates.resolve("server.key"));

        assertThat(err.toString()).isEmpty();
        assertThat(status).isZero();
    }

    @Test
    void scriptsPassShellcheck() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/shellcheck")), "there is no shellcheck");
        List<String> command = new ArrayList<>(List.of("/usr/bin/shellcheck"));
        for (Path root : List.of(DEPLOY, Path.of("../.ci"), Path.of("../sluice"))) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(DeploymentTest::isScript).map(Path::toString).forEach(command::add);
            }
        }
        assertThat(command)
                .contains("../sluice", "../.ci/run", "../deploy/debian/DEBIAN/postinst")
                .noneMatch(file -> file.contains("/target/"));

        Process shellcheck =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(shellcheck.getInputStream().readAllBytes(), UTF_8);

        assertThat(output).isEmpty();
        assertThat(shellcheck.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(shellcheck.exitValue()).isZero();
    }

    /** {@code drain.hard-stop-after} by default: who stops the process must wait longer. */
    static Duration hardStop() throws ConfigurationException {
        List<String> smallest = List.of("tls.certificate=a", "tls.private-key=b", "cluster.brokers=localhost:1883");
        return Configuration.load(null, Map.of(), smallest).gateway().drain().hardStopAfter();
    }

    private static boolean isScript(Path file) {
        try {
            return Files.isRegularFile(file)
                    && !file.startsWith(DEPLOY.resolve("target"))
                    && Files.readString(file, ISO_8859_1).matches("(?s)#!/(usr/bin/env bash|bin/sh)\n.*");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Key to values; systemd would take no line that is neither a section, a setting nor a comment. */
    private static Map<String, List<String>> unit() throws IOException {
        Map<String, List<String>> unit = new HashMap<>();
        List<String> sections = new ArrayList<>();
        for (String line : Files.readAllLines(DEPLOY.resolve("systemd/sluice.service"))) {
            if (line.startsWith("[")) {
                sections.add(line);
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                assertThat(line).matches("[A-Z][A-Za-z]+=.+");
                int equals = line.indexOf('=');
                unit.computeIfAbsent(line.substring(0, equals), key -> new ArrayList<>())
                        .add(line.substring(equals + 1));
            }
        }
        assertThat(sections).containsExactly("[Unit]", "[Service]", "[Install]");
        return unit;
    }

    private static String only(Map<String, List<String>> unit, String key) {
        List<String> values = unit.getOrDefault(key, List.of());
        assertThat(values).as(key).hasSize(1);
        return values.get(0);
    }
}
