package io.sluice.admin;

import io.sluice.admin.Operations.BrokerOrder;
import io.sluice.config.HostPort;
import io.sluice.config.Quote;
import io.sluice.config.Setting;
import io.sluice.limit.Ban;
import io.sluice.limit.Bans;
import io.sluice.telemetry.Json;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.SessionLog;
import io.sluice.telemetry.SessionReport;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is below {@code /api/v1/}: JSON, or the same as a table for people where {@code text/plain} is asked for. Parameters
 * are those of the query; nothing has a body.
 *
 * <p>Thread-safe.
 */
final class Api {
    private static final Logger LOG = LoggerFactory.getLogger(Api.class);

    private static final Duration BAN = Duration.ofHours(1);

    private final Operations operations;
    private final SessionCalls sessions;

    Api(Operations operations) {
        this.operations = operations;
        sessions = new SessionCalls(operations);
    }

    Answer answer(HttpServerExchange exchange, String path, boolean plain) throws Refused, TimeoutException {
        String[] parts = path.split("/", -1);
        String methods = methods(parts);
        AdminListener.allow(exchange, methods);
        Query query = new Query(exchange.getQueryParameters());
        boolean post = exchange.getRequestMethod().toString().equals("POST");
        boolean get = !post && !exchange.getRequestMethod().toString().equals("DELETE");
        return switch (parts[0]) {
            case "status" -> status(plain);
            case "brokers" -> get ? brokers(plain) : order(parts[1], parts[2], parts[3], plain);
            case "sessions" ->
                parts.length == 1
                        ? sessions.list(query, plain)
                        : get ? sessions.session(parts[1], plain) : sessions.kick(parts[1], plain);
            case "bans" -> get ? bans(plain) : post ? ban(query, plain) : unban(query, plain);
            case "config" -> settings(plain);
            case "reload" -> reload(plain);
            default -> drain(plain);
        };
    }

    /** What a path takes. */
    private static String methods(String[] parts) throws Refused {
        return switch (parts[0] + "/" + parts.length) {
            case "status/1", "brokers/1", "sessions/1", "sessions/2", "config/1" -> "GET";
            case "bans/1" -> "GET, POST, DELETE";
            case "reload/1", "drain/1", "brokers/4" -> "POST";
            case "sessions/3" -> {
                if (!parts[2].equals("kick")) {
                    throw new Refused(404, "A session can be kicked; there is no other call.");
                }
                yield "POST";
            }
            default -> throw new Refused(404, "There is no such call.");
        };
    }

    // What is

    private Answer status(boolean plain) {
        Metrics.Gauges gauges = operations.gauges();
        Metrics.Totals totals = operations.metrics().totals();
        long uptime = operations.uptimeNanos();
        if (plain) {
            return Answer.text("sluice %s, up %s%s%n%d sessions, %d bytes held%n%s%n"
                    .formatted(
                            operations.version(),
                            Words.human(uptime),
                            gauges.draining() ? ", draining" : operations.live() ? "" : ", no live broker",
                            gauges.sessions(),
                            gauges.heldBytes(),
                            String.join("\n", operations.urls())));
        }
        Json json = new Json()
                .put("version", operations.version())
                .put("time", Instant.now().toString())
                .put("draining", gauges.draining())
                .put("live_broker", operations.live())
                .putMillis("uptime_ms", uptime)
                .put("sessions", gauges.sessions())
                .put("held_bytes", gauges.heldBytes())
                .put("heap_bytes", heap())
                .put("heap_max_bytes", Runtime.getRuntime().maxMemory())
                .put("packets_to_upstream", totals.packetsToUpstream())
                .put("packets_to_client", totals.packetsToClient())
                .put("bytes_to_upstream", totals.bytesToUpstream())
                .put("bytes_to_client", totals.bytesToClient())
                .putMillis("throttled_ms", totals.throttledNanos());
        counts(json, "handshakes", totals.handshakes());
        counts(json, "closes", totals.closes());
        json.array("urls");
        operations.urls().forEach(json::add);
        json.end().array("certificates");
        gauges.certificates()
                .forEach((listener, end) -> json.object()
                        .put("listener", listener)
                        .put("expires", end.toString())
                        .end());
        brokers(json.end());
        json.array("endings");
        operations.sessionLog().remembered().forEach(ending -> ending(json.object(), ending));
        return Answer.json(json.end());
    }

    private static long heap() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void counts(Json json, String name, Map<String, Long> counts) {
        json.object(name);
        counts.forEach(json::put);
        json.end();
    }

    private void ending(Json json, SessionLog.Ending ending) {
        SessionReport session = ending.end().session();
        json.put("time", ending.time().toString())
                .put("id", session.id())
                .put("cause", ending.end().cause())
                .put("by", ending.end().closedBy())
                .put("client", HostPort.of(session.client().address()).toString())
                .put("client_id", session.mqtt().clientId())
                .put("broker", session.upstream().broker())
                .putMillis("duration_ms", session.durationNanos())
                .end();
    }

    private Answer brokers(boolean plain) {
        if (!plain) {
            Json json = new Json();
            brokers(json);
            return Answer.json(json);
        }
        StringBuilder table = new StringBuilder(row("CLUSTER", "BROKER", "STATE", "CONNECTIONS", "PROBLEM"));
        for (Metrics.BrokerGauge broker : operations.gauges().brokers()) {
            String problem = broker.problem();
            table.append(row(
                    broker.cluster(),
                    broker.broker(),
                    broker.state(),
                    Integer.toString(broker.connections()),
                    problem == null ? "" : Quote.sentence(problem)));
        }
        return Answer.text(table.toString());
    }

