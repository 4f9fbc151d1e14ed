package io.sluice.telemetry;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a session when it has ended.
 *
 * <p>Immutable.
 *
 * @param cause label of the close cause
 * @param closedBy {@code client}, {@code broker} or {@code gateway}
 * @param brokerCode code of the CONNACK with which the broker refused; 0 where it did not
 * @param keepAliveSeconds keep alive in force, 0 where there is none
 * @param level MQTT protocol level, 0 where no CONNECT was read
 * @param clientId null where no CONNECT was read; untrusted text
 * @param broker host:port, null where none was connected
 * @param durationNanos from the upgrade to the end of both connections
 * @param throttledNanos how long bytes of the client waited for its rates
 * @param ratesReached how often a rate was reached, also where that is only reported
 * @param packetsIn packets from the client, CONNECT included
 * @param packetsOut packets to the client
 * @param bytesIn MQTT bytes from the client
 * @param bytesOut MQTT bytes to the client
 * @param ordinary the ending is none an operator wonders about
 */
public record SessionEnd(
        String cause,
        String closedBy,
        String listener,
        String route,
        InetSocketAddress client,
        int brokerCode,
        int keepAliveSeconds,
        int level,
        @Nullable String clientId,
        @Nullable String broker,
        long durationNanos,
        long throttledNanos,
        long ratesReached,
        long packetsIn,
        long packetsOut,
        long bytesIn,
        long bytesOut,
        boolean ordinary) {}
