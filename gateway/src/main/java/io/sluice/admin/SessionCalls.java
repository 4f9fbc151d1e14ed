package io.sluice.admin;

import io.sluice.config.HostPort;
import io.sluice.telemetry.Json;
import io.sluice.telemetry.SessionReport;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls about sessions.
 *
 * <p>Thread-safe.
 */
record SessionCalls(Operations operations) {
    private static final Logger LOG = LoggerFactory.getLogger(Api.class);

    private static final int PAGE = 50;
    private static final int MOST_PER_PAGE = 500;

    /** Thread after thread, newest first: the threads only make reports of what the page shows. */
    Answer list(Query query, boolean plain) throws Refused, TimeoutException {
        SessionSearch search = new SessionSearch(
                query.find("q"),
                query.find("client-id"),
                query.find("address"),
                query.find("user-name"),
                operations.sessionLog(),
                query.number("offset", 0, Integer.MAX_VALUE),
                query.number("limit", PAGE, MOST_PER_PAGE));
        for (int thread = 0; thread < operations.ioThreads(); thread++) {
            operations.onThread(thread, search::in);
        }
        if (plain) {
            StringBuilder table = new StringBuilder("%-14s %-22s %-24s %-22s %10s %10s %9s%n"
                    .formatted("ID", "CLIENT", "CLIENT-ID", "BROKER", "IN", "OUT", "AGE"));
            search.page().forEach(session -> table.append(line(session)));
            return Answer.text(table + "%d of %d%n".formatted(search.page().size(), search.found()));
        }
        Json json = new Json().put("found", search.found()).array("sessions");
        for (SessionReport session : search.page()) {
            json.object()
                    .put("id", session.id())
                    .put("state", session.state())
                    .put("client", HostPort.of(session.client().address()).toString())
                    .put("client_id", session.mqtt().clientId())
                    .put(
                            "user_name",
                            operations.sessionLog().shown(session.mqtt().userName()))
                    .put("broker", session.upstream().broker())
                    .put("packets_in", session.counts().packetsIn())
                    .put("packets_out", session.counts().packetsOut())
                    .putMillis("duration_ms", session.durationNanos())
                    .end();
        }
        return Answer.json(json);
    }

    private static String line(SessionReport session) {
        return "%-14s %-22s %-24s %-22s %10d %10d %9s%n"
                .formatted(
                        session.id(),
                        HostPort.of(session.client().address()).toString(),
                        Words.tame(session.mqtt().clientId()),
                        session.upstream().broker() == null
                                ? session.state()
                                : session.upstream().broker(),
                        session.counts().packetsIn(),
                        session.counts().packetsOut(),
                        Words.human(session.durationNanos()));
    }

    Answer session(String id, boolean plain) throws Refused, TimeoutException {
        for (int thread = 0; thread < operations.ioThreads(); thread++) {
            List<SessionReport> found = operations.onThread(thread, group -> SessionSearch.byId(group, id));
            if (!found.isEmpty()) {
                return detail(found.get(0), plain);
            }
        }
        throw new Refused(404, "There is no such session; it may have ended.");
    }

    private Answer detail(SessionReport session, boolean plain) {
        SessionReport.Client client = session.client();
        SessionReport.Mqtt mqtt = session.mqtt();
        SessionReport.Counts counts = session.counts();
        Json json = new Json()
                .put("id", session.id())
                .put("state", session.state())
                .put("listener", session.listener())
                .put("route", session.route())
                .put("client", HostPort.of(client.address()).toString())
                .put(
                        "forwarded_by",
                        client.forwardedBy() == null
                                ? null
                                : HostPort.of(client.forwardedBy()).toString())
                .put("tls", client.tlsVersion())
                .put("server_name", client.serverName())
                .put("certificate", client.certificate())
                .put("origin", client.origin())
                .put("subprotocol", client.subprotocol())
                .put("mqtt", mqtt.version())
                .put("client_id", mqtt.clientId())
                .put("user_name", operations.sessionLog().shown(mqtt.userName()))
                .put("keep_alive", mqtt.keepAliveSeconds())
                .put("server_keep_alive", mqtt.serverKeepAliveSeconds())
                .put("cluster", session.upstream().cluster())
                .put("broker", session.upstream().broker())
                .put("tries", session.upstream().tries())
                .putMillis("dial_ms", session.upstream().dialNanos())
                .put("packets_in", counts.packetsIn())
                .put("packets_out", counts.packetsOut())
                .put("bytes_in", counts.bytesIn())
                .put("bytes_out", counts.bytesOut())
                .putMillis("throttled_ms", counts.throttledNanos())
                .put("rates_reached", counts.ratesReached())
                .putMillis("duration_ms", session.durationNanos());
        return plain ? Answer.text(json + "\n") : Answer.json(json);
    }

    Answer kick(String id, boolean plain) throws Refused, TimeoutException {
        session(id, true);
        operations.kick(session -> session.id().equals(id));
        LOG.info("operator kicks session id={}", id);
        return Answer.done(plain, "The session is told to go.");
    }
}
