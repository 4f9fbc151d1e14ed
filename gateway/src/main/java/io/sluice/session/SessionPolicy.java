package io.sluice.session;

import io.sluice.config.LimitConfig;
import io.sluice.config.RouteConfig;
import java.util.concurrent.TimeUnit;

/**
 * What all sessions of one route have in common: their rules, with times in nanoseconds, and the way to their brokers.
 *
 * <p>Immutable, but for the client ids, which are thread-safe.
 *
 * @param clientIds one for all routes
 * @param keepAliveFactor how many keep alives without a byte from the client are tolerated
 * @param writeStall 0 is off
 * @param rates how fast a client may send, and whether that and the other limits are only reported
 * @param maxLifetime from CONNACK on, less a jitter; 0 is off
 * @param levels bit set of the MQTT protocol levels that pass
 */
public record SessionPolicy(
        String route,
        Dialer dialer,
        ClientIds clientIds,
        long connectPacketTimeout,
        long connackTimeout,
        long closeTimeout,
        int maxPacketBeforeConnack,
        long maxPacket,
        double keepAliveFactor,
        long keepAliveGrace,
        long writeStall,
        RateRules rates,
        long maxLifetime,
        int levels,
        boolean bridgesAllowed) {

    /** How long a goodbye packet waits for the end of the broker's packet that is under way to the client. */
    static final long BOUNDARY_WAIT = TimeUnit.SECONDS.toNanos(1);

    public static SessionPolicy of(RouteConfig route, LimitConfig limit, Dialer dialer, ClientIds clientIds) {
        int levels = 0;
        for (LimitConfig.MqttVersion version : limit.versions()) {
            levels |= 1 << version.level();
        }
        return new SessionPolicy(
                route.name(),
                dialer,
                clientIds,
                limit.connectPacketTimeout().toNanos(),
                limit.connackTimeout().toNanos(),
                limit.closeTimeout().toNanos(),
                limit.maxPacketBeforeConnack(),
                limit.maxPacket(),
                limit.keepAliveFactor(),
                limit.keepAliveGrace().toNanos(),
                limit.writeStallTimeout().map(d -> d.toNanos()).orElse(0L),
                RateRules.of(limit),
                limit.maxLifetime().map(d -> d.toNanos()).orElse(0L),
                levels,
                route.bridgesAllowed());
    }

    /** Limits are counted and logged, and neither slow down nor end a session. */
    boolean report() {
        return rates.report();
    }

    boolean allows(int level) {
        return level >= 0 && level < 32 && (levels & 1 << level) != 0;
    }
}
