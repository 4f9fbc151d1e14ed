package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.loadtest.LoadtestMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** One very short round of {@code load compare}, with the gateway as the launcher starts it. */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
class CompareIT {
    /** All peers in all contests take minutes. */
    private static final boolean ALL = Boolean.getBoolean("sluice.compare");

    private static final String CONTESTS =
            ALL ? String.join(",", new CompareCommand.ContestNames()) : "window-8,connect";

    private static final String HOME = "sluice.home";

    @TempDir
    Path out;

    private @Nullable String home;
    private Set<Long> childrenBefore = Set.of();
    private Set<Path> filesBefore = Set.of();

    @BeforeEach
    void remember() throws IOException {
        home = System.getProperty(HOME);
        System.setProperty(HOME, Path.of("").toAbsolutePath().resolveSibling("").toString());
        childrenBefore = children();
        filesBefore = files();
    }

    @AfterEach
    void leavesNothingBehind() throws IOException {
        if (home == null) {
            System.clearProperty(HOME);
        } else {
            System.setProperty(HOME, home);
        }

        assertThat(children()).isEqualTo(childrenBefore);
        assertThat(files()).isEqualTo(filesBefore);
    }

    private static Set<Long> children() {
        return ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }

    private static Set<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(path -> path.getFileName().toString().startsWith("sluice-compare-"))
                    .collect(Collectors.toSet());
        }
    }

    private CommandRun compare(String... more) {
        List<String> all = new ArrayList<>(List.of("compare", "--rounds", "1", "--warmup", "0", "--duration", "0.8"));
        all.addAll(List.of("--idle-clients", "20", "--out", out.toString(), "--quiet", "--most-foreign", "100000"));
        all.addAll(List.of(more));
        return CommandRun.of(all.toArray(String[]::new));
    }

    private static List<String> contests() {
        List<String> names = Arrays.asList(CONTESTS.split(","));
        return Arrays.stream(Contest.values())
                .filter(contest -> names.contains(contest.toString()))
                .map(Contest::title)
                .toList();
    }

    private static List<Peer> peers() {
        return ALL ? List.of(Peer.values()) : List.of(Peer.SLUICE, Peer.NGINX);
    }

    @Test
    void theGatewayAndItsPeersAreMeasured() throws Exception {
        List<Peer> absent = new ArrayList<>(peers());
        List<Peer> here =
                peers().stream().filter(peer -> peer.program().isPresent()).toList();
        absent.removeAll(here);

        CommandRun run = compare(
                "--peers", here.stream().map(Peer::toString).collect(Collectors.joining(",")), "--contests", CONTESTS);

        assertThat(run.code()).as(run.err()).isZero();
        List<Run> runs = RunJson.read(out.resolve("runs.json"));
        assertThat(runs).allSatisfy(each -> {
            assertThat(each.errors()).as(Workload.title(each)).isEmpty();
            assertThat(each.count()).as(Workload.title(each)).isPositive();
        });
        for (Peer peer : here) {
            assertThat(run.out()).contains("\n" + peer + " ");
            assertThat(runs)
                    .filteredOn(each -> each.target().startsWith(peer + " "))
                    .extracting(Workload::title)
                    .containsExactlyElementsOf(contests());
        }
        assertThat(run.out()).doesNotContain("left out").contains("\n" + Comparison.FLOOR + " ");
        assertThat(out.resolve("compare.txt")).hasContent(run.out());
        assertThat(out.resolve("compare.md")).content().contains("| sluice 0.").contains("\n|---|");
        assertThat(out.resolve("report.html"))
                .content()
                .contains("64 B, window 8")
                .contains("CPU for each");
        assumeThat(absent).as("peers that are not installed, and not measured").isEmpty();
    }

    @Test
    void whoIsTerminatedLeavesNothingBehindEither() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dsluice.home=" + System.getProperty(HOME),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoadtestMain.class.getName(),
                        "load",
                        "compare",
                        "--peers",
                        "sluice,nginx",
                        "--contests",
                        "plain",
                        "--warmup",
                        "0.1",
                        "--duration",
                        "0.1")
                .redirectErrorStream(true);
        builder.environment().put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1"); // for the gateway and the stub too
        Process compare = builder.start();
        try (BufferedReader output = compare.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            while (line != null && !line.startsWith("warming up: ")) {
                line = output.readLine();
            }
            List<ProcessHandle> children = compare.descendants().toList();
            assertThat(children).as(line).isNotEmpty();

            compare.destroy();

            assertThat(compare.waitFor()).isEqualTo(143);
            for (ProcessHandle child : children) {
                child.onExit().get(20, TimeUnit.SECONDS);
            }
        } finally {
            compare.destroyForcibly();
        }
    }
}
