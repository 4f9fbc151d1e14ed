package io.sluice.loadtest;

import static io.sluice.loadtest.RealClient.PATIENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.sluice.config.HostPort;
import io.sluice.loadtest.MqttSocket.Ending;
import io.sluice.loadtest.MqttSocket.Packet;
import io.sluice.loadtest.RealClient.Message;
import io.sluice.loadtest.RealClient.Options;
import io.sluice.loadtest.RealClient.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What other people's clients get through the gateway, over TLS, from any broker. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
abstract class ClientsThroughGateway {
    private static final Duration QUIET = Duration.ofMillis(300);
    private static final int MESSAGES = 20;
    private static final int FIVE_MB = 5 << 20;
    private static final int CROWD = 500;
    /** Of the crowd, those that shake hands at a time: both ends of TLS are in this process. */
    private static final int HANDSHAKES = 100;

    private static final int WILL_FLAG = 0x04;
    private static final int CLEAN_START = 0x02;

    /** Bulk is not held back; a broker that looks at its keep alives every five seconds, as old mosquittos do, is first. */
    private static final List<String> SETTINGS = List.of("limit.bytes.rate=unlimited", "limit.keep-alive.grace=20s");

    private final AtomicInteger ids = new AtomicInteger();
    private TestBroker broker;
    private Demo gateway;

    @TempDir
    static Path certificates;

    /** A broker of this kind, running. */
    abstract TestBroker startBroker() throws Exception;

    @BeforeAll
    void start() throws Exception {
        broker = startBroker();
        gateway = gatewayTo(broker);
    }

    @AfterAll
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private Demo gatewayTo(TestBroker target) throws Exception {
        return Demo.start(certificates, List.of(new HostPort("127.0.0.1", 0)), Optional.of(target.address()), SETTINGS);
    }

    static Stream<Arguments> versionsAndQos() {
        return Stream.of(Version.values())
                .flatMap(version -> Stream.of(0, 1, 2).map(qos -> Arguments.of(version, qos)));
    }

