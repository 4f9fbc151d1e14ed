package io.sluice.telemetry;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every metric: its name, its labels, where its value comes from. Labels are words of the configuration, of an enum, or a
 * byte of a broker's answer; none ever comes from a client.
 *
 * <p>What moves with the messages is counted by each I/O thread in its {@link Traffic} and summed up when it is asked for.
 *
 * <p>Thread-safe.
 */
public final class Metrics {
    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

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

    /** What is asked for when it is wanted; any thread may ask. */
    public interface Gauges {
        long sessions();

        /** Bytes that are held for connections. */
        long heldBytes();

        /** How short memory is; 0 is plenty. */
        int memoryLevel();

        /** Every broker of every cluster. */
        List<BrokerGauge> brokers();

        /** How many sessions wait for a broker, by name of the cluster. */
        Map<String, Integer> queues();

        /** What became of the connections that were opened ahead, by cluster and by word. */
        Map<String, Map<String, Long>> warm();

        /** When the certificate of each listener ends, that for unknown server names. */
        Map<String, Instant> certificates();

        /** Whether the last reload was taken; true before the first. */
        boolean reloaded();

        /** When configuration and certificates were read last. */
        Instant reloadedAt();

        boolean draining();
    }

    /**
     * One broker at one moment.
     *
     * <p>Immutable.
     *
     * @param up sessions may be sent to it
     * @param state a word for {@code up}, or why not
     * @param connections open and being opened, those of sessions
     * @param connecting those of them that have no CONNACK yet
     * @param well health checks have nothing against it
     * @param ejections since the start
     */
    public record BrokerGauge(
            String cluster,
            String broker,
            boolean up,
            String state,
            int connections,
            int connecting,
            boolean well,
            long ejections) {}

    /**
     * What the status page draws, since the start.
     *
     * <p>Immutable.
     */
    public record Totals(
            long packetsToUpstream,
            long packetsToClient,
            long bytesToUpstream,
            long bytesToClient,
            long throttledNanos,
            Map<String, Long> handshakes,
            Map<String, Long> closes) {}

    /**
     * The JVM's own figures, for all gateways in it. In a registry by themselves, since the library keeps each registry that has
     * them for as long as the JVM lives, and with it a stopped gateway.
     */
    private static final PrometheusRegistry JVM = jvm();

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final List<Traffic> threads;
    private final Counter connections;
    private final Counter handshakes;
    private final Counter closes;
    private final Counter limitHits;
    private final Map<String, Long> handshakesByReason = new ConcurrentHashMap<>();
    private final Map<String, Long> closesByCause = new ConcurrentHashMap<>();

    /** @param threads one for each I/O thread */
    public Metrics(List<Traffic> threads, Gauges gauges, String version) {
        this.threads = List.copyOf(threads);
        connections = counter("sluice_connections", "Accepted connections of clients.", "listener");
        handshakes = counter(
                "sluice_handshakes", "WebSocket handshakes by result and reason.", "listener", "result", "reason");
        closes = counter("sluice_sessions_closed", "Ended sessions by cause and by who ended them.", "cause", "by");
        limitHits = counter("sluice_admission_limit_hits", "Handshakes over a limit of addresses.", "rule", "mode");
        registerTraffic();
        registerGauges(gauges);
        Info.builder()
                .name("sluice_build_info")
                .help("The version that runs.")
                .labelNames("version", "java")
                .register(registry)
                .setLabelValues(version, String.valueOf(Runtime.version().feature()));
    }

    private static PrometheusRegistry jvm() {
        PrometheusRegistry registry = new PrometheusRegistry();
        JvmMetrics.builder().register(registry);
        return registry;
    }

    /** A client's connection was accepted. */
    public void connected(String listener) {
        connections.labelValues(listener).inc();
    }

    /** A handshake ended in a session. */
    public void upgraded(String listener) {
        handshakes.labelValues(listener, "accepted", "ok").inc();
        handshakesByReason.merge("ok", 1L, Long::sum);
    }

