package io.sluice.loadtest;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The HiveMQ client in MQTT 5.0.
 *
 * <p>Confined to the test's thread, but for what the library does.
 */
final class HiveMq5Client implements RealClient {
    private static final int SESSION_EXPIRY_SECONDS = 60;

    private final Mqtt5AsyncClient client;
    private final Options options;
    private final Inbox inbox = new Inbox();
    private final BlockingQueue<Mqtt5Publish> publishes = new LinkedBlockingQueue<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    HiveMq5Client(Demo gateway, Options options) {
        this.options = options;
        client = MqttClient.builder()
                .useMqttVersion5()
                .identifier(options.clientId())
                .serverHost(gateway.mqtt().getHost())
                .serverPort(gateway.mqtt().getPort())
                .sslConfig()
                .trustManagerFactory(gateway.trust().trustManagers())
                .applySslConfig()
                .webSocketConfig(MqttWebSocketConfig.builder()
                        .serverPath(gateway.mqtt().getPath().substring(1))
                        .build())
                .addDisconnectedListener(context -> ended.complete(String.valueOf(context.getCause())))
                .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, this::received);
    }

    private void received(Mqtt5Publish publish) {
        publishes.add(publish);
        inbox.add(new Message(
                publish.getTopic().toString(),
                ByteBuffer.wrap(publish.getPayloadAsBytes()),
                publish.getQos().getCode(),
                publish.isRetain()));
    }

    /** The library itself, for what only MQTT 5.0 has. */
    Mqtt5AsyncClient library() {
        return client;
    }

    /** The next message with its properties; those taken by {@link #next} are counted here too. */
    Mqtt5Publish nextPublish() throws InterruptedException {
        return Objects.requireNonNull(publishes.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS), "no message in time");
    }

    @Override
    public boolean connect() throws Exception {
        return within(client.connectWith()
                        .cleanStart(options.clean())
                        .sessionExpiryInterval(options.clean() ? 0 : SESSION_EXPIRY_SECONDS)
                        .keepAlive(options.keepAliveSeconds())
                        .send())
                .isSessionPresent();
    }

    @Override
    public void subscribe(String filter, int qos) throws Exception {
        within(client.subscribeWith().topicFilter(filter).qos(qos(qos)).send());
    }

    @Override
    public void publish(String topic, byte[] payload, int qos, boolean retained) throws Exception {
        within(client.publishWith()
                .topic(topic)
                .qos(qos(qos))
                .retain(retained)
                .payload(payload)
                .send());
    }

    @Override
    public Message next(Duration timeout) throws Exception {
        return inbox.next(timeout);
    }

    @Override
    public CompletableFuture<String> ended() {
        return ended;
    }

    @Override
    public void disconnect() throws Exception {
        within(client.disconnect());
    }

    @Override
    public void close() {
        client.disconnect().exceptionally(alreadyGone -> null).join();
    }

    private static MqttQos qos(int code) {
        return Objects.requireNonNull(MqttQos.fromCode(code));
    }

    private static <T> T within(CompletableFuture<T> answer) throws Exception {
        return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
