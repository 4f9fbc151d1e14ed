package io.sluice.loadtest.load;

import io.sluice.loadtest.MqttPackets;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * Carries out one run: sees whether the target answers, starts the loops, waits for the clients and the warm-up, opens the
 * window, waits for what is still under way, and stops the loops.
 *
 * <p>Confined to the thread that measures.
 */
final class Measurement {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long READY_TIMEOUT = 30 * SECOND;
    /** Slowest connecting that is waited for, beyond the timeout. */
    private static final long READY_PER_CLIENT = SECOND / 50;

    /** From when the window is opened until it begins: what is due in it is seen to be so. */
    private static final long SOON = SECOND / 20;

    private static final long DRAIN = 5 * SECOND;
    private static final long JOIN_MILLIS = 5000;
    private static final int LOOK_MILLIS = 10;

    private final Scenario scenario;
    private final Job job;
    private final Progress progress;
    private final List<Thread> others;
    private final ProcessWatch watch;
    private final LongSupplier clock;
    private final Window window = new Window();
    private final List<LoadLoop> loops = new ArrayList<>();

    /**
     * A run.
     *
     * @param others threads of this process that work for it too, e.g. a stub broker's
     * @param watch processes whose share is told
     */
    Measurement(Scenario scenario, Job job, Progress progress, List<Thread> others, ProcessWatch watch) {
        this.scenario = scenario;
        this.job = job;
        this.progress = progress;
        this.others = others;
        this.watch = watch;
        long origin = System.nanoTime();
        clock = () -> System.nanoTime() - origin;
    }

    /**
     * Carries it out.
     *
     * @param settings for the result
     * @throws LoadException the target cannot be reached, or a loop fails
     */
    Run run(String targetName, SortedMap<String, String> settings) throws LoadException, InterruptedException {
        List<ProcessWatch.Sample> idle = watch.sample();
        probe(job.target());
        if (job.broker() != null) {
            probe(job.broker());
        }
        try {
            startLoops();
            awaitReady();
            progress.warming();
            sleep(job.plan().warmup().toNanos());
            Instant began = Instant.now();
            Course course = measure();
            awaitDrain();
            List<LoopFigures> figures = loops.stream().map(LoadLoop::figures).toList();
            return new Outcome(scenario, job, window, figures, idle, course).run(targetName, began, settings);
        } catch (IOException e) {
            throw new LoadException("cannot start: " + e.getMessage(), e);
        } finally {
            stop();
        }
    }

