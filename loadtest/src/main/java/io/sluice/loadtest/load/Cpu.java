package io.sluice.loadtest.load;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * CPU times of this process and its threads, in nanoseconds, and the machine's share; 0 where the platform does not tell.
 *
 * <p>Thread-safe.
 */
final class Cpu {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private Cpu() {}

    static long ofProcess() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? Math.max(0, system.getProcessCpuTime())
                : 0;
    }

    /** The share of this machine's or container's processors that was busy since it was last asked; 0 to 1. */
    static double ofMachine() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? Math.max(0, system.getCpuLoad())
                : 0;
    }

    static long of(Thread thread) {
        return Math.max(0, THREADS.getThreadCpuTime(thread.getId()));
    }
}
