package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The metrics of what moves with the messages: each I/O thread counts it in its {@link Traffic}, and it is summed up when it is
 * asked for.
 *
 * <p>Thread-safe.
 */
final class TrafficMetrics {
    private static final String[] PACKETS = {
        "none",
        "connect",
        "connack",
        "publish",
        "puback",
        "pubrec",
        "pubrel",
        "pubcomp",
        "subscribe",
        "suback",
        "unsubscribe",
        "unsuback",
        "pingreq",
        "pingresp",
        "disconnect",
        "auth"
    };

    private final List<Traffic> threads;

    /** @param threads one for each I/O thread */
    TrafficMetrics(Families families, List<Traffic> threads) {
        this.threads = List.copyOf(threads);
        families.counted(
                "sluice_packets", "MQTT packets by type and direction.", List.of("type", "direction"), null, point -> {
                    Traffic sum = sum();
                    for (int type = 1; type < Traffic.TYPES; type++) {
                        point.call((double) sum.toUpstream().packets()[type], PACKETS[type], "to_upstream");
                        point.call((double) sum.toClient().packets()[type], PACKETS[type], "to_client");
                    }
                });
        families.counted("sluice_mqtt_bytes", "MQTT bytes by direction.", List.of("direction"), Unit.BYTES, point -> {
            Traffic sum = sum();
            point.call((double) sum.toUpstream().bytes(), "to_upstream");
            point.call((double) sum.toClient().bytes(), "to_client");
        });
        families.counted("sluice_connacks", "CONNACK packets of brokers by code.", List.of("code"), null, point -> {
            Traffic sum = sum();
            for (int code = 0; code < 256; code++) {
                if (code == 0 || sum.connacks(code) > 0) {
                    point.call((double) sum.connacks(code), String.format(Locale.ROOT, "0x%02x", code));
                }
            }
        });
        families.counted(
                "sluice_throttled", "Time in which bytes waited for a client's rates.", List.of(), Unit.SECONDS, p -> {
                    p.call(sum().throttledNanos() / 1e9);
                });
        families.counted(
                "sluice_rate_limit_hits",
                "Limits of a policy reached by clients.",
                List.of("rule", "mode"),
                null,
                point -> {
                    Traffic sum = sum();
                    for (Traffic.Rule rule : Traffic.Rule.values()) {
                        for (Traffic.Mode mode : Traffic.Mode.values()) {
                            point.call((double) sum.reached(rule, mode), word(rule), word(mode));
                        }
                    }
                });
        families.spread(
                "sluice_dial",
                "From the first packet of a dial to the broker's connection.",
                () -> Map.of(Labels.EMPTY, sum().dials()));
        families.spread(
                "sluice_added_latency", "Time a run of bytes spends in the gateway, one of 64 timed.", this::latency);
    }

    private Map<Labels, Traffic.Spread> latency() {
        Traffic sum = sum();
        return Map.of(
                Labels.of("direction", "to_upstream"),
                sum.toUpstream().latency(),
                Labels.of("direction", "to_client"),
                sum.toClient().latency());
    }

    /** Of all threads, since the start. */
    Traffic sum() {
        Traffic sum = new Traffic();
        threads.forEach(sum::add);
        return sum;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
