package io.sluice.loadtest.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code load}: one scenario against one URL, and its figures.
 *
 * <p>Confined to the thread that runs the command.
 */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures a gateway, or any other way to a broker, with many clients.",
        subcommands = {CompareCommand.class, StubCommand.class},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:measured", "1:the URL cannot be reached, or clients do not connect", "2:wrong usage"})
public final class LoadCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "SCENARIO",
            completionCandidates = ScenarioNames.class,
            description = {
                "What is measured:",
                "throughput  each client has a window of messages to itself under way, and sends another for each that "
                        + "comes back",
                "rate        messages are due at a rate, and latency counts from when they were due",
                "connect     clients connect up to CONNACK and leave: so many under way at a time, or so many a second",
                "idle        clients connect and do nothing but ping",
                "storm       all clients are cut at once and come back at once, until all are there",
                "fanout      one publisher sends to all clients, at a rate",
                "mixed       a few publishers send to many clients, at QoS 0 and 1"
            })
    @Nullable
    String scenario;

    @Mixin
    final LoadOptions options = new LoadOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    /** The names of all scenarios. Immutable. */
    static final class ScenarioNames implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Stream.of(Scenario.values()).map(Scenario::toString).iterator();
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            Scenario chosen = scenario();
            refuseOptionsNotFor(chosen);
            refuseNoDirectory("--json", options.json);
            refuseNoDirectory("--html", options.html);
            Integer port = options.stub;
            if (port == null) {
                tell(measured(chosen, null));
            } else {
                try (StubBroker stub = StubCommand.start(port)) {
                    Run run = measured(chosen, stub);
                    stub.check();
                    tell(run);
                    printCeiling(stub);
                }
            }
            return 0;
        } catch (IllegalArgumentException wrong) {
            return failed(wrong, 2);
        } catch (LoadException e) {
            return failed(e, 1);
        } catch (IOException e) {
            return failed(new LoadException("cannot write the result: " + e), 1);
        }
    }

    private Run measured(Scenario chosen, @Nullable StubBroker stub) throws LoadException, InterruptedException {
        LoadSetup setup = new LoadSetup(chosen, options);
        Job job = setup.job(stub == null ? 0 : stub.address().getPort());
        Progress progress = new Progress(spec().commandLine().getErr(), !options.quiet);
        List<Thread> others = stub == null ? List.of() : List.of(stub.thread());
        ProcessWatch watch = ProcessWatch.of(options.watch);
        return new Measurement(chosen, job, progress, others, watch).run(options.target, setup.settings());
    }

    private Scenario scenario() {
        for (Scenario known : Scenario.values()) {
            if (known.toString().equals(scenario)) {
                return known;
            }
        }
        String all = Stream.of(Scenario.values()).map(Scenario::toString).collect(Collectors.joining(", "));
        throw new IllegalArgumentException(
                scenario == null
                        ? "which scenario? There are " + all
                        : "unknown scenario " + scenario + "; there are " + all);
    }

    /** An option that would be ignored is a mistake. */
    private void refuseOptionsNotFor(Scenario chosen) {
        Set<String> others = new TreeSet<>();
        Stream.of(Scenario.values()).map(Scenario::options).forEach(others::addAll);
        others.removeAll(chosen.options());
        for (OptionSpec option : spec().commandLine().getParseResult().matchedOptions()) {
            if (others.contains(option.longestName())) {
                throw new IllegalArgumentException(option.longestName() + " is not for " + chosen + ", which heeds "
                        + String.join(", ", new TreeSet<>(chosen.options())));
            }
        }
    }

    /** Known before the run, not after. */
    private static void refuseNoDirectory(String option, @Nullable Path file) {
        Path directory = file == null ? null : file.toAbsolutePath().getParent();
        if (directory != null && !Files.isWritable(directory)) {
            throw new IllegalArgumentException(option + ": cannot write to " + directory);
        }
    }

    private void tell(Run run) throws IOException {
        PrintWriter out = spec().commandLine().getOut();
        Summary.lines(run).forEach(out::println);
        out.flush();
        if (options.json != null) {
            RunJson.write(options.json, List.of(run));
        }
        if (options.html != null) {
            Report.write(options.html, List.of(run));
        }
    }

    /** Where the URL is the stub's, there is nothing between. */
    private void printCeiling(StubBroker stub) {
        URI url = options.url;
        if (url != null
                && !Target.isWebSocket(url)
                && url.getPort() == stub.address().getPort()) {
            PrintWriter out = spec().commandLine().getOut();
            out.println("ceiling       There was no gateway: no target can show more than this.");
            out.flush();
        }
    }

    private int failed(Exception e, int code) {
        PrintWriter err = spec().commandLine().getErr();
        err.println("load: " + e.getMessage());
        err.flush();
        return code;
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it calls the command");
        }
        return spec;
    }
}
