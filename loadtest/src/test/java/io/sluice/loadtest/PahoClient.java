package io.sluice.loadtest;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * Eclipse Paho in MQTT 3.1.
 *
 * <p>Confined to the test's thread, but for what the library does.
 */
final class PahoClient implements RealClient, MqttCallback {
    private final MqttAsyncClient client;
    private final MqttConnectOptions options = new MqttConnectOptions();
    private final Inbox inbox = new Inbox();
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    PahoClient(Demo gateway, Options wanted) throws MqttException {
        client = new MqttAsyncClient(gateway.mqtt().toString(), wanted.clientId(), new MemoryPersistence());
        client.setCallback(this);
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1);
        options.setSocketFactory(gateway.trust().sslContext().getSocketFactory());
        options.setCleanSession(wanted.clean());
        options.setKeepAliveInterval(wanted.keepAliveSeconds());
        options.setMaxInflight(1000);
    }

    @Override
    public boolean connect() throws MqttException {
        IMqttToken token = client.connect(options);
        token.waitForCompletion(PATIENCE.toMillis());
        return token.getSessionPresent();
    }

    @Override
    public void subscribe(String filter, int qos) throws MqttException {
        client.subscribe(filter, qos).waitForCompletion(PATIENCE.toMillis());
    }

    @Override
    public void publish(String topic, byte[] payload, int qos, boolean retained) throws MqttException {
        client.publish(topic, payload, qos, retained).waitForCompletion(PATIENCE.toMillis());
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
    public void disconnect() throws MqttException {
        client.disconnect(0).waitForCompletion(PATIENCE.toMillis());
        client.close();
    }

    @Override
    public void close() {
        try {
            if (client.isConnected()) {
                client.disconnect(0).waitForCompletion(PATIENCE.toMillis());
            }
            client.close(true);
        } catch (MqttException e) {
            ended.complete("closed twice: " + e.getMessage());
        }
    }

    @Override
    public void connectionLost(Throwable cause) {
        ended.complete(String.valueOf(cause));
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        inbox.add(new Message(topic, ByteBuffer.wrap(message.getPayload()), message.getQos(), message.isRetained()));
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {}
}
