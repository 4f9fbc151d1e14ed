package io.sluice.config;

import io.sluice.config.ListenerConfig.ClientAddress;
import io.sluice.config.TlsConfig.ClientAuth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What no single value shows: missing keys, names of nothing, contradictions. A bad value is left out of every comparison.
 *
 * <p>Confined to the thread that loads.
 */
final class Checks {
    static final String OFF = "off";

    private final Assignments assignments;
    private final Problems problems;
    private final List<String> warnings = new ArrayList<>();
    private final List<Entry> listeners;
    private final List<Entry> routes;

    Checks(Assignments assignments, Problems problems) {
        this.assignments = assignments;
        this.problems = problems;
        listeners = assignments.entries(Section.LISTENER);
        routes = assignments.entries(Section.ROUTE);
    }

    /** Tells all problems; returns what is odd only, one line each. */
    List<String> run() {
        tlsBundles();
        plaintext();
        proxies();
        operators();
        addresses();
        drain();
        references();
        brokers();
        brokerTls();
        health();
        overlappingRoutes();
        unused();
        return warnings;
    }

    private void drain() {
        Entry drain = assignments.entries(Section.DRAIN).get(0);
        Duration unready = drain.find(Keys.DRAIN_UNREADY_DELAY).orElse(Duration.ZERO);
        Duration spread = drain.find(Keys.DRAIN_CLOSE_SPREAD_TIME).orElse(Duration.ZERO);
        boolean late = drain.find(Keys.DRAIN_HARD_STOP_AFTER)
                .filter(hard -> hard.compareTo(unready.plus(spread)) < 0)
                .isPresent();
        if (late) {
            drain.complain(
                    Keys.DRAIN_HARD_STOP_AFTER,
                    "too short, sessions would be cut before they are told to go; write at least "
                            + seconds(unready.plus(spread)) + ", unready-delay and close-spread-time together",
                    problems);
        }
    }

    /** As a value is written. */
    private static String seconds(Duration time) {
        return time.toMillisPart() == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }

    private void tlsBundles() {
        for (Entry listener : listeners) {
            List<String> names = listener.find(Keys.LISTENER_TLS).orElse(List.of());
            names.forEach(name -> known(listener, Keys.LISTENER_TLS, name, Section.TLS));
            alike(listener, names);
        }
        for (Entry bundle : assignments.entries(Section.TLS)) {
            boolean certificate = bundle.isWritten(Keys.TLS_CERTIFICATE);
            boolean privateKey = bundle.isWritten(Keys.TLS_PRIVATE_KEY);
            if (!certificate && !privateKey && !bundle.named() && isUsed(bundle)) {
                bundle.complain(
                        Keys.TLS_CERTIFICATE,
                        "missing, and a listener has TLS; name the PEM file of its certificate, or write"
                                + " listener.tls=off for plain ws",
                        problems);
            } else if (!certificate && (bundle.named() || privateKey)) {
                bundle.complain(Keys.TLS_CERTIFICATE, "missing; name the PEM file of the certificate", problems);
            }
            boolean asks = bundle.find(Keys.TLS_CLIENT_AUTH)
                    .filter(auth -> auth != ClientAuth.NONE)
                    .isPresent();
            if (asks && !bundle.isWritten(Keys.TLS_CLIENT_CA)) {
                bundle.complain(
                        Keys.TLS_CLIENT_CA,
                        "missing, and clients show certificates; name the PEM file of the authority that issues them",
                        problems);
            }
            if (!privateKey && (bundle.named() || certificate)) {
                bundle.complain(
                        Keys.TLS_PRIVATE_KEY, "missing; name the PEM file of the certificate's private key", problems);
            }
        }
    }

