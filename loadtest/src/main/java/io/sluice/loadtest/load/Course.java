package io.sluice.loadtest.load;

import java.util.ArrayList;
import java.util.List;

/**
 * What the generator itself takes while the window is open.
 *
 * <p>Confined to the thread that measures.
 */
final class Course {
    private final List<LoadLoop> loops;
    private final List<Thread> others;
    private final long began = System.nanoTime();
    private final long processBegan = Cpu.ofProcess();
    private final List<Long> threadsBegan;
    private final List<Double> cores = new ArrayList<>();
    private long last = began;
    private long processLast = processBegan;
    private double busiest;

    Course(List<LoadLoop> loops, List<Thread> others) {
        this.loops = loops;
        this.others = others;
        threadsBegan = busy();
    }

    /** A second, or the rest of one, is over. */
    void second() {
        long now = System.nanoTime();
        long process = Cpu.ofProcess();
        cores.add((double) (process - processLast) / Math.max(1, now - last));
        last = now;
        processLast = process;
    }

    /** The window is over. */
    void end() {
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

    double cpuSeconds() {
        return (processLast - processBegan) / 1e9;
    }

    /** Of the whole process, in that second. */
    double cores(int second) {
        return second < cores.size() ? cores.get(second) : 0;
    }
}
