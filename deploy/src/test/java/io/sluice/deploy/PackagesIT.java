package io.sluice.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.tls.DevCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The tarball and the Debian package: unpacked, installed, and run as their users would. */
@DisabledOnOs(OS.WINDOWS)
class PackagesIT {
    private static final Path TARGET = Path.of("target");

    /** What a headless JRE has; a JDK has more. */
    private static final String JRE = "--limit-modules=java.se,jdk.unsupported,jdk.crypto.ec,jdk.management,jdk.zipfs";

    @TempDir
    static Path certificates;

    @TempDir
    Path directory;

    @BeforeAll
    static void write() throws IOException {
        DevCertificates.writeTo(certificates);
    }

    @Test
    void tarballRunsWithAJreAlone() throws Exception {
        Path home = unpack();
        Command.run(Map.of("JAVA_OPTS", JRE), home.resolve("sluice").toString(), "dev-certs");

        try (RunningGateway gateway = RunningGateway.start(
                Map.of("JAVA_OPTS", JRE, "SLUICE__LISTENER__BIND", "127.0.0.1:0"),
                home.resolve("sluice").toString(),
                "run")) {
            assertThat(gateway.connect(home.resolve("certs-dev/ca.crt"))).isEqualTo("20020000");

            assertThat(gateway.terminate()).isZero();
        }
    }

    @Test
    void tarballStartsWithWhatItsTrainingHasLoaded() throws Exception {
        String sluice = unpack().resolve("sluice").toString();
        Map<String, String> telling = Map.of("JAVA_OPTS", "-Xlog:class+load");
        String untrained = Command.run(telling, sluice, "--version");

        Command.run(Map.of(), sluice, "train");

        String trained = Command.run(telling, sluice, "--version");
        assertThat(untrained).contains("io.sluice.Main source: file:");
        assertThat(trained).containsPattern("io\\.sluice\\.Main source: shared objects file");
    }

    @Test
    void tarballHoldsWhatAnOperatorNeedsAndNoTools() throws Exception {
        Path home = unpack();

        assertThat(names(home))
                .containsExactlyInAnyOrder(
                        "sluice", "lib", "config", "certs-dev", "deploy", "LICENSE", "README.md", "CHANGELOG.md");
        assertThat(names(home.resolve("deploy"))).doesNotContain("pom.xml", "src", "target", "debian");
        assertThat(names(home.resolve("lib/lib"))).noneMatch(name -> name.matches("artemis.*|junit.*|sluice.*"));
        assertThat(home.resolve("sluice")).isExecutable();
        assertThat(home.resolve("deploy/systemd/sluice.service")).isNotEmptyFile();
        try (Stream<Path> files = Files.walk(home.resolve("deploy"))) {
            assertThat(files.filter(Files::isRegularFile).filter(PackagesIT::isScript))
                    .isNotEmpty()
                    .allSatisfy(script -> assertThat(script).isExecutable());
        }
    }

