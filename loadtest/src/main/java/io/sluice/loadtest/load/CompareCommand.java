package io.sluice.loadtest.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code load compare}: this gateway beside other ways from WebSocket to MQTT, on this machine.
 *
 * <p>Confined to the thread that runs the command.
 */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures this gateway, and lighttpd, nginx, HAProxy and mosquitto where they are installed: in turn, with equal TLS, "
                    + "before the same stub broker.",
            "All runs in processes and files of its own, which are gone afterwards."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:compared", "1:nothing could be measured", "2:wrong usage"})
final class CompareCommand implements Callable<Integer> {
    private static final int MOST_ROUNDS = 100;
    private static final int MOST_SECONDS = 3600;
    private static final int MOST_PERCENT = 100_000;
    private static final int MOST_IDLE = 20_000;
    /** Clients of the contest with most of them, but for the idle ones. */
    private static final int CLIENTS = 200;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "How often; ${DEFAULT-VALUE}.")
    int rounds = 3;

    @Option(
            names = "--peers",
            paramLabel = "NAME",
            split = ",",
            description = "Whom to measure: ${COMPLETION-CANDIDATES}; all.",
            converter = PeerName.class,
            completionCandidates = PeerNames.class)
    List<Peer> peers = List.of(Peer.values());

    @Option(
            names = "--contests",
            paramLabel = "NAME",
            split = ",",
            description = "What to measure: ${COMPLETION-CANDIDATES}; all.",
            converter = ContestName.class,
            completionCandidates = ContestNames.class)
    List<Contest> contests = List.of(Contest.values());

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description =
                    "Before each run is measured; ${DEFAULT-VALUE}. Unless 0, a short round that does not count comes first.")
    double warmup = 3;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "How long each run is measured; ${DEFAULT-VALUE}.")
    double duration = 5;

    @Option(
            names = "--idle-clients",
            paramLabel = "N",
            defaultValue = "5000",
            description =
                    "For the memory of idle ones, once they have been there for 15 s; ${DEFAULT-VALUE}. Takes three times"
                            + " as many open files.")
    int idleClients = 5000;

    @Option(
            names = "--most-foreign",
            paramLabel = "PERCENT",
            defaultValue = "25",
            description =
                    "A run during which other processes used more of a core is repeated once, and the quieter counts; "
                            + "${DEFAULT-VALUE}.")
    double mostForeign = 25;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Writes compare.txt, compare.md, report.html and runs.json there.")
    @Nullable
    Path out;

    @Option(names = "--quiet", description = "Tells nothing while it runs.")
    boolean quiet;

    @Spec
    @Nullable
    CommandSpec spec;

    /** Finds a peer by its name. Immutable. */
    static final class PeerName implements picocli.CommandLine.ITypeConverter<Peer> {
        @Override
        public Peer convert(String value) {
            return named(value, Peer.values());
        }
    }

    /** Finds a contest by its name. Immutable. */
    static final class ContestName implements picocli.CommandLine.ITypeConverter<Contest> {
        @Override
        public Contest convert(String value) {
            return named(value, Contest.values());
        }
    }

    private static <T> T named(String name, T[] all) {
        return Stream.of(all)
                .filter(one -> one.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new picocli.CommandLine.TypeConversionException("there is no " + name
                        + "; there are " + Stream.of(all).map(Object::toString).collect(Collectors.joining(", "))));
    }

    /** Names of all peers. Immutable. */
    static final class PeerNames implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Stream.of(Peer.values()).map(Peer::toString).iterator();
        }
    }

    /** Names of all contests. Immutable. */
    static final class ContestNames implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Stream.of(Contest.values()).map(Contest::toString).iterator();
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec().commandLine().getErr();
        try {
            checkLimits();
            return compare(quiet ? new PrintWriter(java.io.Writer.nullWriter()) : err);
        } catch (IllegalArgumentException e) {
            return failed(err, String.valueOf(e.getMessage()), 2);
        } catch (LoadException e) {
            return failed(err, String.valueOf(e.getMessage()), 1);
        } catch (IOException e) {
            return failed(err, "cannot write: " + e, 1);
        }
    }

    private static int failed(PrintWriter err, String message, int code) {
        err.println("load compare: " + message);
        err.flush();
        return code;
    }

    private void checkLimits() {
        check("--rounds", rounds, 1, MOST_ROUNDS);
        check("--warmup", warmup, 0, MOST_SECONDS);
        check("--duration", duration, 0.1, MOST_SECONDS);
        check("--most-foreign", mostForeign, 0, MOST_PERCENT);
        check("--idle-clients", idleClients, 1, MOST_IDLE);
    }

    private static void check(String option, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(option + ": " + Comparison.number(value) + " is not possible; write "
                    + Comparison.number(least) + " to " + Comparison.number(most));
        }
    }

    private int compare(PrintWriter progress) throws IOException, LoadException, InterruptedException {
        if (out != null) {
            Files.createDirectories(out);
        }
        List<String> absent = new ArrayList<>();
        List<Participant> participants = participants(absent);
        Comparison.Schedule schedule =
                new Comparison.Schedule(contests, rounds, warmup, duration, idleClients, mostForeign);
        try (Bench bench = Bench.open(Math.max(CLIENTS, idleClients))) {
            Comparison comparison = new Comparison(bench, schedule, participants, progress);
            comparison.carryOut();
            absent.addAll(comparison.failures());
            List<String> lines = circumstances(schedule, participants, absent);
            tell(comparison.runs(), participants, lines);
            return comparison.runs().isEmpty() ? 1 : 0;
        }
    }

    /** Who is not installed is named. */
    private List<Participant> participants(List<String> absent) throws InterruptedException {
        List<Participant> participants = new ArrayList<>();
        for (Peer peer : peers) {
            Optional<Path> program = peer.program();
            if (program.isPresent()) {
                participants.add(new Participant(peer, program.get(), peer.label(program.get())));
            } else {
                absent.add(peer + " is left out: it is not installed");
            }
        }
        return participants;
    }

    private static List<String> circumstances(
            Comparison.Schedule schedule, List<Participant> participants, List<String> absent) {
        List<String> lines = new ArrayList<>();
        lines.add(Machine.text() + "; " + Comparison.text(schedule));
        for (Participant participant : participants) {
            lines.add(participant.label() + ": " + participant.peer().note());
        }
        lines.addAll(absent);
        return lines;
    }

    private void tell(List<Run> runs, List<Participant> participants, List<String> lines) throws IOException {
        List<String> measured = Stream.concat(
                        participants.stream().map(Participant::label), Stream.of(Comparison.FLOOR))
                .filter(label -> runs.stream().anyMatch(run -> run.target().equals(label)))
                .toList();
        ComparisonTable table = new ComparisonTable(runs, measured);
        String text = table.text() + "\n" + String.join("\n", lines) + "\n";
        PrintWriter console = spec().commandLine().getOut();
        console.print(text);
        console.flush();
        if (out != null) {
            Files.writeString(out.resolve("compare.txt"), text);
            String notes = lines.stream().map(line -> "* " + line + "\n").collect(Collectors.joining());
            Files.writeString(out.resolve("compare.md"), table.markdown() + "\n" + notes);
            RunJson.write(out.resolve("runs.json"), runs);
            Report.write(out.resolve("report.html"), runs, lines);
        }
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it calls the command");
        }
        return spec;
    }
}
