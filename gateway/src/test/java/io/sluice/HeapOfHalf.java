package io.sluice;

import java.util.ArrayList;
import java.util.List;

/** Fills half of a heap of 64 MiB, then drops it; a process of its own. Ends with 0 when the gauge has seen both. */
final class HeapOfHalf {
    private static final int BLOCKS = 128;

    private HeapOfHalf() {}

    public static void main(String[] arguments) {
        HeapGauge gauge = new HeapGauge();
        List<byte[]> blocks = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            blocks.add(new byte[256 * 1024]);
        }
        System.gc();
        double full = gauge.live();
        int kept = blocks.size();
        blocks.clear();
        double garbage = gauge.live();
        System.gc();
        double empty = gauge.live();
        System.out.printf("%d blocks: live %.2f, as garbage %.2f, collected %.2f%n", kept, full, garbage, empty);
        if (full < 0.4 || garbage != full || empty > 0.2) {
            System.exit(1);
        }
    }
}
