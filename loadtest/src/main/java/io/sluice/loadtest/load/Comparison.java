package io.sluice.loadtest.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the runs of a comparison: round by round, contest by contest, the peers in turn, so that what else happens on the
 * machine meets all of them.
 *
 * <p>Confined to the thread that compares.
 */
final class Comparison {
    /** The stub broker with nothing before it: the floor. */
    static final String FLOOR = "stub broker alone";

    static final String ROUND = "round";
    static final String FOREIGN = "foreign CPU";

    private static final double BRIEF_SECONDS = 1;
    private static final int LOOK_MILLIS = 500;
    private static final int MOST_LOOKS = 10;

    private final Bench bench;
    private final Schedule schedule;
    private final List<Participant> participants;
    private final PrintWriter progress;
    private final List<Run> runs = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /**
     * What is done how often.
     *
     * <p>Immutable.
     *
     * @param warmup seconds before each measured time; with any, a short round comes first that does not count
     * @param duration seconds of each measured time
     * @param mostForeign percent of a core that others may use; a run that they disturb more is repeated
     */
    record Schedule(
            List<Contest> contests, int rounds, double warmup, double duration, int idleClients, double mostForeign) {}

    Comparison(Bench bench, Schedule schedule, List<Participant> participants, PrintWriter progress) {
        this.bench = bench;
        this.schedule = schedule;
        this.participants = new ArrayList<>(participants);
        this.progress = progress;
    }

    /** Those that have been measured, in the order in which they were. */
    List<Run> runs() {
        return List.copyOf(runs);
    }

    /** What could not be measured, a line each. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    void carryOut() throws IOException, InterruptedException {
        startAll();
        if (schedule.warmup > 0) {
            round(0);
        }
        for (int round = 1; round <= schedule.rounds; round++) {
            round(round);
        }
    }

    /** Who does not start once is left out. */
    private void startAll() throws IOException, InterruptedException {
        for (Participant participant : List.copyOf(participants)) {
            try {
                for (Contest contest : schedule.contests) {
                    bench.entrant(participant.peer(), participant.program(), contest.isTls());
                }
            } catch (LoadException e) {
                participants.remove(participant);
                bench.leaveOut(participant.peer());
                failed(participant.label() + " is left out: " + e.getMessage());
            }
        }
    }

    private void round(int round) throws IOException, InterruptedException {
        for (Contest contest : schedule.contests) {
            if (round == 0 && contest.needsFreshPeer()) {
                continue;
            }
            for (int i = 0; i < participants.size(); i++) {
                int first = Math.max(0, round - 1);
                measure(contest, participants.get((first + i) % participants.size()), round);
            }
            if (contest.hasFloor()) {
                measure(contest, null, round);
            }
        }
    }

    private void measure(Contest contest, @Nullable Participant participant, int round)
            throws IOException, InterruptedException {
        String label = participant == null ? FLOOR : participant.label();
        try {
            Run quietest = measureOnce(contest, participant, round);
            if (round > 0 && foreignPercent(quietest) > schedule.mostForeign) {
                quietest = quieter(quietest, contest, participant, round);
            }
            if (round > 0) {
                runs.add(quietest);
            }
        } catch (LoadException e) {
            failed("%s, %s: %s".formatted(contest.title(), label, e.getMessage()));
        }
    }

    /** Once more, and the quieter of both; a repeat that fails leaves what there is. */
    private Run quieter(Run first, Contest contest, @Nullable Participant participant, int round)
            throws IOException, InterruptedException {
        try {
            Run again = measureOnce(contest, participant, round);
            return foreignPercent(again) < foreignPercent(first) ? again : first;
        } catch (LoadException e) {
            failed("%s, %s, again: %s".formatted(contest.title(), first.target(), e.getMessage()));
            return first;
        }
    }

    private Run measureOnce(Contest contest, @Nullable Participant participant, int round)
            throws IOException, LoadException, InterruptedException {
        for (int i = 0; i < MOST_LOOKS && round > 0; i++) {
            Bystanders bystanders = Bystanders.watch();
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            if (bystanders.share() * 100 <= schedule.mostForeign) {
                break;
            }
        }
        Run run = participant == null ? floor(contest, round) : run(contest, participant, round);
        progress.println(line(contest, round, run));
        progress.flush();
        return run;
    }

