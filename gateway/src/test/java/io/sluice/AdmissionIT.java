package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.net.IoThreads;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in: limits by address, networks, bans, and the totals of the gateway. */
@Timeout(60)
class AdmissionIT {
    private static final byte[] CONNECT = Packets.connect(4);
    private static final String BEHIND_PROXY = "listener.client-address=x-forwarded-for";
    private static final String PROXY = "listener.trusted-proxies=127.0.0.1";
    private static final byte[] HALF_A_RECORD = Packets.hex("16 03 01 02 00 01 00 01 FC 03 03");

    private ScriptedBroker broker;
    private LogLines log;

    @BeforeEach
    void start() throws IOException {
        broker = new ScriptedBroker();
        log = new LogLines();
    }

    @AfterEach
    void stop() throws IOException {
        log.close();
        broker.close();
    }

    private static RawClient.Answer ask(RawClient client, String address) throws IOException {
        return client.send(
                        UpgradeRequest.VALID.plus("X-Forwarded-For: " + address).toString())
                .answer();
    }

    private static void assertRetryAfter(RawClient.Answer answer, int least) {
        assertThat(answer.header("Retry-After"))
                .singleElement()
                .satisfies(seconds -> assertThat(Integer.parseInt(seconds)).isBetween(least, 2 * least));
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {false, true})
    void refusesAConnectionTooMany(boolean tls) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, "address.mode=enforce", "address.connections=2");
                RawClient first = gateway.client(tls).upgrade();
                RawClient second = gateway.client(tls).upgrade()) {
            try (RawClient third = gateway.client(tls)) {
                RawClient.Answer answer =
                        third.send(UpgradeRequest.VALID.toString()).answer();

                assertThat(answer.status()).isEqualTo(429);
                assertThat(answer.body()).endsWith(".\n");
                assertRetryAfter(answer, 30);
                assertThat(log.await("handshake refused")).contains("reason=address-connections");
            }
            second.sendClose(1000);
            second.readToEnd();
            second.halfClose();
            log.await("ended cause=client-close");

            assertEventuallyUpgrades(gateway, tls);
            first.frame(RawClient.FIN | RawClient.PING, new byte[0]);
            assertThat(first.readFrame().first()).isEqualTo(RawClient.FIN | RawClient.PONG);
        }
    }

    /** The gateway's side of a closed connection may take a moment. */
    private static void assertEventuallyUpgrades(TestGateway gateway, boolean tls) throws IOException {
        for (int status = 0; status != 101; ) {
            try (RawClient next = gateway.client(tls)) {
                status = next.send(UpgradeRequest.VALID.toString()).answer().status();
                assertThat(status).isIn(101, 429, 503);
            }
        }
    }

    @Test
    void refusesOverTheRate() throws Exception {
        try (TestGateway gateway =
                TestGateway.start(broker, "address.mode=enforce", "address.connection-rate=1/s", "address.burst=1")) {
            try (RawClient first = gateway.plain().upgrade();
                    RawClient second = gateway.plain()) {
                RawClient.Answer answer =
                        second.send(UpgradeRequest.VALID.toString()).answer();

                assertThat(answer.status()).isEqualTo(429);
                assertRetryAfter(answer, 1);
                assertThat(log.await("handshake refused")).contains("reason=address-rate");
                assertThat(first.localAddress().getAddress().isLoopbackAddress())
                        .isTrue();
            }
        }
    }

    @Test
    void countsUntilConnectOnlyThoseThatHaveNotSentIt() throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, "address.mode=enforce", "address.awaiting-connect=1");
                RawClient connected = gateway.plain().open(CONNECT);
                Wire wire = broker.welcome(CONNECT)) {
            connected.readMqtt(4);
            try (RawClient silent = gateway.plain().upgrade();
                    RawClient next = gateway.plain()) {
                assertThat(next.send(UpgradeRequest.VALID.toString()).answer().status())
                        .isEqualTo(429);
                assertThat(log.await("handshake refused")).contains("reason=address-awaiting-connect");
                assertThat(silent.localAddress().getPort()).isPositive();
            }
            wire.send(Packets.PINGRESP);
            assertThat(connected.readMqtt(2)).isEqualTo(Packets.PINGRESP);
        }
    }

    @Test
    void halfHandshakesOfOneAddressLeaveTheOthersAlone() throws Exception {
        List<RawClient> slow = new ArrayList<>();
        try (TestGateway gateway = TestGateway.start(
                broker, "address.mode=enforce", "address.awaiting-connect=20", "address.connection-rate=unlimited")) {
            for (int i = 0; i < 400; i++) {
                RawClient half = RawClient.plain(gateway.secureAddress());
                slow.add(half);
                try {
                    half.send(HALF_A_RECORD);
                } catch (IOException closed) {
                    // it is over the limit, and over what waits for an answer
                }
            }
            log.await("connection closed, its address is refused");

            try (RawClient other = RawClient.from(InetAddress.getByName("127.0.0.2"), gateway.plainAddress())) {
                other.open(CONNECT);
                try (Wire wire = broker.welcome(CONNECT)) {
                    assertThat(other.readMqtt(4)).isEqualTo(Packets.connack(4));
                    wire.send(Packets.PINGRESP);
                    assertThat(other.readMqtt(2)).isEqualTo(Packets.PINGRESP);
                }
            }
        } finally {
            for (RawClient half : slow) {
                half.close();
            }
        }
    }

    @Test
    void slowRequestsOfOneAddressAreAnsweredOrClosedAndTheOthersServed() throws Exception {
        List<RawClient> slow = new ArrayList<>();
        try (TestGateway gateway = TestGateway.start(
                broker, "address.mode=enforce", "address.awaiting-connect=10", "listener.handshake-timeout=500ms")) {
            for (int i = 0; i < 50; i++) {
                RawClient half = gateway.plain();
                slow.add(half);
                half.send("GET /mqtt HTTP/1.1\r\nHost: loc");
            }
            try (RawClient same = gateway.plain();
                    RawClient other = RawClient.from(InetAddress.getByName("127.0.0.2"), gateway.plainAddress())) {
                assertThat(same.send(UpgradeRequest.VALID.toString()).answer().status())
                        .isEqualTo(429);
                other.upgrade();
            }
            for (RawClient half : slow) {
                half.readToEnd();
            }

            assertEventuallyUpgrades(gateway, false);
        } finally {
            for (RawClient half : slow) {
                half.close();
            }
        }
    }

    @Test
    void reportChangesNothingOnTheWire() throws Exception {
        List<List<String>> heads = new ArrayList<>();
        for (String connections : List.of("unlimited", "1")) {
            try (TestGateway gateway =
                            TestGateway.start(broker, "address.mode=report", "address.connections=" + connections);
                    RawClient first = gateway.plain().upgrade();
                    RawClient second = gateway.plain()) {
                heads.add(second.send(UpgradeRequest.VALID.toString()).answer().headers());
                second.mqtt(CONNECT);
                try (Wire wire = broker.welcome(CONNECT)) {
                    assertThat(second.readMqtt(4)).isEqualTo(Packets.connack(4));
                    wire.send(Packets.PINGRESP);
                    assertThat(second.readMqtt(2)).isEqualTo(Packets.PINGRESP);
                }
                first.sendClose(1000);
                assertThat(first.readFrame().closeCode()).isEqualTo(1000);
            }
        }

        assertThat(heads.get(1)).isEqualTo(heads.get(0));
    }

    @Test
    void countsIpv6AddressesByPrefixBehindAProxy() throws Exception {
        try (TestGateway gateway = TestGateway.start(
                        broker, BEHIND_PROXY, PROXY, "address.mode=enforce", "address.connections=1");
                RawClient one = gateway.plain();
                RawClient same = gateway.plain();
                RawClient other = gateway.plain();
                RawClient proxy = gateway.plain();
                RawClient proxyAgain = gateway.plain()) {
            assertThat(ask(one, "2001:db8:1:2::1").status()).isEqualTo(101);
            assertThat(ask(same, "2001:db8:1:2:ffff::9").status()).isEqualTo(429);
            assertThat(ask(other, "2001:db8:1:3::1").status()).isEqualTo(101);
            proxy.upgrade();
            proxyAgain.upgrade();
        }
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        "address.deny=192.0.2.0/24,    192.0.2.7,   403",
        "address.deny=192.0.2.0/24,    192.0.3.7,   101",
        "address.allow=192.0.2.0/24,   192.0.2.7,   101",
        "address.allow=192.0.2.0/24,   192.0.3.7,   403",
        "address.allow=2001:db8::/32,  2001:db8::1, 101"
    })
    void obeysNetworksInEitherMode(String setting, String address, int status) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, BEHIND_PROXY, PROXY, setting);
                RawClient client = gateway.plain()) {
            assertThat(ask(client, address).status()).isEqualTo(status);
        }
    }

    @ParameterizedTest(name = "tls {0}")
    @ValueSource(booleans = {false, true})
    void closesADeniedPeerAtAccept(boolean tls) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker, "address.deny=127.0.0.0/8");
                RawClient client = RawClient.plain(tls ? gateway.secureAddress() : gateway.plainAddress())) {
            assertThat(client.readToEnd().bytes()).isEmpty();
        }
    }

    @Test
    void reportRefusesNobodyAndTellsOnceASecond() throws Exception {
        try (TestGateway gateway = TestGateway.start(
                        broker, "address.connections=1", "address.connection-rate=1/s", "address.burst=1");
                RawClient first = gateway.plain().upgrade();
                RawClient second = gateway.plain().upgrade();
                RawClient third = gateway.plain().upgrade()) {
            assertThat(log.await("address over its limit")).contains("reason=address-connections");
            third.frame(RawClient.FIN | RawClient.PING, new byte[0]);
            assertThat(third.readFrame().first()).isEqualTo(RawClient.FIN | RawClient.PONG);
            assertThat(first.localAddress()).isNotEqualTo(second.localAddress());
        }
    }

    @Test
    void warnsOnceWhenMostClientsAreOneAddress() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (TestGateway gateway = TestGateway.start(broker)) {
            for (int i = 0; i < 110; i++) {
                clients.add(gateway.plain().upgrade());
            }

            assertThat(log.await("one address holds over half of")).contains("key=listener.client-address");
            assertThat(log.count("one address holds over half of")).isZero();
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void refusesABannedAddressAndEndsItsSessions() throws Exception {
        try (TestGateway gateway = TestGateway.start(broker);
                RawClient client = gateway.plain().open(CONNECT);
                Wire wire = broker.welcome(CONNECT)) {
            client.readMqtt(4);

            gateway.gateway().bans().ban(InetAddress.getLoopbackAddress(), Duration.ofMinutes(1), "test");
            gateway.gateway().endBanned();

            assertThat(client.readFrame().closeCode()).isEqualTo(1008);
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
            try (RawClient next = gateway.plain()) {
                assertThat(next.send(UpgradeRequest.VALID.toString()).answer().status())
                        .isEqualTo(403);
                assertThat(log.await("handshake refused")).contains("reason=banned");
            }
        }
    }

    @ParameterizedTest(name = "MQTT level {0}")
    @CsvSource({"4, 20 02 00 05", "5, 20"})
    void refusesABannedClientIdBeforeItDials(int level, String connack) throws Exception {
        try (TestGateway gateway = TestGateway.start(broker);
                RawClient client = gateway.plain()) {
            gateway.gateway().bans().ban("c1", Duration.ofMinutes(1), "test");

            client.open(Packets.connect(level));

            byte[] answer = client.readFrame().payload();
            assertThat(answer).startsWith(Packets.hex(connack));
            assertThat(answer[3] & 0xFF).isEqualTo(level == 4 ? 5 : 0x8A);
            assertThat(client.readFrame().closeCode()).isEqualTo(1008);
        }
        broker.assertUntouched();
    }

    @Test
    void refusesMoreThanMaxSessionsUntilOneEnds() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (TestGateway gateway = TestGateway.start(broker, "gateway.max-sessions=5")) {
            for (int i = 0; i < 5; i++) {
                clients.add(gateway.secure().upgrade());
            }
            for (int i = 0; i < 2; i++) {
                try (RawClient sixth = gateway.secure()) {
                    RawClient.Answer answer =
                            sixth.send(UpgradeRequest.VALID.toString()).answer();

                    assertThat(answer.status()).isEqualTo(503);
                    assertRetryAfter(answer, 10);
                }
            }
            assertThat(log.await("full: 5 sessions")).contains("key=gateway.max-sessions");
            assertThat(log.count("full: 5 sessions")).isZero();

            clients.remove(0).close();

            assertEventuallyUpgrades(gateway, true);
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void waitsWithAcceptingBeforeDescriptorsRunOut() throws Exception {
        long reserve = 128;
        List<RawClient> clients = new ArrayList<>();
        try (TestGateway gateway = TestGateway.start(
                IoThreads.mostBuffers(),
                reserve + 2 * 20,
                "cluster.brokers=" + broker.address(),
                "gateway.max-sessions=1000")) {
            for (int i = 0; i < 20; i++) {
                clients.add(gateway.plain().upgrade());
            }
            RawClient last = gateway.plain();
            clients.add(last);
            log.await("accepting pauses");
            last.upgrade();
            RawClient waiting = gateway.plain();
            clients.add(waiting);
            waiting.send(UpgradeRequest.VALID.toString());

            for (int i = 0; i < 5; i++) {
                clients.get(i).close();
            }

            assertThat(waiting.answer().status()).isEqualTo(101);
            log.await("accepting goes on");
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }
}
