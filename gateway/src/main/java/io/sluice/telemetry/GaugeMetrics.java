package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.Unit;
import java.util.List;

/** The metrics that are asked for when they are wanted: sessions, memory, brokers, certificates. */
final class GaugeMetrics {
    private GaugeMetrics() {}

    static void register(Families families, Metrics.Gauges gauges) {
        families.gauge(
                "sluice_sessions",
                "Sessions that have not ended.",
                List.of(),
                null,
                p -> p.call((double) gauges.sessions()));
        families.gauge(
                "sluice_held",
                "Bytes held for connections, in buffers and on the heap.",
                List.of(),
                Unit.BYTES,
                p -> p.call((double) gauges.heldBytes()));
        families.gauge(
                "sluice_memory_level",
                "Watermarks of memory that are passed, 0 to 3.",
                List.of(),
                null,
                p -> p.call((double) gauges.memoryLevel()));
        families.gauge(
                "sluice_draining", "1 while the gateway drains.", List.of(), null, p -> p.call(bit(gauges.draining())));
        families.gauge(
                "sluice_reload_timestamp",
                "When configuration and certificates were read last.",
                List.of(),
                Unit.SECONDS,
                p -> p.call(gauges.reloadedAt().toEpochMilli() / 1e3));
        families.gauge("sluice_reload_success", "1 when the last reload was taken.", List.of(), null, point -> {
            point.call(bit(gauges.reloaded()));
        });
        List<String> broker = List.of("cluster", "broker");
        families.gauge("sluice_broker_up", "1 when sessions may be sent to the broker.", broker, null, point -> {
            gauges.brokers().forEach(b -> point.call(bit(b.up()), b.cluster(), b.broker()));
        });
        families.gauge("sluice_broker_connections", "Connections of sessions.", broker, null, point -> {
            gauges.brokers().forEach(b -> point.call(b.connections(), b.cluster(), b.broker()));
        });
        families.gauge("sluice_broker_connecting", "Those of them that have no CONNACK yet.", broker, null, point -> {
            gauges.brokers().forEach(b -> point.call(b.connecting(), b.cluster(), b.broker()));
        });
        families.gauge("sluice_cluster_queue", "Sessions that wait for a broker.", List.of("cluster"), null, point -> {
            gauges.queues().forEach((name, length) -> point.call(length, name));
        });
        List<String> warm = List.of("cluster", "state");
        families.counted(
                "sluice_warm_connections", "Connections to brokers opened ahead of clients.", warm, null, point -> {
                    gauges.warm()
                            .forEach((name, states) ->
                                    states.forEach((state, count) -> point.call((double) count, name, state)));
                });
        families.gauge("sluice_broker_health_up", "1 unless health checks fail.", broker, null, point -> {
            gauges.brokers().forEach(b -> point.call(bit(b.well()), b.cluster(), b.broker()));
        });
        families.counted(
                "sluice_broker_ejections", "Times that dials did not reach the broker.", broker, null, point -> {
                    gauges.brokers().forEach(b -> point.call((double) b.ejections(), b.cluster(), b.broker()));
                });
        List<String> listener = List.of("listener");
        families.gauge(
                "sluice_certificate_expiry_timestamp", "When the certificate ends.", listener, Unit.SECONDS, point -> {
                    gauges.certificates().forEach((name, end) -> point.call((double) end.getEpochSecond(), name));
                });
    }

    private static int bit(boolean value) {
        return value ? 1 : 0;
    }
}