    /** Connects one client and lets it go. */
    private void probe(Target target) throws LoadException, InterruptedException {
        byte[] connect = MqttPackets.connect(target.level(), job.plan().clientId(-1), 0);
        Window own = new Window();
        try {
            List<Probe> made = new ArrayList<>();
            LoadLoop loop = new LoadLoop("load-probe", clock, own, new Buffers(0, 1), owner -> {
                made.add(new Probe(owner, target, connect));
                return made.get(0);
            });
            loop.thread().start();
            String outcome = made.get(0).outcome();
            while (outcome == null && loop.failure() == null) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                outcome = made.get(0).outcome();
            }
            if (outcome == null) {
                throw new LoadException("a thread has failed: " + loop.failure(), loop.failure());
            }
            if (!outcome.isEmpty()) {
                throw new LoadException("cannot reach " + target.url() + ": " + outcome);
            }
        } catch (IOException e) {
            throw new LoadException("cannot start: " + e.getMessage(), e);
        } finally {
            own.stop();
        }
    }

    private void startLoops() throws IOException {
        Plan plan = job.plan();
        int largest = plan.batch() * Message.most(plan.size());
        try {
            for (int i = 0; i < plan.loops(); i++) {
                int number = i;
                Function<LoadLoop, Script> script = loop -> scenario.script(job, loop, number);
                loops.add(new LoadLoop("load-" + i, clock, window, new Buffers(largest, plan.batch()), script));
            }
        } catch (IOException | RuntimeException | Error e) {
            loops.forEach(LoadLoop::abandon);
            loops.clear();
            throw e;
        }
        loops.forEach(loop -> loop.thread().start());
    }

    private void awaitReady() throws LoadException, InterruptedException {
        int awaited = scenario.awaited(job.plan());
        long deadline = clock.getAsLong() + READY_TIMEOUT + awaited * READY_PER_CLIENT;
        long told = clock.getAsLong();
        for (long ready = ready(); ready < awaited; ready = ready()) {
            if (clock.getAsLong() > deadline) {
                throw new LoadException("only %,d of %,d clients are connected%s".formatted(ready, awaited, early()));
            }
            sleep(SECOND / 100);
            if (clock.getAsLong() - told > SECOND) {
                told = clock.getAsLong();
                progress.connecting(ready, awaited);
            }
        }
    }

    private long ready() {
        return sum(figures -> figures.ready());
    }

    /** Errors before the window; the loops' threads have ended when it is asked. */
    private String early() throws InterruptedException {
        stop();
        SortedMap<String, Long> errors = new TreeMap<>();
        loops.forEach(
                loop -> loop.figures().earlyErrors().forEach((kind, count) -> errors.merge(kind, count, Long::sum)));
        StringBuilder text = new StringBuilder();
        errors.forEach((kind, count) -> text.append(text.isEmpty() ? "; " : ", ")
                .append(kind)
                .append(' ')
                .append(count));
        return text.toString();
    }

    private Course measure() throws LoadException, InterruptedException {
        long from = clock.getAsLong() + SOON;
        long until = from + job.plan().duration().toNanos();
        window.open(from, until);
        loops.forEach(LoadLoop::wake);
        sleepUntil(from);
        Course course = new Course(loops, others, watch);
        int all = (int) Math.ceil((double) (until - from) / SECOND);
        long before = 0;
        for (int second = 1; second <= all && (second == 1 || !finished()); second++) {
            sleepUntil(Math.min(until, from + second * SECOND));
            course.second();
            long count = sum(LoopFigures::counted);
            progress.second(second, all, scenario.unit(), count - before, sum(LoopFigures::failed));
            before = count;
        }
        course.end();
        return course;
    }

    private boolean finished() {
        return loops.stream().allMatch(loop -> loop.figures().finishedAt() >= 0);
    }

    /** Waits until all that was due has come, or long enough. */
    private void awaitDrain() throws LoadException, InterruptedException {
        long deadline = clock.getAsLong() + DRAIN;
        while (isUnderWay() && clock.getAsLong() < deadline) {
            sleep(SECOND / 100);
        }
        stop();
        check();
        if (loops.stream().anyMatch(loop -> loop.thread().isAlive())) {
            throw new LoadException("a thread does not end");
        }
    }

    private boolean isUnderWay() {
        return loops.stream().anyMatch(loop -> loop.figures().isBehind())
                || sum(LoopFigures::counted) < sum(LoopFigures::owed);
    }

    private void sleep(long nanos) throws LoadException, InterruptedException {
        sleepUntil(clock.getAsLong() + nanos);
    }

    private void sleepUntil(long due) throws LoadException, InterruptedException {
        for (long left = due - clock.getAsLong(); left > 0 && !finished(); left = due - clock.getAsLong()) {
            TimeUnit.NANOSECONDS.sleep(Math.min(left, LOOK_MILLIS * SECOND / 1000));
            check();
        }
    }

    private void check() throws LoadException {
        for (LoadLoop loop : loops) {
            if (loop.failure() != null) {
                throw new LoadException("a thread has failed: " + loop.failure(), loop.failure());
            }
        }
    }

    private long sum(ToLongFunction<LoopFigures> number) {
        return loops.stream()
                .mapToLong(loop -> number.applyAsLong(loop.figures()))
                .sum();
    }

    private void stop() throws InterruptedException {
        window.stop();
        for (LoadLoop loop : loops) {
            loop.thread().join(JOIN_MILLIS);
        }
    }
}