    /** What is settled before the server name is known must be the same in all bundles of a listener. */
    private void alike(Entry listener, List<String> names) {
        List<Entry> bundles = assignments.entries(Section.TLS).stream()
                .filter(bundle -> names.contains(bundle.name()))
                .toList();
        for (Key<?> key : List.of(
                Keys.TLS_MIN_VERSION, Keys.TLS_PROVIDER, Keys.TLS_CLIENT_AUTH, Keys.TLS_CLIENT_CA, Keys.TLS_CRL)) {
            if (bundles.stream()
                            .map(bundle -> String.valueOf(bundle.text(key)))
                            .distinct()
                            .count()
                    > 1) {
                listener.complain(
                        Keys.LISTENER_TLS,
                        "the bundles " + String.join(", ", names) + " differ in tls." + key.name()
                                + "; bundles of one listener have the same",
                        problems);
            }
        }
    }

    private boolean isUsed(Entry bundle) {
        return listeners.stream()
                .anyMatch(listener ->
                        listener.find(Keys.LISTENER_TLS).orElse(List.of()).contains(bundle.name()));
    }

    private void plaintext() {
        for (Entry listener : listeners) {
            boolean plain =
                    listener.find(Keys.LISTENER_TLS).filter(List::isEmpty).isPresent();
            boolean refused = listener.find(Keys.LISTENER_ALLOW_PLAINTEXT)
                    .filter(allowed -> !allowed)
                    .isPresent();
            Optional<HostPort> exposed = listener.find(Keys.LISTENER_BIND).stream()
                    .flatMap(List::stream)
                    .filter(bind -> !Hosts.isLoopback(bind))
                    .findFirst();
            if (plain && refused && exposed.isPresent()) {
                listener.complain(
                        Keys.LISTENER_TLS,
                        "\"off\" means plain ws, and "
                                + Quote.quote(exposed.get().toString())
                                + " is not loopback; if that is meant, write "
                                + listener.path(Keys.LISTENER_ALLOW_PLAINTEXT) + "=true",
                        problems);
            }
        }
    }

    private void proxies() {
        for (Entry listener : listeners) {
            boolean told = listener.find(Keys.LISTENER_CLIENT_ADDRESS)
                    .filter(source -> source != ClientAddress.PEER)
                    .isPresent();
            boolean nobody = listener.find(Keys.LISTENER_TRUSTED_PROXIES)
                    .filter(List::isEmpty)
                    .isPresent();
            if (told && nobody) {
                listener.complain(
                        Keys.LISTENER_CLIENT_ADDRESS,
                        Quote.quote(String.valueOf(listener.text(Keys.LISTENER_CLIENT_ADDRESS)))
                                + " is believed from proxies alone, and there is none; write their networks, e.g. "
                                + listener.path(Keys.LISTENER_TRUSTED_PROXIES) + "=10.0.0.0/8",
                        problems);
            }
        }
    }

    private void operators() {
        Entry admin = assignments.entries(Section.ADMIN).get(0);
        Optional<HostPort> exposed =
                admin.find(Keys.ADMIN_BIND).flatMap(bind -> bind).filter(bind -> !Hosts.isLoopback(bind));
        if (exposed.isPresent() && !admin.isWritten(Keys.ADMIN_TOKEN_FILE)) {
            admin.complain(
                    Keys.ADMIN_BIND,
                    Quote.quote(exposed.get().toString())
                            + " is not loopback, where anybody may try to be the operator; name a file with a token,"
                            + " e.g. admin.token-file=/etc/sluice/admin-token",
                    problems);
        }
    }

    /** @param whose in words */
    private record Bound(String whose, HostPort address) {}

    private void addresses() {
        List<Bound> taken = new ArrayList<>();
        for (Entry listener : listeners) {
            for (HostPort address : listener.find(Keys.LISTENER_BIND).orElse(List.of())) {
                bound(listener, Keys.LISTENER_BIND, new Bound(listener.title(), address), taken);
            }
        }
        Entry health = assignments.entries(Section.HEALTH).get(0);
        for (HostPort address : health.find(Keys.HEALTH_BIND).orElse(List.of())) {
            bound(health, Keys.HEALTH_BIND, new Bound("health.bind", address), taken);
        }
        Entry admin = assignments.entries(Section.ADMIN).get(0);
        admin.find(Keys.ADMIN_BIND)
                .flatMap(bind -> bind)
                .ifPresent(address -> bound(admin, Keys.ADMIN_BIND, new Bound("admin.bind", address), taken));
    }

