package io.sluice.telemetry;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Ended sessions to tell of. */
final class SessionEnds {

    private SessionEnds() {}

    static SessionEnd of(String cause, String closedBy) {
        return of(cause, closedBy, "one", "anna", "https://app.example.com", true);
    }

    /** One that has lasted so long. */
    static SessionEnd lasting(long nanos) {
        return with(0, nanos);
    }

    /** One that the broker has answered so; -1: not at all. */
    static SessionEnd answered(int connackCode) {
        return with(connackCode, 1);
    }

    private static SessionEnd with(int connackCode, long nanos) {
        SessionEnd end = of("shutdown", "gateway");
        SessionReport its = end.session();
        SessionReport.Mqtt mqtt = its.mqtt();
        return new SessionEnd(
                new SessionReport(
                        its.id(),
                        its.state(),
                        its.listener(),
                        its.route(),
                        its.client(),
                        new SessionReport.Mqtt(
                                mqtt.level(),
                                mqtt.clientId(),
                                mqtt.userName(),
                                mqtt.keepAliveSeconds(),
                                mqtt.serverKeepAliveSeconds(),
                                connackCode),
                        its.upstream(),
                        its.counts(),
                        nanos),
                end.cause(),
                end.closedBy(),
                end.mqttCode(),
                end.webSocketCode(),
                end.ordinary());
    }

    static SessionEnd of(
            String cause,
            String closedBy,
            String clientId,
            @Nullable String userName,
            @Nullable String origin,
            boolean ordinary) {
        return new SessionEnd(
                new SessionReport(
                        "9f3a1c2e-1a",
                        "closed",
                        "public",
                        "web",
                        new SessionReport.Client(
                                InetSocketAddress.createUnresolved("192.0.2.7", 50_000),
                                InetSocketAddress.createUnresolved("10.0.0.9", 40_000),
                                "TLSv1.3",
                                "mqtt.example.com",
                                null,
                                origin,
                                "mqtt"),
                        new SessionReport.Mqtt(5, clientId, userName, 60, 30, 0),
                        new SessionReport.Upstream("eu", "10.0.0.1:1883", 1, 412_000),
                        new SessionReport.Counts(4, 3, 20, 4, 1_500_000, 2),
                        12_000_000_000L),
                cause,
                closedBy,
                0x8B,
                1001,
                ordinary);
    }
}