    /**
     * A handshake was refused.
     *
     * @param reason label of the refusal
     */
    public void refused(String listener, String reason) {
        handshakes.labelValues(listener, "refused", reason).inc();
        handshakesByReason.merge(reason, 1L, Long::sum);
    }

    /**
     * A connection or handshake was over a limit.
     *
     * @param rule label of the limit
     * @param report it is only told, and was let in
     */
    public void overLimit(String rule, boolean report) {
        limitHits.labelValues(rule, report ? "report" : "enforce").inc();
    }

    /** A session has ended. */
    public void ended(SessionEnd end) {
        closes.labelValues(end.cause(), end.closedBy()).inc();
        closesByCause.merge(end.cause(), 1L, Long::sum);
    }

    /** Everything in Prometheus' text format, {@link #CONTENT_TYPE}. */
    public byte[] scrape() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(32 * 1024);
        try {
            Stream<MetricSnapshot> all = Stream.concat(registry.scrape().stream(), JVM.scrape().stream());
            writer.write(out, new MetricSnapshots(all.toList()));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    /** What the status page draws. */
    public Totals totals() {
        Traffic sum = sum();
        return new Totals(
                sum.toUpstream().allPackets(),
                sum.toClient().allPackets(),
                sum.toUpstream().bytes(),
                sum.toClient().bytes(),
                sum.throttledNanos(),
                new TreeMap<>(handshakesByReason),
                new TreeMap<>(closesByCause));
    }

    private Traffic sum() {
        Traffic sum = new Traffic();
        threads.forEach(sum::add);
        return sum;
    }

    private void registerTraffic() {
        counted("sluice_packets", "MQTT packets by type and direction.", List.of("type", "direction"), null, point -> {
            Traffic sum = sum();
            for (int type = 1; type < Traffic.TYPES; type++) {
                point.call((double) sum.toUpstream().packets()[type], PACKETS[type], "to_upstream");
                point.call((double) sum.toClient().packets()[type], PACKETS[type], "to_client");
            }
        });
        counted("sluice_mqtt_bytes", "MQTT bytes by direction.", List.of("direction"), Unit.BYTES, point -> {
            Traffic sum = sum();
            point.call((double) sum.toUpstream().bytes(), "to_upstream");
            point.call((double) sum.toClient().bytes(), "to_client");
        });
        counted("sluice_connacks", "CONNACK packets of brokers by code.", List.of("code"), null, point -> {
            Traffic sum = sum();
            for (int code = 0; code < 256; code++) {
                if (code == 0 || sum.connacks(code) > 0) {
                    point.call((double) sum.connacks(code), String.format(Locale.ROOT, "0x%02x", code));
                }
            }
        });
        counted("sluice_throttled", "Time in which bytes waited for a client's rates.", List.of(), Unit.SECONDS, p -> {
            p.call(sum().throttledNanos() / 1e9);
        });
        counted(
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
        spread(
                "sluice_dial",
                "From the first packet of a dial to the broker's connection.",
                sum -> Map.of(Labels.EMPTY, sum.dials()));
        spread(
                "sluice_added_latency",
                "Time a run of bytes spends in the gateway, one of 64 timed.",
                sum -> Map.of(
                        Labels.of("direction", "to_upstream"),
                        sum.toUpstream().latency(),
                        Labels.of("direction", "to_client"),
                        sum.toClient().latency()));
    }

    private void registerGauges(Gauges gauges) {
        gauge(
                "sluice_sessions",
                "Sessions that have not ended.",
                List.of(),
                null,
                p -> p.call((double) gauges.sessions()));
        gauge(
                "sluice_held",
                "Bytes held for connections, in buffers and on the heap.",
                List.of(),
                Unit.BYTES,
                p -> p.call((double) gauges.heldBytes()));
        gauge(
                "sluice_memory_level",
                "Watermarks of memory that are passed, 0 to 3.",
                List.of(),
                null,
                p -> p.call((double) gauges.memoryLevel()));
        gauge("sluice_draining", "1 while the gateway drains.", List.of(), null, p -> p.call(bit(gauges.draining())));
        gauge(
                "sluice_reload_timestamp",
                "When configuration and certificates were read last.",
                List.of(),
                Unit.SECONDS,
                p -> p.call(gauges.reloadedAt().toEpochMilli() / 1e3));
        gauge("sluice_reload_success", "1 when the last reload was taken.", List.of(), null, point -> {
            point.call(bit(gauges.reloaded()));
        });
        List<String> broker = List.of("cluster", "broker");
        gauge("sluice_broker_up", "1 when sessions may be sent to the broker.", broker, null, point -> {
            gauges.brokers().forEach(b -> point.call(bit(b.up()), b.cluster(), b.broker()));
        });
        gauge("sluice_broker_connections", "Connections of sessions.", broker, null, point -> {
            gauges.brokers().forEach(b -> point.call(b.connections(), b.cluster(), b.broker()));
        });
        gauge("sluice_broker_connecting", "Those of them that have no CONNACK yet.", broker, null, point -> {
            gauges.brokers().forEach(b -> point.call(b.connecting(), b.cluster(), b.broker()));
        });
        gauge("sluice_cluster_queue", "Sessions that wait for a broker.", List.of("cluster"), null, point -> {
            gauges.queues().forEach((name, length) -> point.call(length, name));
        });
        List<String> warm = List.of("cluster", "state");
        counted("sluice_warm_connections", "Connections to brokers opened ahead of clients.", warm, null, point -> {
            gauges.warm()
                    .forEach((name, states) ->
                            states.forEach((state, count) -> point.call((double) count, name, state)));
        });
        gauge("sluice_broker_health_up", "1 unless health checks fail.", broker, null, point -> {
            gauges.brokers().forEach(b -> point.call(bit(b.well()), b.cluster(), b.broker()));
        });
        counted("sluice_broker_ejections", "Times that dials did not reach the broker.", broker, null, point -> {
            gauges.brokers().forEach(b -> point.call((double) b.ejections(), b.cluster(), b.broker()));
        });
        List<String> listener = List.of("listener");
        gauge("sluice_certificate_expiry_timestamp", "When the certificate ends.", listener, Unit.SECONDS, point -> {
            gauges.certificates().forEach((name, end) -> point.call((double) end.getEpochSecond(), name));
        });
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
    }

    private void counted(
            String name,
            String help,
            List<String> labels,
            @Nullable Unit unit,
            Consumer<CounterWithCallback.Callback> values) {
        CounterWithCallback.Builder builder = CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(labels.toArray(String[]::new))
                .callback(values);
        if (unit != null) {
            builder.unit(unit);
        }
        builder.register(registry);
    }

    private void gauge(
            String name,
            String help,
            List<String> labels,
            @Nullable Unit unit,
            Consumer<GaugeWithCallback.Callback> values) {
        GaugeWithCallback.Builder builder = GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(labels.toArray(String[]::new))
                .callback(values);
        if (unit != null) {
            builder.unit(unit);
        }
        builder.register(registry);
    }

    private void spread(String name, String help, Function<Traffic, Map<Labels, Traffic.Spread>> spreads) {
        Collector collector = () -> {
            HistogramSnapshot.Builder snapshot = HistogramSnapshot.builder()
                    .name(name + "_seconds")
                    .unit(Unit.SECONDS)
                    .help(help);
            spreads.apply(sum())
                    .forEach((labels, spread) ->
                            snapshot.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                                    .labels(labels)
                                    .classicHistogramBuckets(
                                            ClassicHistogramBuckets.of(Traffic.Spread.bounds(), spread.counts()))
                                    .sum(spread.seconds())
                                    .build()));
            return snapshot.build();
        };
        registry.register(collector);
    }

    private static int bit(boolean value) {
        return value ? 1 : 0;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