    /** A version that this module resolves otherwise than the gateway does would be missing. */
    @Test
    void tarballHoldsEveryJarThatTheGatewayNames() throws Exception {
        Path lib = unpack().resolve("lib");

        try (JarFile jar = new JarFile(lib.resolve("sluice-gateway.jar").toFile())) {
            String classPath = jar.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);

            // tls.provider=conscrypt: named beside the gateway, and put there by the operator
            assertThat(classPath).startsWith("conscrypt-openjdk-uber-");
            assertThat(names(lib)).containsExactlyInAnyOrder("sluice-gateway.jar", "lib");
            assertThat(names(lib.resolve("lib"))).noneMatch(name -> name.startsWith("conscrypt"));
            assertThat(classPath.substring(classPath.indexOf(' ') + 1).split(" ", -1))
                    .hasSizeGreaterThan(20)
                    .allSatisfy(name -> assertThat(lib.resolve(name)).isRegularFile());
        }
    }

    /** Java would check each class of theirs while it starts, and archive none. */
    @Test
    void tarballHoldsNoSignedJar() throws Exception {
        try (Stream<Path> jars = Files.list(unpack().resolve("lib/lib"))) {
            assertThat(jars).hasSizeGreaterThan(20).allSatisfy(path -> {
                try (JarFile jar = new JarFile(path.toFile())) {
                    assertThat(jar.stream().map(ZipEntry::getName)).noneMatch(name -> name.endsWith(".SF"));
                    assertThat(jar.getManifest().getEntries().size()).isLessThan(100);
                }
            });
        }
    }

    @Test
    void debianPackageRunsByTheCommandLineOfItsUnit() throws Exception {
        Dpkg dpkg = Dpkg.under(directory);
        dpkg.install(debianPackage());
        List<String> command =
                new ArrayList<>(List.of(unit(dpkg.file("/usr/lib/systemd/system/sluice.service"), "ExecStart")
                        .split(" ", -1)));
        command.replaceAll(word -> word.startsWith("/etc/") ? dpkg.file(word).toString() : word);
        command.set(0, dpkg.file("/usr/bin/" + command.get(0)).toString());

        try (RunningGateway gateway = RunningGateway.start(
                Map.of(
                        "SLUICE__LISTENER__BIND", "127.0.0.1:0",
                        "SLUICE__TLS__CERTIFICATE",
                                certificates.resolve("server.crt").toString(),
                        "SLUICE__TLS__PRIVATE_KEY",
                                certificates.resolve("server.key").toString()),
                command.toArray(String[]::new))) {
            assertThat(gateway.connect(certificates.resolve("ca.crt"))).isEqualTo("20020000");

            assertThat(gateway.terminate()).isZero();
        }
    }

    @Test
    void debianPackageKeepsTheConfigurationUntilItIsPurged() throws Exception {
        Dpkg dpkg = Dpkg.under(directory);
        Path configuration = dpkg.file("/etc/sluice/gateway.properties");
        dpkg.install(debianPackage());
        Files.writeString(configuration, "# mine\n");

        dpkg.install(debianPackage());
        dpkg.run("--remove", "sluice");

        assertThat(configuration).hasContent("# mine");
        assertThat(dpkg.file("/usr/share/sluice")).doesNotExist();

        dpkg.run("--purge", "sluice");

        assertThat(configuration).doesNotExist();
    }

    @Test
    void debianPackageNeedsAJre() throws Exception {
        assumeTrue(Command.exists("dpkg-deb"), "there is no dpkg-deb");

        String fields =
                Command.run(Map.of(), "dpkg-deb", "--field", debianPackage().toString());

        assertThat(fields)
                .contains("Package: sluice\n", "Architecture: all\n")
                .contains("default-jre-headless (>= 2:1.17) | java17-runtime-headless");
    }

    @Test
    void unitPassesTheCheckOfSystemd() throws Exception {
        assumeTrue(Command.exists("systemd-analyze"), "there is no systemd-analyze");
        Path home = unpack();
        Path unit = directory.resolve("sluice.service");
        Files.writeString(
                unit,
                Files.readString(home.resolve("deploy/systemd/sluice.service"))
                        .replace("ExecStart=sluice ", "ExecStart=" + home.resolve("sluice") + " "));

        assertThat(Command.run(Map.of(), "systemd-analyze", "verify", "--man=no", unit.toString()))
                .isEmpty();
        // of 0 (locked in) to 10 (free to do anything), in tenths
        Command.run(Map.of(), "systemd-analyze", "security", "--offline=true", "--threshold=20", unit.toString());
    }

    private static boolean isScript(Path file) {
        try {
            return Files.readString(file).startsWith("#!");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path unpack() throws Exception {
        Command.run(
                Map.of(),
                "tar",
                "-xzf",
                only(".tar.gz").toString(),
                "--one-top-level=" + directory.resolve("opt"),
                "--strip-components=1");
        return directory.resolve("opt");
    }

    private static Path debianPackage() throws IOException {
        return only(".deb");
    }

    private static Path only(String ending) throws IOException {
        try (Stream<Path> files = Files.list(TARGET)) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(ending)).toList();
            assertThat(found).as("target/*%s", ending).hasSize(1);
            return found.get(0).toAbsolutePath();
        }
    }

    private static List<String> names(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static String unit(Path file, String key) throws IOException {
        return Arrays.stream(Files.readString(file).split("\n", -1))
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1))
                .findFirst()
                .orElseThrow();
    }
}
