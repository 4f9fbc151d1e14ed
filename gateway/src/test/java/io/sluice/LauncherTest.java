package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the launcher script against homes of Java that print their arguments instead of starting.
 *
 * <p>Confined to the test's thread.
 */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {

    /** A space in every path: a missing quote in the script fails all tests. */
    @TempDir(factory = SpaceInName.class)
    Path temporary;

    private final Map<String, String> environment = new HashMap<>();
    private Path distribution;

    @BeforeEach
    void unpackDistribution() throws IOException {
        distribution = temporary.resolve("distribution");
        Files.createDirectories(distribution.resolve("lib"));
        Files.createDirectories(distribution.resolve("lib/lib"));
        Files.writeString(distribution.resolve("lib/sluice-gateway.jar"), "gateway");
        Files.writeString(distribution.resolve("lib/lib/undertow.jar"), "library");
        Files.copy(script(), distribution.resolve("sluice"));
        executable(distribution.resolve("sluice"));
    }

    @Test
    void startsTheJarWithTheArgumentsAsTheyAre() throws Exception {
        javaHome("17.0.15");

        Run run = sluice("run", "-c", "a file.properties", "--set", "a=*", "");

        assertThat(run.status()).isZero();
        assertThat(run.arguments())
                .endsWith(
                        "-jar",
                        distribution.resolve("lib/sluice-gateway.jar").toString(),
                        "run",
                        "-c",
                        "a file.properties",
                        "--set",
                        "a=*",
                        "")
                .contains("-Dsluice.home=" + distribution);
    }

    @ParameterizedTest
    @CsvSource({"17.0.15, false", "24.0.1, false", "25, true", "26-ea, true"})
    void picksFlagsByTheVersionOfJava(String version, boolean compactHeaders) throws Exception {
        javaHome(version);

        List<String> arguments = sluice("run").arguments();

        assertThat(arguments)
                .contains("-XX:+UseSerialGC", "-Xss256k", "-XX:ReservedCodeCacheSize=64m")
                .contains("-XX:+ExitOnOutOfMemoryError", "-XX:MetaspaceSize=64m")
                .doesNotContain("--sun-misc-unsafe-memory-access=allow");
        assertThat(arguments.contains("-XX:+UseCompactObjectHeaders")).isEqualTo(compactHeaders);
    }

    @ParameterizedTest
    @CsvSource({
        "17.0.11, gnu, false",
        "17.0.12, gnu, true",
        "17, gnu, false",
        "20.0.2, gnu, false",
        "21.0.3, gnu, false",
        "21.0.10, gnu, true",
        "22.0.2, gnu, false",
        "23, gnu, true",
        "25.0.3, gnu, true",
        "26-ea, gnu, true",
        "25.0.3, musl, false"
    })
    void givesFreedMemoryBackWhereTheJavaCan(String version, String library, boolean trims) throws Exception {
        Path release = javaHome(version).resolve("release");
        Files.writeString(release, Files.readString(release) + "LIBC=\"" + library + "\"\n");

        assertThat(sluice("run").arguments().contains("-XX:TrimNativeHeapInterval=10000"))
                .isEqualTo(trims);
    }

    @ParameterizedTest
    @CsvSource({"17.0.15, false", "21.0.10, false", "25.0.3, true"})
    void passesNoFlagThatOraclesOwnUpdatesMayNotKnow(String version, boolean trims) throws Exception {
        Path release = javaHome(version).resolve("release");
        Files.writeString(release, Files.readString(release) + "LIBC=\"gnu\"\nIMPLEMENTOR=\"Oracle Corporation\"\n");

        assertThat(sluice("run").arguments().contains("-XX:TrimNativeHeapInterval=10000"))
                .isEqualTo(trims);
    }

    @ParameterizedTest
    @CsvSource({
        "17.0.15, sluice-gateway.jsa, -XX:SharedArchiveFile=, -Xlog:cds*=off",
        "24.0.2,  sluice-gateway.jsa, -XX:SharedArchiveFile=, -Xlog:cds*=off",
        "25.0.3,  sluice-gateway.aot, -XX:AOTCache=,          -Xlog:aot*=off",
    })
    void startsWithWhatTheTrainingOfThisJavaHasLeft(String version, String name, String flag, String silent)
            throws Exception {
        javaHome(version);
        Path archive = distribution.resolve("lib").resolve(name);

        List<String> untrained = sluice("run").arguments();
        trained(name);
        List<String> trained = sluice("run").arguments();

        assertThat(untrained).noneMatch(a -> a.matches("-XX:.*(Archive|AOT).*"));
        assertThat(trained).contains(flag + archive, silent).hasSize(untrained.size() + 2);
    }

    @ParameterizedTest
    @CsvSource({
        "JAVA_OPTS,         -XX:AOTCache=/x,           false",
        "JAVA_OPTS,         -XX:AOTMode=off,           false",
        "JAVA_OPTS,         -XX:SharedArchiveFile=/x,  false",
        "JAVA_TOOL_OPTIONS, -Xshare:off,               false",
        "JDK_JAVA_OPTIONS,  -XX:DumpLoadedClassList=x, false",
        "JAVA_OPTS,         -Xmx32m,                   false",
        "JAVA_OPTS,         -Xmx9M,                    false",
        "JAVA_OPTS,         -Xmx60000k,                false",
        "JAVA_OPTS,         -XX:MaxRAMPercentage=5,    false",
        "JAVA_OPTS,         -Xmx200m,                  true",
        "JAVA_OPTS,         -Xmx2g,                    true",
    })
    void leavesItsArchiveOutWhereJavaWouldNotStartWithIt(String variable, String options, boolean used)
            throws Exception {
        javaHome("25.0.3");
        trained("sluice-gateway.aot");
        environment.put(variable, options);

        List<String> arguments = sluice("run").arguments();

        assertThat(arguments.stream().anyMatch(a -> a.endsWith("sluice-gateway.aot")))
                .isEqualTo(used);
    }

    /** Of the size and the time that the JVM would know it by. */
    @ParameterizedTest
    @ValueSource(strings = {"lib/sluice-gateway.jar", "lib/lib/undertow.jar"})
    void leavesItsArchiveOutWhenAJarIsOfAnotherBuild(String name) throws Exception {
        javaHome("25.0.3");
        trained("sluice-gateway.aot");
        Path jar = distribution.resolve(name);
        FileTime time = Files.getLastModifiedTime(jar);

        List<String> before = sluice("run").arguments();
        Files.writeString(jar, "another");
        Files.setLastModifiedTime(jar, time);
        List<String> after = sluice("run").arguments();

        assertThat(before).anyMatch(a -> a.startsWith("-XX:AOTCache="));
        assertThat(after).noneMatch(a -> a.startsWith("-XX:AOTCache="));
    }

    @ParameterizedTest
    @CsvSource({
        "17.0.15, sluice-gateway.jsa, -XX:ArchiveClassesAtExit=",
        "25.0.3,  sluice-gateway.aot, -XX:AOTCacheOutput=",
    })
    void keepsWhatTheTrainingWritesUnderTheFlagsOfEveryStart(String version, String name, String flag)
            throws Exception {
        javaThatTrains(version, "shared objects file (top)");
        Path archive = distribution.resolve("lib").resolve(name);
        Files.writeString(archive, "of the last training");

        Run run = sluice("train");

        assertThat(run.status()).as(run.error()).isZero();
        assertThat(run.error()).contains(" use " + archive + " from now on");
        List<String> written = Files.readAllLines(archive);
        assertThat(written.get(0)).startsWith(flag + archive + ".");
        assertThat(written).contains("-XX:+UseSerialGC").endsWith("train");
        assertThat(Files.getPosixFilePermissions(archive)).contains(PosixFilePermission.OTHERS_READ);
        assertThat(names(distribution.resolve("lib")))
                .containsExactlyInAnyOrder("sluice-gateway.jar", "lib", name, name + ".jars");
        assertThat(sluice("run").arguments()).anyMatch(a -> a.endsWith("=" + archive));
    }

    @Test
    void keepsNoTrainingThatJavaDoesNotUse() throws Exception {
        javaThatTrains("17.0.15", "file:/a%20b/sluice-gateway.jar");

        Run run = sluice("train");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.error()).contains("does not use what it has written; starts are as before");
        assertThat(names(distribution.resolve("lib"))).containsExactlyInAnyOrder("sluice-gateway.jar", "lib");
    }

    @Test
    void keepsTheLastTrainingWhenAnotherFails() throws Exception {
        program(javaHome("25.0.3").resolve("bin/java"), "echo what Java says; exit 1");
        trained("sluice-gateway.aot");

        Run run = sluice("train");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.error()).contains("what Java says", "the training failed; starts are as before");
        assertThat(names(distribution.resolve("lib")))
                .containsExactlyInAnyOrder(
                        "sluice-gateway.jar", "lib", "sluice-gateway.aot", "sluice-gateway.aot.jars");
    }

    @Test
    void saysWhoMayTrain() throws Exception {
        javaHome("25.0.3");
        Path script = distribution.resolve("sluice");
        Files.writeString(
                script,
                Files.readString(script).replace("scratch=$archive.$$", "scratch=/proc/self/fd/sluice-gateway.aot"));

        Run run = sluice("train");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.error()).contains("cannot write to " + distribution.resolve("lib") + "; run as its owner");
    }

    @Test
    void trainsNothingWhenAskedForHelp() throws Exception {
        javaHome("25.0.3");

        assertThat(sluice("train", "--help").arguments()).endsWith("train", "--help");
    }

    @Test
    void givesHalfOfTheMemoryToTheHeapWithinBounds() throws Exception {
        javaHome("17.0.15");
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long expected = Math.min(Math.max((system.getTotalMemorySize() >> 20) / 2, 64), 4096);

        List<String> arguments = sluice("run").arguments();

        assertThat(mebibytes(arguments, "-Xmx")).isBetween(expected - 1, expected + 1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "machine of 8 GiB,                    8388608, 0::/,            -,                   4096, 1024",
        "machine of 4 GiB,                    4194304, 0::/,            -,                   2048, 614",
        "machine of 64 GiB: upper bounds,    67108864, 0::/,            -,                   4096, 1024",
        "machine of 100 MiB: lower bounds,     102400, 0::/,            -,                   64,   48",
        "v2 container of 512 MiB,             8388608, 0::/,            536870912,           256,  76",
        "v2 container without limit,          8388608, 0::/,            max,                 4096, 1024",
        "v2 service below a slice,            8388608, 0::/a.slice/b,   1073741824,          512,  153",
        "v1 container of 512 MiB,             8388608, 4:memory:/x,     536870912,           256,  76",
        "v1 container without limit,          4194304, 4:memory:/x,     9223372036854771712, 2048, 614",
        "v1 with joined controllers,          8388608, 4:cpu&memory:/x, 536870912,           256,  76"
    })
    void dividesTheMemoryOfTheControlGroup(
            String meaning, long totalKib, String group, String limit, long heap, long direct) throws Exception {
        javaHome("17.0.15");
        machine(totalKib, group.replace('&', ','), limit);

        List<String> arguments = sluice("run").arguments();

        assertThat(mebibytes(arguments, "-Xmx")).as(meaning).isEqualTo(heap);
        assertThat(mebibytes(arguments, "-XX:MaxDirectMemorySize=")).as(meaning).isEqualTo(direct);
    }

    @ParameterizedTest(name = "{0} KiB")
    @CsvSource({"8388608, 32", "204800, 25", "102400, 16"})
    void keepsTheYoungGenerationSmall(long totalKib, long young) throws Exception {
        javaHome("17.0.15");
        machine(totalKib, "0::/", "-");

        assertThat(mebibytes(sluice("run").arguments(), "-Xmn")).isEqualTo(young);
        environment.put("JAVA_OPTS", "-XX:+UseG1GC");
        assertThat(sluice("run").arguments()).noneMatch(a -> a.startsWith("-Xmn"));
    }

    @Test
    void leavesTheHeapToTheJvmWhereTheMemoryIsUnknown() throws Exception {
        javaHome("17.0.15");
        relocateSystemFiles();

        Run run = sluice("run");

        assertThat(run.status()).isZero();
        assertThat(run.error()).isEmpty();
        assertThat(run.arguments()).noneMatch(a -> a.startsWith("-Xmx") || a.contains("MaxDirectMemorySize"));
    }

    @Test
    void putsJavaOptsBehindItsOwnFlags() throws Exception {
        javaHome("25");
        environment.put("JAVA_OPTS", "-Xmx77m  -Dlist=*");
        Files.createFile(temporary.resolve("-Dlist=a file that the star must not become"));

        List<String> arguments = sluice("run").arguments();

        int jar = arguments.indexOf("-jar");
        assertThat(arguments.subList(jar - 2, jar)).containsExactly("-Xmx77m", "-Dlist=*");
        assertThat(arguments.subList(0, jar - 2)).noneMatch(a -> a.contains("77m"));
    }

    @Test
    void leavesOutItsCollectorWhenJavaOptsNamesOne() throws Exception {
        javaHome("17.0.15");
        environment.put("JAVA_OPTS", "-XX:+UseG1GC -Da=b");

        assertThat(sluice("run").arguments()).contains("-XX:+UseG1GC").doesNotContain("-XX:+UseSerialGC");
    }

    @Test
    void leavesOutItsHeapWhenJavaOptsNamesAShare() throws Exception {
        javaHome("17.0.15");
        environment.put("JAVA_OPTS", "-XX:MaxRAMPercentage=30");

        assertThat(sluice("run").arguments()).noneMatch(a -> a.startsWith("-Xmx"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"11.0.2", "16.0.1", "1.8.0_402"})
    void refusesAnOldJavaInOneLine(String version) throws Exception {
        Path java = javaHome(version).resolve("bin/java");

        Run run = sluice("run");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output()).isEmpty();
        assertThat(run.error())
                .isEqualTo("sluice: needs Java 17 or later; " + java + " is " + version + " (set JAVA_HOME)\n");
    }

    @Test
    void refusesAHomeWithoutJavaInOneLine() throws Exception {
        environment.put("JAVA_HOME", temporary.toString());

        Run run = sluice("run");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.error())
                .isEqualTo("sluice: needs Java 17 or later; JAVA_HOME=" + temporary + " has no bin/java\n");
    }

    @Test
    void refusesAPathWithoutJavaInOneLine() throws Exception {
        environment.put("JAVA_HOME", "");
        environment.put("PATH", pathWithoutJava().toString());

        Run run = sluice("run");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.error())
                .isEqualTo("sluice: needs Java 17 or later; there is no java on the PATH (set JAVA_HOME)\n");
    }

    @Test
    void findsTheReleaseOfAJavaOnThePathThroughLinks() throws Exception {
        Path bin = pathWithoutJava();
        Path alternatives = Files.createDirectories(temporary.resolve("alternatives"));
        Files.createSymbolicLink(
                alternatives.resolve("java"), javaHome("25.0.3").resolve("bin/java"));
        Files.createSymbolicLink(bin.resolve("java"), Path.of("../alternatives/java"));
        environment.put("JAVA_HOME", "");
        environment.put("PATH", bin.toString());

        assertThat(sluice("run").arguments()).contains("-XX:+UseCompactObjectHeaders");
    }

    @Test
    void asksAJavaWithoutReleaseFile() throws Exception {
        Path home = javaHome("17.0.15");
        Files.delete(home.resolve("release"));
        program(home.resolve("bin/java"), "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");

        Run run = sluice("run");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.error()).contains("bin/java is 11.0.2 ");
    }

    @Test
    void worksThroughASymbolicLinkFromAnyDirectory() throws Exception {
        javaHome("17.0.15");
        Path link = temporary.resolve("link to sluice");
        Files.createSymbolicLink(link, Path.of("distribution/sluice"));

        Run run = start(link, temporary.getRoot(), "--version");

        assertThat(run.arguments())
                .contains(distribution.resolve("lib/sluice-gateway.jar").toString());
    }

    @Test
    void saysWhatIsMissingBesideIt() throws Exception {
        javaHome("17.0.15");
        Files.delete(distribution.resolve("lib/sluice-gateway.jar"));

        Run run = sluice("run");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.error())
                .isEqualTo("sluice: neither pom.xml nor lib/sluice-gateway.jar is in " + distribution + "\n");
    }

    @Test
    void buildsACheckoutOnlyWhenASourceIsNewerThanTheJar() throws Exception {
        javaHome("17.0.15");
        Path checkout = checkout("echo \"$*\" >>maven.log; echo noise; touch gateway/target/sluice-gateway.jar");
        Path jar = checkout.resolve("gateway/target/sluice-gateway.jar");

        Run first = start(checkout.resolve("sluice"), temporary, "run");
        Run second = start(checkout.resolve("sluice"), temporary, "run");
        Files.setLastModifiedTime(
                checkout.resolve("gateway/src/main/Main.java"),
                FileTime.from(Instant.now().plusSeconds(60)));
        Run third = start(checkout.resolve("sluice"), temporary, "run");

        assertThat(first.error()).isEqualTo("sluice: building...\n");
        assertThat(first.arguments()).containsSequence("-jar", jar.toString(), "run");
        assertThat(second.error()).isEmpty();
        assertThat(third.error()).isEqualTo("sluice: building...\n");
        assertThat(checkout.resolve("maven.log"))
                .hasContent("-q -B -DskipTests -pl gateway -am package\n-q -B -DskipTests -pl gateway -am package");
    }

    @Test
    void buildsOnceWhenMavenLeavesTheJarAlone() throws Exception {
        javaHome("17.0.15");
        Path checkout = checkout("true");
        Path jar = checkout.resolve("gateway/target/sluice-gateway.jar");
        Files.createDirectories(jar.getParent());
        Files.createFile(jar);
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(3600)));

        Run first = start(checkout.resolve("sluice"), temporary, "run");
        Run second = start(checkout.resolve("sluice"), temporary, "run");

        assertThat(first.error()).isEqualTo("sluice: building...\n");
        assertThat(second.error()).isEmpty();
    }

    @Test
    void buildsOnceForTwoStartsAtTheSameTime() throws Exception {
        javaHome("17.0.15");
        Path checkout = checkout(
                "echo built >>maven.log; mkdir busy && sleep 0.3 && rmdir busy && touch gateway/target/sluice-gateway.jar");

        CompletableFuture<Run> other = CompletableFuture.supplyAsync(() -> {
            try {
                return start(checkout.resolve("sluice"), temporary, "run");
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Run one = start(checkout.resolve("sluice"), temporary, "run");

        assertThat(one.status()).isZero();
        assertThat(other.get(30, TimeUnit.SECONDS).status()).isZero();
        assertThat(checkout.resolve("maven.log")).hasContent("built");
    }

    @Test
    void showsTheOutputOfAFailedBuild() throws Exception {
        javaHome("17.0.15");
        Path checkout = checkout("echo '[ERROR] Main.java:[1,1] class expected'; exit 1");

        Run run = start(checkout.resolve("sluice"), temporary, "run");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output()).isEmpty();
        assertThat(run.error())
                .isEqualTo("sluice: building...\n[ERROR] Main.java:[1,1] class expected\nsluice: the build failed\n");
    }

    @ParameterizedTest
    @CsvSource({"17.0.15, false", "22.0.2, false", "23.0.1, true", "25.0.3, true"})
    void startsToolsFromTheirOwnModule(String version, boolean unsafeAllowed) throws Exception {
        javaHome(version);
        Path checkout = checkout("echo \"$*\" >>maven.log; touch loadtest/target/sluice-loadtest.jar");

        List<String> arguments =
                start(checkout.resolve("sluice"), temporary, "demo").arguments();

        assertThat(arguments)
                .containsSequence(
                        "-jar",
                        checkout.resolve("loadtest/target/sluice-loadtest.jar").toString(),
                        "demo")
                .doesNotContain("-Xss256k");
        assertThat(arguments.contains("--sun-misc-unsafe-memory-access=allow")).isEqualTo(unsafeAllowed);
        assertThat(mebibytes(arguments, "-Xmx")).isGreaterThanOrEqualTo(256);
        assertThat(checkout.resolve("maven.log")).hasContent("-q -B -DskipTests -pl loadtest -am package");
    }

    @ParameterizedTest
    @CsvSource({
        "pom.xml, true, true",
        "gateway/pom.xml, true, true",
        "gateway/src/main/Main.java, true, true",
        "loadtest/pom.xml, false, true",
        "loadtest/src/main/Main.java, false, true"
    })
    void buildsForASourceOfTheModuleItStarts(String source, boolean gateway, boolean tools) throws Exception {
        javaHome("17.0.15");
        Path checkout = checkout("touch gateway/target/sluice-gateway.jar loadtest/target/sluice-loadtest.jar");
        Files.createDirectories(checkout.resolve("loadtest/target"));
        start(checkout.resolve("sluice"), temporary, "run");
        Files.setLastModifiedTime(
                checkout.resolve(source), FileTime.from(Instant.now().plusSeconds(60)));

        Run run = start(checkout.resolve("sluice"), temporary, "run");
        Run demo = start(checkout.resolve("sluice"), temporary, "demo");

        assertThat(run.error().isEmpty()).isNotEqualTo(gateway);
        assertThat(demo.error().isEmpty()).isNotEqualTo(tools);
    }

    // ------------------------------------------------------------------------------------------------------ fixtures

    private record Run(int status, String output, String error) {

        /** What the java stand-in was given. */
        List<String> arguments() {
            assertThat(status).as(error).isZero();
            return Arrays.asList(output.split("\n", -1)).subList(0, output.split("\n", -1).length - 1);
        }
    }

    private static final class SpaceInName implements org.junit.jupiter.api.io.TempDirFactory {
        @Override
        public Path createTempDirectory(
                org.junit.jupiter.api.extension.AnnotatedElementContext element,
                org.junit.jupiter.api.extension.ExtensionContext context)
                throws IOException {
            return Files.createTempDirectory("sluice launcher").toRealPath();
        }
    }

    private static Path script() {
        return Path.of("").toAbsolutePath().resolveSibling("sluice");
    }

    private Run sluice(String... arguments) throws IOException, InterruptedException {
        return start(distribution.resolve("sluice"), temporary, arguments);
    }

    private Run start(Path script, Path directory, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().remove("JAVA_OPTS");
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        CompletableFuture<String> error = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
        String output = read(process.getInputStream());
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), output, error.join());
    }

    /** As a training run leaves it. */
    private void trained(String name) throws IOException, InterruptedException {
        Path script = distribution.resolve("fingerprint");
        String launcher = Files.readString(script());
        int from = launcher.indexOf("fingerprint() (");
        program(script, "jar=\"$1\"\n" + launcher.substring(from, launcher.indexOf("\n)", from) + 2) + "\nfingerprint");
        Run sum = start(
                script,
                temporary,
                distribution.resolve("lib/sluice-gateway.jar").toString());
        Files.writeString(distribution.resolve("lib").resolve(name), "classes");
        Files.writeString(distribution.resolve("lib").resolve(name + ".jars"), sum.output());
    }

    /** Writes its arguments where it should write the archive, and says from where it has loaded the gateway. */
    private void javaThatTrains(String version, String source) throws IOException {
        program(
                javaHome(version).resolve("bin/java"),
                "case $* in\n"
                        + "  *-Xlog:class+load*) echo '[0.1s][info][class,load] io.sluice.Main source: " + source
                        + "' ;;\n"
                        + "  *' train') printf '%s\\n' \"$@\" >\"${1#*=}\" && chmod 0600 \"${1#*=}\" ;;\n"
                        + "  *) printf '%s\\n' \"$@\" ;;\n"
                        + "esac");
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static String read(InputStream stream) {
        try {
            return new String(stream.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Path javaHome(String version) throws IOException {
        Path home = temporary.resolve("java " + version);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        program(home.resolve("bin/java"), "printf '%s\\n' \"$@\"");
        environment.put("JAVA_HOME", home.toString());
        return home;
    }

    /** A copy of the script that looks for the kernel's files in the temporary directory, where there are none yet. */
    private void relocateSystemFiles() throws IOException {
        Path copy = distribution.resolve("sluice");
        // no spaces here: the script names these paths without quotes
        String text =
                Files.readString(copy).replace("/proc/", "system/proc/").replace("/sys/fs/cgroup", "system/cgroup");
        Files.writeString(copy, text);
        Files.createDirectories(temporary.resolve("system/proc/self"));
    }

    private void machine(long totalKib, String group, String limit) throws IOException {
        relocateSystemFiles();
        Path system = temporary.resolve("system");
        Files.writeString(
                system.resolve("proc/meminfo"), "MemTotal:       " + totalKib + " kB\nMemFree:        1 kB\n");
        Files.writeString(system.resolve("proc/self/cgroup"), "9:name=systemd:/\n" + group + "\n");
        if (!limit.equals("-")) {
            Path file = switch (group) {
                case "0::/" -> system.resolve("cgroup/memory.max");
                case "0::/a.slice/b" -> system.resolve("cgroup/a.slice/memory.max"); // the parent's limit holds too
                default -> system.resolve("cgroup/memory/memory.limit_in_bytes"); // as a container sees it
            };
            Files.createDirectories(file.getParent());
            Files.writeString(file, limit + "\n");
        }
    }

    private Path checkout(String maven) throws IOException {
        Path checkout = temporary.resolve("checkout");
        for (String module : List.of("gateway", "loadtest")) {
            Files.createDirectories(checkout.resolve(module + "/src/main"));
            Files.createFile(checkout.resolve(module + "/pom.xml"));
            Files.createFile(checkout.resolve(module + "/src/main/Main.java"));
        }
        Files.createFile(checkout.resolve("pom.xml"));
        program(checkout.resolve("mvnw"), maven);
        Files.copy(script(), checkout.resolve("sluice"));
        executable(checkout.resolve("sluice"));
        return checkout;
    }

    /** A directory for PATH that holds what the script calls, and no java. */
    private Path pathWithoutJava() throws IOException {
        Path bin = Files.createDirectories(temporary.resolve("bin"));
        for (String name : List.of("dirname", "readlink", "sed", "head", "mkdir")) {
            String path = Files.exists(Path.of("/usr/bin", name)) ? "/usr/bin/" : "/bin/";
            program(bin.resolve(name), "exec " + path + name + " \"$@\"");
        }
        return bin;
    }

    private static void program(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        executable(file);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static long mebibytes(List<String> arguments, String flag) {
        String argument =
                arguments.stream().filter(a -> a.startsWith(flag)).findFirst().orElseThrow();
        assertThat(argument).endsWith("m");
        return Long.parseLong(argument.substring(flag.length(), argument.length() - 1));
    }
}