    private void bound(Entry entry, Key<?> key, Bound bound, List<Bound> taken) {
        for (Bound other : taken) {
            if (Hosts.overlap(bound.address(), other.address())) {
                entry.complain(
                        key,
                        Quote.quote(bound.address().toString()) + " of " + bound.whose() + " overlaps "
                                + Quote.quote(other.address().toString()) + " of " + other.whose()
                                + "; give one of them another address or port",
                        problems);
            }
        }
        taken.add(bound);
    }

    private void references() {
        for (Entry route : routes) {
            for (String name : route.find(Keys.ROUTE_LISTENERS).orElse(List.of())) {
                known(route, Keys.ROUTE_LISTENERS, name, Section.LISTENER);
            }
            for (String name : route.find(Keys.ROUTE_CLUSTERS).orElse(List.of())) {
                known(route, Keys.ROUTE_CLUSTERS, name, Section.CLUSTER);
            }
            route.find(Keys.ROUTE_LIMIT).ifPresent(name -> known(route, Keys.ROUTE_LIMIT, name, Section.LIMIT));
        }
    }

    private void known(Entry entry, Key<?> key, String name, Section family) {
        List<String> names =
                assignments.entries(family).stream().map(Entry::name).toList();
        if (!names.contains(name)) {
            entry.complain(
                    key,
                    Quote.quote(name) + (entry.isWritten(key) ? "" : ", the default,") + " is no " + family.noun()
                            + "; there is " + String.join(", ", names) + Nearest.hint(name, names),
                    problems);
        }
    }

    private void brokers() {
        for (Entry cluster : assignments.entries(Section.CLUSTER)) {
            if (!cluster.isWritten(Keys.CLUSTER_BROKERS)) {
                cluster.complain(Keys.CLUSTER_BROKERS, "missing; write host:port, e.g. 10.0.0.11:1883", problems);
            }
        }
    }

    private void brokerTls() {
        List<Entry> clusters = assignments.entries(Section.CLUSTER);
        boolean used = clusters.stream()
                .anyMatch(cluster -> cluster.find(Keys.CLUSTER_TLS).orElse(true));
        for (Entry cluster : clusters) {
            boolean certificate = cluster.isWritten(Keys.CLUSTER_TLS_CERTIFICATE);
            if (certificate != cluster.isWritten(Keys.CLUSTER_TLS_PRIVATE_KEY)) {
                cluster.complain(
                        certificate ? Keys.CLUSTER_TLS_PRIVATE_KEY : Keys.CLUSTER_TLS_CERTIFICATE,
                        certificate
                                ? "missing; name the PEM file of the certificate's private key"
                                : "missing; name the PEM file of the certificate",
                        problems);
            }
            Stream.of(
                            Keys.CLUSTER_TLS_CA,
                            Keys.CLUSTER_TLS_CERTIFICATE,
                            Keys.CLUSTER_TLS_PRIVATE_KEY,
                            Keys.CLUSTER_TLS_SERVER_NAME)
                    .filter(key -> !used && cluster.isWritten(key))
                    .findFirst()
                    .ifPresent(key -> cluster.complain(
                            key,
                            "without effect while TLS is off; write " + cluster.path(Keys.CLUSTER_TLS) + "=on",
                            problems));
        }
    }