    @ParameterizedTest(name = "{0}, QoS {1}")
    @MethodSource("versionsAndQos")
    void deliversEachMessageOnceAndInOrder(Version version, int qos) throws Exception {
        String topic = unique("order");
        try (RealClient client = connected(version, Options.clean(unique("client")))) {
            client.subscribe(topic, qos);

            for (int i = 0; i < MESSAGES; i++) {
                client.publish(topic, bytes("message " + i), qos, false);
            }

            for (int i = 0; i < MESSAGES; i++) {
                Message message = client.next(PATIENCE);
                assertThat(message).isEqualTo(new Message(topic, ByteBuffer.wrap(bytes("message " + i)), qos, false));
            }
            assertThatThrownBy(() -> client.next(QUIET)).isInstanceOf(TimeoutException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void handsARetainedMessageToALaterSubscriber(Version version) throws Exception {
        String topic = unique("retained");
        try (RealClient publisher = connected(version, Options.clean(unique("publisher")));
                RealClient subscriber = connected(version, Options.clean(unique("subscriber")))) {
            publisher.publish(topic, bytes("kept"), 1, true);

            subscriber.subscribe(topic, 1);

            Message message = subscriber.next(PATIENCE);
            assertThat(text(message)).isEqualTo("kept");
            assertThat(message.retained()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void deliversToAPersistentSessionWhatCameMeanwhile(Version version) throws Exception {
        String topic = unique("persistent");
        Options persistent = new Options(unique("sleeper"), false, 60);
        try (RealClient before = version.client(gateway, persistent);
                RealClient publisher = connected(version, Options.clean(unique("publisher")));
                RealClient after = version.client(gateway, persistent)) {
            before.connect();
            before.subscribe(topic, 1);
            before.disconnect();
            publisher.publish(topic, bytes("meanwhile"), 1, false);

            boolean present = after.connect();

            // MQTT 3.1 has no Session Present flag: what stands there is the broker's affair
            assertThat(present || version == Version.MQTT_3_1)
                    .as("session present")
                    .isTrue();
            assertThat(text(after.next(PATIENCE))).isEqualTo("meanwhile");
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void carriesFiveMegabytesUnaltered(Version version) throws Exception {
        String topic = unique("large");
        byte[] payload = new byte[FIVE_MB];
        new Random(FIVE_MB).nextBytes(payload);
        try (RealClient client = connected(version, Options.clean(unique("client")))) {
            client.subscribe(topic, 1);

            client.publish(topic, payload, 1, false);

            assertThat(client.next(PATIENCE).payload().equals(ByteBuffer.wrap(payload)))
                    .as("payload equal")
                    .isTrue();
        }
    }

    @Test
    void carriesThePropertiesOfMqtt5BothWays() throws Exception {
        String topic = unique("properties");
        try (HiveMq5Client client = new HiveMq5Client(gateway, Options.clean(unique("client")))) {
            client.connect();
            client.subscribe(topic, 1);
            Mqtt5Publish sent = Mqtt5Publish.builder()
                    .topic(topic)
                    .payload(bytes("{}"))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .messageExpiryInterval(100)
                    .payloadFormatIndicator(Mqtt5PayloadFormatIndicator.UTF_8)
                    .contentType("application/json")
                    .responseTopic("answers/here")
                    .correlationData(new byte[] {1, 0, 2})
                    .userProperties()
                    .add("first", "1")
                    .add("first", "2")
                    .applyUserProperties()
                    .build();

            client.library().publish(sent).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);

            Mqtt5Publish received = client.nextPublish();
            assertThat(received.getContentType()).isEqualTo(sent.getContentType());
            assertThat(received.getResponseTopic()).isEqualTo(sent.getResponseTopic());
            assertThat(received.getCorrelationData()).isEqualTo(sent.getCorrelationData());
            assertThat(received.getUserProperties()).isEqualTo(sent.getUserProperties());
            assertThat(received.getPayloadFormatIndicator()).isEqualTo(sent.getPayloadFormatIndicator());
            assertThat(received.getMessageExpiryInterval().orElse(0)).isBetween(95L, 100L);
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.4-2] (3.1.1), [MQTT-3.1.4-3] (5.0): a second client of the same id takes over")
    void passesATakeoverOnToTheFirstClient() throws Exception {
        for (Version version : Version.values()) {
            Options options = Options.clean(unique("twin"));
            try (MqttSocket first = raw(version.level(), options.clientId(), 0);
                    RealClient second = version.client(gateway, options)) {

                second.connect();

                if (version == Version.MQTT_5) {
                    // Artemis says it (1000); mosquitto 2.0.11 just closes, and the gateway says it (1014)
                    assertThat(reasonOf(first.next(MqttPackets.DISCONNECT, PATIENCE)))
                            .isEqualTo(0x8E);
                    assertThat(endingOf(first).code()).isIn(1000, 1014);
                } else {
                    assertThat(endingOf(first).code()).isEqualTo(1014);
                }
            }
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.2-8] (3.1.1), [MQTT-3.1.2-10] (5.0): the Will, once, of who was lost")
    void publishesTheWillOfALostClientAndNoneAfterDisconnect() throws Exception {
        for (Version version : Version.values()) {
            String topic = unique("will");
            try (RealClient witness = connected(version, Options.clean(unique("witness")));
                    MqttSocket polite = rawWithWill(version.level(), topic, "polite");
                    MqttSocket lost = rawWithWill(version.level(), topic, "lost")) {
                witness.subscribe(topic, 1);

                polite.send(MqttPackets.disconnect());
                assertThat(endingOf(polite).code()).isEqualTo(1000);
                lost.abort();

                assertThat(text(witness.next(PATIENCE))).isEqualTo("lost");
                assertThatThrownBy(() -> witness.next(QUIET)).isInstanceOf(TimeoutException.class);
            }
        }
    }

    @Test
    void keepsQuietClientsThatPingInTime() throws Exception {
        int keepAliveSeconds = 1;
        Duration severalPeriods = Duration.ofMillis(3500);
        List<RealClient> clients = new ArrayList<>();
        try {
            for (Version version : Version.values()) {
                RealClient client = version.client(gateway, new Options(unique("quiet"), true, keepAliveSeconds));
                clients.add(client);
                client.connect();
            }

            CompletableFuture<Object> anyEnded = CompletableFuture.anyOf(
                    clients.stream().map(RealClient::ended).toArray(CompletableFuture[]::new));

            assertThatThrownBy(() -> anyEnded.get(severalPeriods.toMillis(), TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
        } finally {
            clients.forEach(RealClient::close);
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.2-24] (3.1.1), [MQTT-3.1.2-22] (5.0): silence beyond one and a half keep alives")
    void endsClientsWhoseKeepAliveExpires() throws Exception {
        try (MqttSocket v3 = raw(3, unique("silent"), 1);
                MqttSocket v4 = raw(4, unique("silent"), 1);
                MqttSocket v5 = raw(5, unique("silent"), 1)) {

            Packet goodbye = v5.next(MqttPackets.DISCONNECT, Duration.ofSeconds(15));

            // mosquitto says why; Artemis just closes, which the gateway reports as its loss
            assertThat(reasonOf(goodbye)).isIn(0x8D, 0x80);
            assertThat(endingOf(v3).code()).isEqualTo(1014);
            assertThat(endingOf(v4).code()).isEqualTo(1014);
            assertThat(endingOf(v5).code()).isIn(1000, 1014);
        }
    }

    @Test
    void tellsClientsThatTheBrokerIsLost() throws Exception {
        try (TestBroker doomed = startBroker();
                Demo front = gatewayTo(doomed);
                MqttSocket v4 = raw(front, 4, unique("orphan"), 0);
                MqttSocket v5 = raw(front, 5, unique("orphan"), 0);
                RealClient real = Version.MQTT_5.client(front, Options.clean(unique("orphan")))) {
            real.connect();

            doomed.kill();

            // a broker that stops in order says so itself (0x8B); of one that is lost the gateway says 0x80
            assertThat(reasonOf(v5.next(MqttPackets.DISCONNECT, PATIENCE))).isIn(0x80, 0x8B);
            assertThat(endingOf(v5).code()).isIn(1000, 1014);
            assertThat(endingOf(v4).code()).isEqualTo(1014);
            assertThat(real.ended().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                    .isNotEmpty();
        }
    }

    @Test
    void holdsBackForASlowClientAndLosesNothing() throws Exception {
        String topic = unique("slow");
        int messages = 48;
        byte[] payload = new byte[512 << 10];
        try (MqttSocket slow = raw(4, unique("slow"), 0);
                RealClient publisher = connected(Version.MQTT_3_1_1, Options.clean(unique("fast")))) {
            slow.send(MqttPackets.subscribe(4, topic, 0));
            slow.next(MqttPackets.SUBACK, PATIENCE);
            slow.pause();
            for (int i = 0; i < messages; i++) {
                ByteBuffer.wrap(payload).putInt(i);
                publisher.publish(topic, payload, 1, false);
            }

            slow.resume();

            int header = 2 + topic.length();
            for (int i = 0; i < messages; i++) {
                Packet packet = slow.next(MqttPackets.PUBLISH, PATIENCE);
                assertThat(packet.body().getInt(header)).isEqualTo(i);
                assertThat(packet.body().limit()).isEqualTo(header + payload.length);
            }
        }
    }

    @Test
    void servesHundredsOfClientsAtOnce() throws Exception {
        var http = gateway.trust().httpClient();
        List<MqttSocket> crowd = new ArrayList<>();
        while (crowd.size() < CROWD) {
            List<CompletableFuture<MqttSocket>> opening = new ArrayList<>();
            for (int i = 0; i < HANDSHAKES; i++) {
                opening.add(MqttSocket.open(http, gateway.mqtt()));
            }
            List<MqttSocket> opened = new ArrayList<>();
            for (CompletableFuture<MqttSocket> each : opening) {
                opened.add(each.get(30, TimeUnit.SECONDS));
            }
            int first = crowd.size(); // who waits for all others to come would be too late with CONNECT
            each(opened, i -> MqttPackets.connect(4, "crowd-" + (first + i), 60), MqttPackets.CONNACK);
            crowd.addAll(opened);
        }

        each(crowd, i -> MqttPackets.subscribe(4, "crowd/" + i, 0), MqttPackets.SUBACK);
        List<Packet> echoes =
                each(crowd, i -> MqttPackets.publish(4, "crowd/" + i, bytes("echo " + i)), MqttPackets.PUBLISH);

        for (int i = 0; i < CROWD; i++) {
            assertThat(UTF_8.decode(echoes.get(i).body().duplicate()).toString())
                    .endsWith("crowd/" + i + "echo " + i);
        }
        for (MqttSocket socket : crowd) {
            socket.send(MqttPackets.disconnect());
        }
        assertThat(endingOf(crowd.get(0)).code()).isEqualTo(1000);
        assertThat(endingOf(crowd.get(CROWD - 1)).code()).isEqualTo(1000);
    }

    private interface PacketOf {
        byte[] client(int number);
    }

    /** Sends a packet from each client, then takes each client's answer. */
    private static List<Packet> each(List<MqttSocket> clients, PacketOf packet, int answer) throws Exception {
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).send(packet.client(i));
        }
        List<Packet> answers = new ArrayList<>();
        for (MqttSocket client : clients) {
            answers.add(client.next(answer, Duration.ofSeconds(30)));
        }
        return answers;
    }

    private RealClient connected(Version version, Options options) throws Exception {
        RealClient client = version.client(gateway, options);
        client.connect();
        return client;
    }

    private MqttSocket raw(int level, String clientId, int keepAliveSeconds) throws Exception {
        return raw(gateway, level, clientId, keepAliveSeconds);
    }

    private static MqttSocket raw(Demo front, int level, String clientId, int keepAliveSeconds) throws Exception {
        return accepted(front, MqttPackets.connect(level, clientId, keepAliveSeconds));
    }

    private MqttSocket rawWithWill(int level, String topic, String message) throws Exception {
        byte[] connect = MqttPackets.packet(
                0x10,
                MqttPackets.connectHeader(level, CLEAN_START | WILL_FLAG, 0),
                MqttPackets.string(unique("mortal")),
                MqttPackets.noProperties(level),
                MqttPackets.string(topic),
                MqttPackets.string(message));
        return accepted(gateway, connect);
    }

    private static MqttSocket accepted(Demo front, byte[] connect) throws Exception {
        MqttSocket socket = MqttSocket.open(front.trust().httpClient(), front.mqtt())
                .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        socket.send(connect);
        assertThat(socket.next(MqttPackets.CONNACK, PATIENCE).body().get(1))
                .as("CONNACK code")
                .isZero();
        return socket;
    }

    private static Ending endingOf(MqttSocket socket) throws Exception {
        try {
            return socket.ending().get(15, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IOException("the connection is still open", e);
        }
    }

    private static int reasonOf(Packet disconnect) {
        return disconnect.body().get(0) & 0xFF;
    }

    private String unique(String name) {
        return name + "-" + ids.incrementAndGet();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(Message message) {
        return UTF_8.decode(message.payload().duplicate()).toString();
    }
}
