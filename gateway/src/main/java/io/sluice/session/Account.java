package io.sluice.session;

import io.sluice.mqtt.Connect;
import io.sluice.telemetry.SessionEnd;
import io.sluice.telemetry.SessionReport;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a session has to tell of itself.
 *
 * <p>Confined to its session's I/O thread.
 */
final class Account {
    private final ClientInfo info;
    private final String route;
    private final Opening opening;
    private final Answer answer;
    private final ToUpstream toUpstream;
    private final ToClient toClient;
    private final long startedAt;

    Account(
            ClientInfo info,
            String route,
            Opening opening,
            Answer answer,
            ToUpstream toUpstream,
            ToClient toClient,
            long startedAt) {
        this.info = info;
        this.route = route;
        this.opening = opening;
        this.answer = answer;
        this.toUpstream = toUpstream;
        this.toClient = toClient;
        this.startedAt = startedAt;
    }

    SessionReport report(String id, SessionState state, @Nullable Reached reached, long now) {
        return new SessionReport(
                id,
                state.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                info.listener(),
                route,
                client(),
                mqtt(),
                reached == null
                        ? SessionReport.Upstream.NONE
                        : new SessionReport.Upstream(
                                reached.cluster(), reached.broker(), reached.tries(), reached.dialNanos()),
                new SessionReport.Counts(
                        (opening.connect() == null ? 0 : 1) + toUpstream.packets(),
                        toClient.packets(),
                        toUpstream.bytes(),
                        toClient.bytes(),
                        toUpstream.throttled(now),
                        toUpstream.ratesReached()),
                now - startedAt);
    }

    SessionEnd end(SessionReport report, Ending ending) {
        CloseCause why = ending.cause();
        return new SessionEnd(
                report,
                why.label(),
                why.closedBy().name().toLowerCase(Locale.ROOT),
                ending.code(),
                why.webSocketCode(),
                why.severity() == CloseCause.Severity.ORDINARY);
    }

    private SessionReport.Client client() {
        ClientInfo.Tls tls = info.tls();
        boolean direct = info.peer().equals(info.address());
        return new SessionReport.Client(
                info.address(),
                direct ? null : info.peer(),
                tls == null ? null : tls.version(),
                tls == null ? null : tls.serverName(),
                tls == null ? null : tls.clientName(),
                info.origin(),
                info.subprotocol());
    }

    private SessionReport.Mqtt mqtt() {
        Connect connect = opening.connect();
        return new SessionReport.Mqtt(
                opening.level(),
                connect == null ? null : connect.clientId(),
                connect == null ? null : connect.userName(),
                connect == null ? 0 : connect.keepAliveSeconds(),
                answer.serverKeepAliveSeconds(),
                answer.code());
    }
}