    private void health() {
        for (Entry cluster : assignments.entries(Section.CLUSTER)) {
            boolean http = cluster.find(Keys.CLUSTER_HEALTH_TYPE)
                    .filter(type -> type == HealthConfig.Type.HTTP)
                    .isPresent();
            Optional<Optional<String>> read = cluster.find(Keys.CLUSTER_HEALTH_URL);
            Optional<String> url = read.flatMap(text -> text);
            if (http && read.isPresent() && url.isEmpty()) {
                cluster.complain(
                        Keys.CLUSTER_HEALTH_TYPE,
                        "\"http\" needs a URL; write e.g. " + cluster.path(Keys.CLUSTER_HEALTH_URL)
                                + "=http://{host}:8080/health",
                        problems);
            }
            for (BrokerConfig broker : cluster.find(Keys.CLUSTER_BROKERS).orElse(List.of())) {
                String asked = http
                        ? url.map(text -> HealthConfig.urlOf(text, broker.address()))
                                .orElse(null)
                        : null;
                if (asked != null && Formats.httpUrl(asked) == null) {
                    cluster.complain(
                            Keys.CLUSTER_HEALTH_URL,
                            Quote.quote(asked) + " is no URL; names in URLs have no _, write the address of the broker",
                            problems);
                }
            }
        }
    }

    private void overlappingRoutes() {
        for (int later = 1; later < routes.size(); later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                overlap(routes.get(later), routes.get(earlier));
            }
        }
    }

    private void overlap(Entry later, Entry earlier) {
        String listener = shared(Keys.ROUTE_LISTENERS, later, earlier, true);
        String host = shared(Keys.ROUTE_HOSTS, later, earlier, false);
        String path = shared(Keys.ROUTE_PATHS, later, earlier, false);
        if (listener != null && host != null && path != null) {
            later.complain(
                    Keys.ROUTE_PATHS,
                    Quote.quote(path) + " of route " + later.name() + " is also route " + earlier.name() + "'s (host "
                            + host + ", listener " + listener + "); let them differ in paths, hosts or listeners",
                    problems);
        }
    }

    /**
     * One value that both routes have, or {@code any}; null where there is none or a value is bad.
     *
     * @param all whether the empty list stands for every value rather than for one of its own
     */
    private static @Nullable String shared(Key<List<String>> key, Entry one, Entry other, boolean all) {
        List<String> first = one.find(key).orElse(null);
        List<String> second = other.find(key).orElse(null);
        if (first == null || second == null) {
            return null;
        }
        if (first.isEmpty() || second.isEmpty()) {
            boolean both = first.isEmpty() && second.isEmpty();
            return both ? "any" : all ? (first.isEmpty() ? second : first).get(0) : null;
        }
        return first.stream().filter(second::contains).findFirst().orElse(null);
    }

    private void unused() {
        Set<String> bundles = all(listeners, Keys.LISTENER_TLS);
        Set<String> clusters = all(routes, Keys.ROUTE_CLUSTERS);
        Set<String> limits = named(routes, Keys.ROUTE_LIMIT);
        warnUnless(bundles, Section.TLS, "no listener uses it");
        warnUnless(clusters, Section.CLUSTER, "no route leads to it");
        warnUnless(limits, Section.LIMIT, "no route uses it");
        boolean all = routes.stream()
                .anyMatch(route ->
                        route.find(Keys.ROUTE_LISTENERS).orElse(List.of()).isEmpty());
        if (!all) {
            Set<String> served = routes.stream()
                    .flatMap(route -> route.find(Keys.ROUTE_LISTENERS).orElse(List.of()).stream())
                    .collect(Collectors.toSet());
            warnUnless(served, Section.LISTENER, "no route serves it");
        }
    }

    private static Set<String> all(List<Entry> entries, Key<List<String>> key) {
        return entries.stream()
                .flatMap(entry -> entry.find(key).orElse(List.of()).stream())
                .collect(Collectors.toSet());
    }

    private static Set<String> named(List<Entry> entries, Key<String> key) {
        return entries.stream().flatMap(entry -> entry.find(key).stream()).collect(Collectors.toSet());
    }

    private void warnUnless(Set<String> used, Section family, String odd) {
        assignments.entries(family).stream()
                .filter(entry -> entry.named() && !used.contains(entry.name()))
                .forEach(entry -> warnings.add(family.word() + "." + entry.name() + ": " + odd));
    }
}