    private static String row(String cluster, String broker, String state, String connections, String problem) {
        return "%-12s %-28s %-10s %11s  %s"
                        .formatted(cluster, broker, state, connections, problem)
                        .strip() + "\n";
    }

    private void brokers(Json json) {
        json.array("brokers");
        for (Metrics.BrokerGauge broker : operations.gauges().brokers()) {
            json.object()
                    .put("cluster", broker.cluster())
                    .put("broker", broker.broker())
                    .put("up", broker.up())
                    .put("state", broker.state())
                    .put("problem", broker.problem())
                    .put("connections", broker.connections())
                    .put("connecting", broker.connecting())
                    .put("ejections", broker.ejections())
                    .end();
        }
        json.end();
    }

    private Answer settings(boolean plain) {
        if (plain) {
            StringBuilder text = new StringBuilder();
            operations
                    .settings()
                    .forEach(setting ->
                            text.append("%s=%s   # %s%n".formatted(setting.key(), masked(setting), setting.origin())));
            return Answer.text(text.toString());
        }
        Json json = new Json().array("settings");
        operations
                .settings()
                .forEach(setting -> json.object()
                        .put("key", setting.key())
                        .put("value", masked(setting))
                        .put("origin", setting.origin())
                        .end());
        return Answer.json(json);
    }

    /** Secrets stand in files of their own; but the query of a URL may hold one. */
    private static String masked(Setting setting) {
        int query = setting.value().indexOf('?');
        return setting.key().endsWith("url") && query >= 0
                ? setting.value().substring(0, query) + "?***"
                : setting.value();
    }

    // Bans

    private Answer bans(boolean plain) {
        List<Ban> bans = operations.bans().list();
        if (plain) {
            StringBuilder table =
                    new StringBuilder("%-10s %-40s %-20s %s%n".formatted("KIND", "SUBJECT", "UNTIL", "REASON"));
            bans.forEach(ban -> table.append("%-10s %-40s %-20s %s%n"
                    .formatted(kind(ban), Words.tame(ban.subject()), ban.until(), Words.tame(ban.reason()))));
            return Answer.text(table.toString());
        }
        Json json = new Json().array("bans");
        bans.forEach(ban -> json.object()
                .put("kind", kind(ban))
                .put("subject", ban.subject())
                .put("until", ban.until().toString())
                .put("reason", ban.reason())
                .end());
        return Answer.json(json);
    }

    private static String kind(Ban ban) {
        return ban.kind() == Ban.Kind.ADDRESS ? "address" : "client-id";
    }

    private Answer ban(Query query, boolean plain) throws Refused {
        Duration time = query.duration("for", BAN);
        String reason = query.find("reason") == null ? "" : query.need("reason");
        Bans bans = operations.bans();
        boolean held;
        try {
            if (query.find("client-id") != null) {
                held = bans.ban(query.need("client-id"), time, reason);
            } else {
                Query.Network network = query.network();
                held = bans.ban(network.address(), network.prefixLength(), time, reason);
            }
        } catch (IllegalArgumentException wrong) {
            throw new Refused(400, sentence(wrong));
        }
        if (!held) {
            throw new Refused(503, "There are as many bans as can be held; end one first.");
        }
        operations.endBanned();
        LOG.info("operator bans {} for={}", query.subject(), Words.human(time.toNanos()));
        return Answer.done(plain, "Banned for " + Words.human(time.toNanos()) + "; sessions are told to go.");
    }

    private Answer unban(Query query, boolean plain) throws Refused {
        boolean found;
        try {
            if (query.find("client-id") != null) {
                found = operations.bans().unban(query.need("client-id"));
            } else {
                Query.Network network = query.network();
                found = operations.bans().unban(network.address(), network.prefixLength());
            }
        } catch (IllegalArgumentException wrong) {
            throw new Refused(400, sentence(wrong));
        }
        if (!found) {
            throw new Refused(404, "There is no such ban.");
        }
        LOG.info("operator ends the ban of {}", query.subject());
        return Answer.done(plain, "The ban has ended.");
    }

    private static String sentence(IllegalArgumentException wrong) {
        String text = String.valueOf(wrong.getMessage());
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }

    // The process

    private Answer order(String cluster, String broker, String word, boolean plain) throws Refused {
        BrokerOrder order = switch (word) {
            case "enable" -> BrokerOrder.ENABLE;
            case "disable" -> BrokerOrder.DISABLE;
            case "drain" -> BrokerOrder.DRAIN;
            default -> throw new Refused(404, "A broker takes enable, disable or drain.");
        };
        if (!operations.order(cluster, broker, order)) {
            throw new Refused(404, "There is no such broker in such a cluster.");
        }
        LOG.info("operator orders broker cluster={} broker={} order={}", cluster, broker, word);
        return Answer.done(
                plain,
                switch (order) {
                    case ENABLE -> "The broker gets sessions again.";
                    case DISABLE -> "The broker gets no new sessions.";
                    case DRAIN -> "The broker gets no new sessions, and those it has are told to connect anew.";
                });
    }

    private Answer reload(boolean plain) throws Refused {
        try {
            return Answer.done(plain, String.join("\n", operations.reload()));
        } catch (IllegalStateException unchanged) {
            throw new Refused(409, String.valueOf(unchanged.getMessage()));
        }
    }

    private Answer drain(boolean plain) {
        LOG.info("operator drains the gateway");
        operations.drain();
        return Answer.done(plain, "The gateway says goodbye to its clients and ends.");
    }
}
