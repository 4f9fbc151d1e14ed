package io.sluice.loadtest.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much of the machine is used by processes that neither are this one nor descend from it, from some moment on.
 *
 * <p>Immutable.
 */
final class Bystanders {
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1) / 100;
    /** In the first line of {@code stat}: user, nice, system, and interrupts; not idle time, not what a host has taken. */
    private static final int[] BUSY = {1, 2, 3, 6, 7};

    private final Path proc;
    private final LongSupplier clock;
    private final ProcessWatch own;
    private final long began;
    private final long foreignBegan;

    private Bystanders(Path proc, LongSupplier clock) throws LoadException {
        this.proc = proc;
        this.clock = clock;
        own = ProcessWatch.of(proc, List.of(ProcessWatch.own("own")));
        began = clock.getAsLong();
        foreignBegan = foreignNanos();
    }

    /**
     * Begins now.
     *
     * @throws LoadException this system does not tell; one line
     */
    static Bystanders watch() throws LoadException {
        return watch(Path.of("/proc"), System::nanoTime);
    }

    static Bystanders watch(Path proc, LongSupplier clock) throws LoadException {
        return new Bystanders(proc, clock);
    }

    /** Of one core, since then; 2: two cores. */
    double share() throws LoadException {
        long nanos = Math.max(1, clock.getAsLong() - began);
        return (double) Math.max(0, foreignNanos() - foreignBegan) / nanos;
    }

    private long foreignNanos() throws LoadException {
        try {
            String line = Files.readAllLines(proc.resolve("stat")).get(0);
            String[] fields = line.split(" +", -1);
            long ticks = 0;
            for (int field : BUSY) {
                ticks += Long.parseLong(fields[field]);
            }
            return ticks * TICK_NANOS - own.sample().get(0).cpuNanos();
        } catch (IOException e) {
            throw new LoadException("the machine cannot be watched: " + e.getMessage(), e);
        }
    }
}
