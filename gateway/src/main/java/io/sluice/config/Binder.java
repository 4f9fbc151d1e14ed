package io.sluice.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes the records of a configuration that was checked and has no problem.
 *
 * <p>Immutable.
 */
final class Binder {
    private static final int MOST_IO_THREADS = 1024;

    private final Assignments assignments;

    Binder(Assignments assignments) {
        this.assignments = assignments;
    }

    GatewayConfig gateway() {
        Entry gateway = assignments.entries(Section.GATEWAY).get(0);
        int cores = Math.min(MOST_IO_THREADS, Runtime.getRuntime().availableProcessors());
        return new GatewayConfig(
                each(Section.LISTENER, Binder::listener),
                tlsBundles().stream().map(Binder::tls).toList(),
                each(Section.ROUTE, Binder::route),
                each(Section.CLUSTER, Binder::cluster),
                each(Section.LIMIT, Binder::limit),
                address(assignments.entries(Section.ADDRESS).get(0)),
                gateway.get(Keys.GATEWAY_MAX_SESSIONS),
                gateway.get(Keys.GATEWAY_IO_THREADS).orElse(cores),
                assignments.entries(Section.MEMORY).get(0).get(Keys.MEMORY_WATERMARKS),
                assignments.entries(Section.HEALTH).get(0).get(Keys.HEALTH_BIND),
                admin(assignments.entries(Section.ADMIN).get(0)),
                drain(assignments.entries(Section.DRAIN).get(0)),
                log(assignments.entries(Section.LOG).get(0)));
    }

    private static AdminConfig admin(Entry entry) {
        return new AdminConfig(entry.get(Keys.ADMIN_BIND), resolved(entry, Keys.ADMIN_TOKEN_FILE));
    }

    private static DrainConfig drain(Entry entry) {
        return new DrainConfig(
                entry.get(Keys.DRAIN_UNREADY_DELAY),
                entry.get(Keys.DRAIN_CLOSE_SPREAD_TIME),
                entry.get(Keys.DRAIN_HARD_STOP_AFTER),
                entry.get(Keys.DRAIN_SERVER_REFERENCE));
    }

    private static LogConfig log(Entry entry) {
        return new LogConfig(entry.get(Keys.LOG_FORMAT), entry.get(Keys.LOG_SESSIONS), entry.get(Keys.LOG_USER_NAME));
    }

    private <T> List<T> each(Section section, Function<Entry, T> record) {
        return assignments.entries(section).stream().map(record).toList();
    }

    /** The bundle without a name is left out where no listener has TLS, so that its files need not be there. */
    private List<Entry> tlsBundles() {
        boolean used = assignments.entries(Section.LISTENER).stream()
                .anyMatch(listener -> !listener.get(Keys.LISTENER_TLS).isEmpty());
        return assignments.entries(Section.TLS).stream()
                .filter(bundle -> bundle.named() || used)
                .toList();
    }

    private static ListenerConfig listener(Entry entry) {
        return new ListenerConfig(
                entry.name(),
                entry.get(Keys.LISTENER_BIND),
                entry.get(Keys.LISTENER_TLS),
                entry.get(Keys.LISTENER_ALLOW_PLAINTEXT),
                entry.get(Keys.LISTENER_CLIENT_ADDRESS),
                entry.get(Keys.LISTENER_TRUSTED_PROXIES),
                entry.get(Keys.LISTENER_HANDSHAKE_TIMEOUT),
                entry.get(Keys.LISTENER_DIRECT_TLS),
                entry.get(Keys.LISTENER_PING_AFTER));
    }

    private static TlsConfig tls(Entry entry) {
        return new TlsConfig(
                entry.name(),
                resolved(entry, Keys.TLS_CERTIFICATE).orElseThrow(),
                resolved(entry, Keys.TLS_PRIVATE_KEY).orElseThrow(),
                resolved(entry, Keys.TLS_PRIVATE_KEY_PASSWORD_FILE),
                entry.get(Keys.TLS_SERVER_NAMES),
                entry.get(Keys.TLS_MIN_VERSION),
                entry.get(Keys.TLS_PROVIDER),
                entry.get(Keys.TLS_CLIENT_AUTH),
                resolved(entry, Keys.TLS_CLIENT_CA),
                resolved(entry, Keys.TLS_CRL),
                entry.get(Keys.TLS_RELOAD_INTERVAL));
    }

    private static Optional<Path> resolved(Entry entry, Key<Path> key) {
        return entry.find(key)
                .map(path -> entry.origin(key).directory().resolve(path).normalize());
    }

    private static RouteConfig route(Entry entry) {
        return new RouteConfig(
                entry.name(),
                entry.get(Keys.ROUTE_LISTENERS),
                entry.get(Keys.ROUTE_HOSTS),
                entry.get(Keys.ROUTE_PATHS),
                entry.get(Keys.ROUTE_SUBPROTOCOLS),
                entry.get(Keys.ROUTE_ORIGINS),
                entry.get(Keys.ROUTE_ORIGIN_ABSENT),
                entry.get(Keys.ROUTE_CLUSTERS),
                entry.get(Keys.ROUTE_LIMIT),
                entry.get(Keys.ROUTE_BRIDGES),
                entry.get(Keys.ROUTE_AUTH_URL)
                        .map(url -> new AuthConfig(
                                url,
                                entry.get(Keys.ROUTE_AUTH_TIMEOUT),
                                entry.get(Keys.ROUTE_AUTH_FAIL),
                                entry.get(Keys.ROUTE_AUTH_CACHE))));
    }

