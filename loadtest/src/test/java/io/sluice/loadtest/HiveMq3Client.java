package io.sluice.loadtest;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The HiveMQ client in MQTT 3.1.1.
 *
 * <p>Confined to the test's thread, but for what the library does.
 */
final class HiveMq3Client implements RealClient {
    private final Mqtt3AsyncClient client;
    private final Options options;
    private final Inbox inbox = new Inbox();
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    HiveMq3Client(Demo gateway, Options options) {
        this.options = options;
        client = MqttClient.builder()
                .useMqttVersion3()
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

    private void received(Mqtt3Publish publish) {
        inbox.add(new Message(
                publish.getTopic().toString(),
                ByteBuffer.wrap(publish.getPayloadAsBytes()),
                publish.getQos().getCode(),
                publish.isRetain()));
    }

    @Override
    public boolean connect() throws Exception {
        return within(client.connectWith()
                        .cleanSession(options.clean())
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