    private void failed(String line) {
        failures.add(line);
        progress.println(line);
        progress.flush();
    }

    private String line(Contest contest, int round, Run run) {
        String of = round == 0 ? "warming up" : "round %d of %d".formatted(round, schedule.rounds);
        Metric metric = contest == Contest.IDLE ? Metric.MEMORY : Metric.CPU;
        return "%s: %s, %s: %s %s, %s errors, %s foreign CPU"
                .formatted(
                        of,
                        contest.title(),
                        run.target(),
                        metric.text(metric.of(run)),
                        metric.title(),
                        Metric.ERRORS.text(Metric.ERRORS.of(run)),
                        run.settings().getOrDefault(FOREIGN, "unknown"));
    }

    // One run

    private Run floor(Contest contest, int round) throws LoadException, InterruptedException {
        LoadOptions options = options(contest, round);
        options.url = URI.create("mqtt://127.0.0.1:" + bench.stubPort());
        options.target = FLOOR;
        options.watch.add("broker=" + bench.stubPid());
        return run(contest, options, round);
    }

    private Run run(Contest contest, Participant participant, int round)
            throws IOException, LoadException, InterruptedException {
        Peer peer = participant.peer();
        boolean fresh = contest.needsFreshPeer();
        Bench.Entrant entrant = fresh
                ? bench.fresh(peer, participant.program(), contest.isTls())
                : bench.entrant(peer, participant.program(), contest.isTls());
        try {
            LoadOptions options = options(contest, round);
            options.url = entrant.site().url();
            options.target = participant.label();
            options.ca = contest.isTls() ? bench.authority() : null;
            options.watch.add(peer + "=" + entrant.process().pid());
            if (peer != Peer.MOSQUITTO) {
                options.watch.add("broker=" + bench.stubPid());
            }
            return run(contest, options, round);
        } finally {
            if (fresh) {
                bench.back(entrant);
            }
        }
    }

    private LoadOptions options(Contest contest, int round) {
        LoadOptions options = new LoadOptions();
        contest.set(options);
        if (contest == Contest.IDLE) {
            options.clients = schedule.idleClients;
        }
        options.warmup = round == 0 || schedule.warmup == 0
                ? schedule.warmup
                : Math.max(schedule.warmup, contest.settleSeconds());
        options.duration = round == 0 ? BRIEF_SECONDS : schedule.duration;
        return options;
    }

    private Run run(Contest contest, LoadOptions options, int round) throws LoadException, InterruptedException {
        LoadSetup setup = new LoadSetup(contest.scenario(), options);
        Job job = setup.job(0);
        ProcessWatch watch = ProcessWatch.of(options.watch);
        Progress silent = new Progress(progress, false);
        Bystanders bystanders = Bystanders.watch();

        Run run = new Measurement(contest.scenario(), job, silent, List.of(), watch)
                .run(options.target, setup.settings());

        SortedMap<String, String> settings = new TreeMap<>(run.settings());
        settings.put(Workload.NAME, contest.title());
        settings.put(ROUND, Integer.toString(round));
        settings.put(FOREIGN, Figure.percent(bystanders.share()));
        return run.with(settings);
    }

    /** How much of a core others used during a run, in percent; NaN where that is not known. */
    static double foreignPercent(Run run) {
        String text = run.settings().get(FOREIGN);
        return text == null ? Double.NaN : Double.parseDouble(text.substring(0, text.indexOf(' ')));
    }

    /** E.g. {@code 3 rounds of 5 s after 3 s of warm-up}. */
    static String text(Schedule schedule) {
        return String.format(
                Locale.ROOT,
                "%d %s of %s s after %s s of warm-up; idle: %,d clients",
                schedule.rounds,
                schedule.rounds == 1 ? "round" : "rounds",
                number(schedule.duration),
                number(schedule.warmup),
                schedule.idleClients);
    }

    /** E.g. {@code 3} or {@code 0.5}. */
    static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
