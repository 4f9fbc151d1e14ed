package io.sluice;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Locale;

/**
 * How much of the heap the last collection left in use. What is in use at any moment says little: garbage is in it.
 *
 * <p>Judged by the pools of old objects, or the only pool of a collector that has one. A pool that no collection has looked at
 * counts as empty.
 *
 * <p>Thread-safe.
 */
final class HeapGauge {
    private static final List<String> YOUNG = List.of("eden", "survivor", "young", "nursery");

    private final List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
            .filter(pool -> !isYoung(pool.getName().toLowerCase(Locale.ROOT)))
            .toList();

    private static boolean isYoung(String name) {
        return YOUNG.stream().anyMatch(name::contains);
    }

    /** From 0 to 1. */
    double live() {
        double most = 0;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage left = pool.getCollectionUsage();
            if (left != null) {
                long max =
                        left.getMax() > 0 ? left.getMax() : Runtime.getRuntime().maxMemory();
                most = Math.max(most, (double) left.getUsed() / max);
            }
        }
        return most;
    }
}
