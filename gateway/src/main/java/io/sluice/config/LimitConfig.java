package io.sluice.config;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * One limit policy ({@code limit.<name>.*}).
 *
 * <p>Immutable.
 *
 * @param connectPacketTimeout from the upgrade to a whole CONNECT
 * @param connackTimeout from the broker's connection to its CONNACK
 * @param closeTimeout from the first goodbye to the end of both connections
 * @param maxPacketBeforeConnack greatest CONNECT, and greatest sum of what is held before CONNACK, in bytes
 * @param maxPacket greatest packet from the client after CONNACK, in bytes, fixed header included; {@link Long#MAX_VALUE} is unlimited
 * @param keepAliveFactor how many keep alives without a byte from the client are tolerated
 * @param keepAliveGrace added to that, so that the broker fires first
 * @param writeStallTimeout how long a client may accept not one byte while bytes wait; empty is off
 * @param versions MQTT versions that pass
 * @param publish PUBLISH packets from one client; empty is unlimited
 * @param packets packets of every type from one client; empty is unlimited
 * @param bytes bytes from one client; empty is unlimited
 * @param maxPause longest single wait of a client that exceeds one of these rates; half its keep alive where that is shorter
 * @param closeAfter how long a client may be throttled without a break until it is closed; empty is off
 * @param mode what is done about a client that exceeds one of these rates, is of another version, sends too large a packet or
 *     stays too long
 * @param maxLifetime from CONNACK to the end, less up to a tenth; empty is off
 */
public record LimitConfig(
        String name,
        Duration connectPacketTimeout,
        Duration connackTimeout,
        Duration closeTimeout,
        int maxPacketBeforeConnack,
        long maxPacket,
        double keepAliveFactor,
        Duration keepAliveGrace,
        Optional<Duration> writeStallTimeout,
        Set<MqttVersion> versions,
        Optional<RateConfig> publish,
        Optional<RateConfig> packets,
        Optional<RateConfig> bytes,
        Duration maxPause,
        Optional<Duration> closeAfter,
        Mode mode,
        Optional<Duration> maxLifetime) {

    public LimitConfig {
        versions = Set.copyOf(versions);
    }

    /** What is done about a client that exceeds a limit. */
    public enum Mode {
        /** It is paused, and closed after {@link LimitConfig#closeAfter}. */
        ENFORCE,
        /** It is counted and logged, and neither paused nor closed. */
        REPORT
    }

    /** An MQTT version as the configuration names it. */
    public enum MqttVersion {
        V3_1(3),
        V3_1_1(4),
        V5(5);

        private final int level;

        MqttVersion(int level) {
            this.level = level;
        }

        /** The protocol level byte of CONNECT, bit 7 clear. */
        public int level() {
            return level;
        }
    }
}
