package io.sluice.telemetry;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every metric. What happens seldom is counted here; {@link TrafficMetrics} has what moves with the messages, {@link GaugeMetrics}
 * what is asked for. Labels are words of the configuration, of an enum, or a byte of a broker's answer; none ever comes from a
 * client.
 *
 * <p>Thread-safe.
 */
public final class Metrics {
    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

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
     * @param problem what a dial or a check met last; null while the broker is up, and where there was nothing
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
            @Nullable String problem,
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
    private final TrafficMetrics traffic;
    private final Counter connections;
    private final Counter handshakes;
    private final Counter closes;
    private final Counter limitHits;
    private final Map<String, Long> handshakesByReason = new ConcurrentHashMap<>();
    private final Map<String, Long> closesByCause = new ConcurrentHashMap<>();

    /** @param threads one for each I/O thread */
    public Metrics(List<Traffic> threads, Gauges gauges, String version) {
        Families families = new Families(registry);
        connections = families.counter("sluice_connections", "Accepted connections of clients.", "listener");
        handshakes = families.counter(
                "sluice_handshakes", "WebSocket handshakes by result and reason.", "listener", "result", "reason");
        closes = families.counter(
                "sluice_sessions_closed", "Ended sessions by cause and by who ended them.", "cause", "by");
        limitHits = families.counter(
                "sluice_admission_limit_hits", "Handshakes over a limit of addresses.", "rule", "mode");
        traffic = new TrafficMetrics(families, threads);
        GaugeMetrics.register(families, gauges);
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
        Traffic sum = traffic.sum();
        return new Totals(
                sum.toUpstream().allPackets(),
                sum.toClient().allPackets(),
                sum.toUpstream().bytes(),
                sum.toClient().bytes(),
                sum.throttledNanos(),
                new TreeMap<>(handshakesByReason),
                new TreeMap<>(closesByCause));
    }
}
