package io.sluice.loadtest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What many {@link SteadyPublisher}s went through, by the phases of what was done to the gateways.
 *
 * <p>Confined to the loop's thread.
 */
final class RollingDiary implements SteadyPublisher.Diary {
    private static final String BEFORE = "before";

    private final Map<String, List<Long>> reconnects = new LinkedHashMap<>();
    private final Map<Integer, Integer> codes = new TreeMap<>();
    private List<Long> current = phase(BEFORE);
    private int connected;
    private long longestOffline;
    private long longestWait;
    private long refused;

    /** What follows is counted under this name. */
    void begin(String phase) {
        current = phase(phase);
    }

    private List<Long> phase(String name) {
        return reconnects.computeIfAbsent(name, key -> new ArrayList<>());
    }

    @Override
    public void connected(boolean again, long offlineNanos) {
        if (again) {
            current.add(System.nanoTime());
            longestOffline = Math.max(longestOffline, offlineNanos);
        } else {
            connected++;
        }
    }

    @Override
    public void ended(int code) {
        codes.merge(code, 1, Integer::sum);
    }

    @Override
    public void acknowledged(long waitedNanos, int code) {
        longestWait = Math.max(longestWait, waitedNanos);
        if (code >= 0x80) {
            refused++;
        }
    }

    /** Publishers that were welcome at least once. */
    int connected() {
        return connected;
    }

    /** All phases together. */
    int reconnects() {
        return reconnects.values().stream().mapToInt(List::size).sum();
    }

    /** By phase, in order; without that before the first where nothing happened in it. */
    Map<String, ReconnectRate> rates() {
        Map<String, ReconnectRate> rates = new LinkedHashMap<>();
        reconnects.forEach((name, times) -> {
            if (!times.isEmpty() || !name.equals(BEFORE)) {
                rates.put(name, ReconnectRate.of(times));
            }
        });
        return rates;
    }

    /** Endings by WebSocket close code. */
    Map<Integer, Integer> codes() {
        return new TreeMap<>(codes);
    }

    /** From a message to its PUBACK. */
    Duration longestWait() {
        return Duration.ofNanos(longestWait);
    }

    /** From a connection's end to the next CONNACK. */
    Duration longestOffline() {
        return Duration.ofNanos(longestOffline);
    }

    /** Messages that the broker did not take. */
    long refused() {
        return refused;
    }
}
