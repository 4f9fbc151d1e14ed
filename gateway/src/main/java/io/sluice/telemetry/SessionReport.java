package io.sluice.telemetry;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a session, while it lasts or when it has ended. What a client says is untrusted text.
 *
 * <p>Immutable.
 *
 * @param id unique among all sessions of all gateways, for practical purposes
 * @param state where the session is, in one word
 * @param durationNanos from the upgrade to now, or to the end of both connections
 */
public record SessionReport(
        String id,
        String state,
        String listener,
        String route,
        Client client,
        Mqtt mqtt,
        Upstream upstream,
        Counts counts,
        long durationNanos) {

    /**
     * Where the client is.
     *
     * <p>Immutable.
     *
     * @param forwardedBy the proxy that told its address; null where none did
     * @param tlsVersion null on a plain listener
     * @param serverName the name asked for in TLS
     * @param certificate common name of the client's certificate
     */
    public record Client(
            InetSocketAddress address,
            @Nullable InetSocketAddress forwardedBy,
            @Nullable String tlsVersion,
            @Nullable String serverName,
            @Nullable String certificate,
            @Nullable String origin,
            @Nullable String subprotocol) {}

    /**
     * What CONNECT and CONNACK say.
     *
     * <p>Immutable.
     *
     * @param level protocol level, 0 where no CONNECT was read
     * @param clientId null where no CONNECT was read
     * @param keepAliveSeconds the client's, 0 where it has none
     * @param serverKeepAliveSeconds the broker's, -1 where it names none
     * @param connackCode the broker's answer, -1 where there is none
     */
    public record Mqtt(
            int level,
            @Nullable String clientId,
            @Nullable String userName,
            int keepAliveSeconds,
            int serverKeepAliveSeconds,
            int connackCode) {

        /** As people write it. */
        public @Nullable String version() {
            return switch (level) {
                case 0 -> null;
                case 3 -> "3.1";
                case 4 -> "3.1.1";
                default -> Integer.toString(level);
            };
        }
    }

    /**
     * The broker, once one was reached.
     *
     * <p>Immutable.
     *
     * @param broker host:port
     * @param tries how many were dialed, this one included; 0 where none was reached
     * @param dialNanos from the first packet to the connection
     */
    public record Upstream(
            @Nullable String cluster, @Nullable String broker, int tries, long dialNanos) {
        public static final Upstream NONE = new Upstream(null, null, 0, 0);
    }

    /**
     * What has passed.
     *
     * <p>Immutable.
     *
     * @param packetsIn packets from the client, CONNECT included
     * @param packetsOut packets to the client
     * @param bytesIn MQTT bytes from the client
     * @param bytesOut MQTT bytes to the client
     * @param throttledNanos how long bytes of the client waited for its rates
     * @param ratesReached how often a rate was reached, also where that is only reported
     */
    public record Counts(
            long packetsIn, long packetsOut, long bytesIn, long bytesOut, long throttledNanos, long ratesReached) {}
}