    private static ClusterConfig cluster(Entry entry) {
        return new ClusterConfig(
                entry.name(),
                entry.get(Keys.CLUSTER_BROKERS),
                new BalanceConfig(
                        entry.get(Keys.CLUSTER_BALANCE),
                        entry.get(Keys.CLUSTER_HASH_BOUND),
                        entry.get(Keys.CLUSTER_SLOW_START)),
                new EjectConfig(
                        entry.get(Keys.CLUSTER_EJECT_AFTER),
                        entry.get(Keys.CLUSTER_EJECT_TIME),
                        entry.get(Keys.CLUSTER_EJECT_MAX)),
                new HealthConfig(
                        entry.get(Keys.CLUSTER_HEALTH_TYPE),
                        entry.get(Keys.CLUSTER_HEALTH_INTERVAL),
                        entry.get(Keys.CLUSTER_HEALTH_TIMEOUT),
                        entry.get(Keys.CLUSTER_HEALTH_RISE),
                        entry.get(Keys.CLUSTER_HEALTH_FALL),
                        entry.get(Keys.CLUSTER_HEALTH_URL)),
                new SlotConfig(
                        entry.get(Keys.CLUSTER_MAX_CONNECTIONS),
                        entry.get(Keys.CLUSTER_MAX_CONNECTING),
                        entry.get(Keys.CLUSTER_QUEUE_SIZE).orElse(0),
                        entry.get(Keys.CLUSTER_QUEUE_TIMEOUT)),
                entry.get(Keys.CLUSTER_DIAL_TIMEOUT),
                entry.get(Keys.CLUSTER_DIAL_TRIES),
                entry.get(Keys.CLUSTER_RETRY_REFUSED),
                link(entry),
                entry.get(Keys.CLUSTER_RESOLVE_INTERVAL));
    }

    private static LinkConfig link(Entry entry) {
        Optional<LinkConfig.Tls> tls = entry.get(Keys.CLUSTER_TLS)
                ? Optional.of(new LinkConfig.Tls(
                        resolved(entry, Keys.CLUSTER_TLS_CA),
                        resolved(entry, Keys.CLUSTER_TLS_CERTIFICATE),
                        resolved(entry, Keys.CLUSTER_TLS_PRIVATE_KEY),
                        entry.find(Keys.CLUSTER_TLS_SERVER_NAME)))
                : Optional.empty();
        return new LinkConfig(
                entry.get(Keys.CLUSTER_WARM_MAX).orElse(0),
                entry.get(Keys.CLUSTER_WARM_MAX_AGE),
                entry.get(Keys.CLUSTER_SEND_PROXY_PROTOCOL),
                tls,
                entry.get(Keys.CLUSTER_SOURCE_ADDRESSES));
    }

    private static LimitConfig limit(Entry entry) {
        return new LimitConfig(
                entry.name(),
                entry.get(Keys.LIMIT_CONNECT_PACKET_TIMEOUT),
                entry.get(Keys.LIMIT_CONNACK_TIMEOUT),
                entry.get(Keys.LIMIT_CLOSE_TIMEOUT),
                Math.toIntExact(entry.get(Keys.LIMIT_PACKET_MAX_BEFORE_CONNACK)),
                entry.get(Keys.LIMIT_PACKET_MAX),
                entry.get(Keys.LIMIT_KEEP_ALIVE_FACTOR),
                entry.get(Keys.LIMIT_KEEP_ALIVE_GRACE),
                entry.get(Keys.LIMIT_WRITE_STALL_TIMEOUT),
                entry.get(Keys.LIMIT_VERSIONS),
                rate(entry, Keys.LIMIT_PUBLISH_RATE, Keys.LIMIT_PUBLISH_BURST),
                rate(entry, Keys.LIMIT_PACKETS_RATE, Keys.LIMIT_PACKETS_BURST),
                rate(entry, Keys.LIMIT_BYTES_RATE, Keys.LIMIT_BYTES_BURST),
                entry.get(Keys.LIMIT_MAX_PAUSE),
                entry.get(Keys.LIMIT_CLOSE_AFTER),
                entry.get(Keys.LIMIT_MODE),
                entry.get(Keys.LIMIT_MAX_LIFETIME));
    }

    private static AddressConfig address(Entry entry) {
        return new AddressConfig(
                entry.get(Keys.ADDRESS_MODE),
                rate(entry, Keys.ADDRESS_CONNECTION_RATE, Keys.ADDRESS_BURST),
                entry.get(Keys.ADDRESS_AWAITING_CONNECT),
                entry.get(Keys.ADDRESS_CONNECTIONS),
                entry.get(Keys.ADDRESS_IPV6_PREFIX),
                entry.get(Keys.ADDRESS_TRACKED),
                entry.get(Keys.ADDRESS_ALLOW),
                entry.get(Keys.ADDRESS_DENY));
    }

    private static Optional<RateConfig> rate(Entry entry, Key<Optional<Long>> perSecond, Key<Long> burst) {
        return entry.get(perSecond).map(rate -> new RateConfig(rate, entry.get(burst)));
    }

    /** Every key in force, entry by entry in the order of the reference. */
    List<Setting> settings() {
        List<Setting> settings = new ArrayList<>();
        for (Section section : Section.values()) {
            List<Entry> entries = section == Section.TLS ? tlsBundles() : assignments.entries(section);
            for (Entry entry : entries) {
                for (Key<?> key : Keys.of(section)) {
                    String text = entry.text(key);
                    if (text != null) {
                        settings.add(new Setting(
                                entry.path(key), text, entry.origin(key).text()));
                    }
                }
            }
        }
        return settings;
    }
}
