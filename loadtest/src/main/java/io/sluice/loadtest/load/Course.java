package io.sluice.loadtest.load;

import java.util.ArrayList;
import java.util.List;

/**
 * What the generator itself, and processes that are watched, take while the window is open.
 *
 * <p>Confined to the thread that measures.
 */
final class Course {
    private final List<LoadLoop> loops;
    private final List<Thread> others;
    private final long began = System.nanoTime();
    private final long processBegan = Cpu.ofProcess();
    private final List<Long> threadsBegan;
    private final ProcessWatch watch;
    private final List<ProcessWatch.Sample> watchBegan;
    private final List<List<Double>> cores = new ArrayList<>();
    private List<ProcessWatch.Sample> watchLast;
    private long last = began;
    private long processLast = processBegan;
    private double busiest;
    private double machine;

    /**
     * Begins.
     *
     * @throws LoadException a watched process has ended
     */
    Course(List<LoadLoop> loops, List<Thread> others, ProcessWatch watch) throws LoadException {
        this.loops = loops;
        this.others = others;
        this.watch = watch;
        watchBegan = watch.sample();
        watchLast = watchBegan;
        threadsBegan = busy();
        Cpu.ofMachine();
    }

    /** A second, or the rest of one, is over. */
    void second() throws LoadException {
        List<ProcessWatch.Sample> watched = watch.sample();
        long now = System.nanoTime();
        long process = Cpu.ofProcess();
        List<Double> second = new ArrayList<>(ProcessWatch.cores(watchLast, watched, now - last));
        second.add((double) (process - processLast) / Math.max(1, now - last));
        cores.add(List.copyOf(second));
        watchLast = watched;
        last = now;
        processLast = process;
    }

    /** The window is over. */
    void end() {
        machine = Cpu.ofMachine();
        long nanos = Math.max(1, System.nanoTime() - began);
        List<Long> ended = busy();
        for (int i = 0; i < ended.size(); i++) {
            busiest = Math.max(busiest, Math.min(1, (double) (ended.get(i) - threadsBegan.get(i)) / nanos));
        }
    }

    /** CPU time of each thread, without that of waiting in a circle. */
    private List<Long> busy() {
        List<Long> nanos = new ArrayList<>();
        for (LoadLoop loop : loops) {
            nanos.add(Cpu.of(loop.thread()) - loop.figures().spunNanos());
        }
        others.forEach(other -> nanos.add(Cpu.of(other)));
        return nanos;
    }

    /** The largest share of its time that a thread was busy. */
    double busiest() {
        return busiest;
    }

    /** The share of the machine's processors that was busy, with whatever ran on it. */
    double machine() {
        return machine;
    }

    double cpuSeconds() {
        return (processLast - processBegan) / 1e9;
    }

    /** Of each watched process and of this one, in that second. */
    List<Double> cores(int second) {
        return cores.get(Math.min(second, cores.size() - 1));
    }

    /**
     * What each watched process took up to the last second.
     *
     * @param idle what they were before any client came
     */
    List<Run.Use> uses(List<ProcessWatch.Sample> idle) {
        return watch.uses(idle, watchBegan, watchLast);
    }
}
