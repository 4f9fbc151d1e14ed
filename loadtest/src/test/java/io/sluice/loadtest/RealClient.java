package io.sluice.loadtest;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * What the tests ask of somebody else's MQTT client. Each call returns when the broker has answered, within
 * {@link #PATIENCE}.
 *
 * <p>Confined to the test's thread, but for what the library does.
 */
interface RealClient extends AutoCloseable {
    Duration PATIENCE = Duration.ofSeconds(10);

    /** A message as it arrived. */
    record Message(String topic, ByteBuffer payload, int qos, boolean retained) {}

    /**
     * How to connect.
     *
     * @param clean forget what the broker holds for this client id, before and after
     */
    record Options(String clientId, boolean clean, int keepAliveSeconds) {
        static Options clean(String clientId) {
            return new Options(clientId, true, 60);
        }
    }

    /** True when the broker still had the session of this client id. */
    boolean connect() throws Exception;

    void subscribe(String filter, int qos) throws Exception;

    void publish(String topic, byte[] payload, int qos, boolean retained) throws Exception;

    /** The next message in the order of arrival; fails when none comes within the given time. */
    Message next(Duration timeout) throws Exception;

    /** Completes when the connection has ended, with what the library says of it. */
    CompletableFuture<String> ended();

    void disconnect() throws Exception;

    /** Disconnects when still connected. */
    @Override
    void close();

    /** A client's library and the version of MQTT it speaks here. */
    enum Version {
        MQTT_3_1(3, "Paho, MQTT 3.1") {
            @Override
            RealClient client(Demo gateway, Options options) throws Exception {
                return new PahoClient(gateway, options);
            }
        },
        MQTT_3_1_1(4, "HiveMQ client, MQTT 3.1.1") {
            @Override
            RealClient client(Demo gateway, Options options) {
                return new HiveMq3Client(gateway, options);
            }
        },
        MQTT_5(5, "HiveMQ client, MQTT 5.0") {
            @Override
            RealClient client(Demo gateway, Options options) {
                return new HiveMq5Client(gateway, options);
            }
        };

        private final int level;
        private final String title;

        Version(int level, String title) {
            this.level = level;
            this.title = title;
        }

        /** Not connected yet. */
        abstract RealClient client(Demo gateway, Options options) throws Exception;

        int level() {
            return level;
        }

        @Override
        public String toString() {
            return title;
        }
    }
}
