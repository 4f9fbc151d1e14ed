package io.sluice;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.moreThanOrExactly;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.MinVersion;
import io.sluice.tls.DevCertificates;
import io.sluice.tls.TlsBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checks of brokers, and what follows from them. */
@Timeout(30)
class HealthIT {
    private static final byte[] LOCAL = Packets.hex("0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A 20 00 00 00");
    private static final byte[] ACCEPTED = Packets.hex("20 02 00 00");
    private static final byte[] UNAVAILABLE = Packets.hex("20 02 00 03");
    private static final byte[] NOT_AUTHORIZED = Packets.hex("20 02 00 05");

    @TempDir
    static Path certificates;

    /** Two good checks bring a broker back, two bad ones take it out. */
    private static TestGateway gateway(ScriptedBroker broker, String... more) {
        List<String> all = new ArrayList<>(List.of(more));
        all.addAll(List.of(
                "cluster.health.interval=100ms",
                "cluster.health.timeout=10s",
                "cluster.health.fall=2",
                "cluster.health.rise=2"));
        return TestGateway.start(broker, all.toArray(String[]::new));
    }

    /** The status that a handshake is answered with. */
    private static int handshake(TestGateway gateway) throws IOException {
        try (RawClient client = gateway.plain()) {
            return client.send(UpgradeRequest.VALID.toString()).answer().status();
        }
    }

    /** Answers one check by MQTT; what it said in front of and with its CONNECT. */
    private static byte[] answer(ScriptedBroker broker, int header, byte[] connack) throws IOException {
        try (Wire check = broker.accept()) {
            byte[] before = check.read(header);
            byte[] connect = check.readPacket();
            check.send(connack);
            boolean accepts = connack.length > 0 && connack[3] == 0;
            if (accepts) {
                assertThat(check.readPacket()).isEqualTo(Packets.DISCONNECT);
            }
            if (connack.length > 0) {
                assertThat(check.readToEnd().bytes()).isEmpty();
            }
            return Packets.concat(before, connect);
        }
    }

    private static String clientId(byte[] connect) {
        return new String(connect, 14, connect.length - 14, US_ASCII);
    }

    @Test
    @DisplayName("tcp: a broker that takes no connections is taken out, a handshake gets 503, and it comes back")
    void looksForAConnection() throws Exception {
        ScriptedBroker broker = new ScriptedBroker();
        try (LogLines log = new LogLines();
                TestGateway gateway = gateway(broker, "cluster.health.type=tcp")) {
            try (Wire check = broker.accept()) {
                assertThat(check.readToEnd())
                        .as("a connection and nothing else")
                        .isEqualTo(new Wire.Rest(new byte[0], Wire.End.FIN));
            }
            assertThat(handshake(gateway)).isEqualTo(101);

            int port = broker.port();
            broker.close();
            assertThat(log.await("broker not well")).contains("broker=127.0.0.1:" + port, "cluster.health.fall");
            assertThat(handshake(gateway)).isEqualTo(503);

            broker = ScriptedBroker.at(port);
            assertThat(log.await("broker well again")).contains("broker=127.0.0.1:" + port);
            assertThat(handshake(gateway)).isEqualTo(101);
        } finally {
            broker.close();
        }
    }

    @Test
    @DisplayName(
            "mqtt: CONNECT with a client id of its own, CONNACK, DISCONNECT; a refusal is an answer, unavailable is not")
    void asksByMqtt() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                LogLines log = new LogLines();
                TestGateway gateway = gateway(broker, "cluster.health.type=mqtt")) {
            String id = clientId(answer(broker, 0, ACCEPTED));
            assertThat(id).startsWith("sluice").hasSizeBetween(10, 23);
            assertThat(clientId(answer(broker, 0, NOT_AUTHORIZED)))
                    .as("the same each time")
                    .isEqualTo(id);
            answer(broker, 0, NOT_AUTHORIZED);
            answer(broker, 0, NOT_AUTHORIZED);
            log.assertQuiet();
            assertThat(handshake(gateway)).isEqualTo(101);

            answer(broker, 0, UNAVAILABLE);
            answer(broker, 0, UNAVAILABLE);
            assertThat(log.await("broker not well")).contains("server unavailable");
            assertThat(handshake(gateway)).isEqualTo(503);

            answer(broker, 0, ACCEPTED);
            answer(broker, 0, new byte[0]);
            answer(broker, 0, ACCEPTED);
            answer(broker, 0, ACCEPTED);
            log.await("broker well again");
            assertThat(handshake(gateway)).isEqualTo(101);
        }
    }

    @Test
    void takesOutABrokerThatDoesNotSpeakMqtt() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                LogLines log = new LogLines();
                TestGateway gateway = gateway(broker, "cluster.health.type=mqtt")) {
            for (int i = 0; i < 2; i++) {
                try (Wire check = broker.accept()) {
                    check.readPacket();
                    check.send("HTTP/1.1 400\r\n".getBytes(US_ASCII));
                }
            }

            assertThat(log.await("broker not well")).contains("no CONNACK");
            assertThat(handshake(gateway)).isEqualTo(503);
        }
    }

    @Test
    void takesOutABrokerThatDoesNotAnswerInTime() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                LogLines log = new LogLines();
                TestGateway gateway = TestGateway.start(
                        broker,
                        "cluster.health.type=mqtt",
                        "cluster.health.interval=100ms",
                        "cluster.health.timeout=100ms",
                        "cluster.health.fall=1")) {
            assertThat(log.await("broker not well")).contains("no CONNACK within 100 ms", "cluster.health.timeout");
            assertThat(handshake(gateway)).isEqualTo(503);
        }
    }

    @Test
    @DisplayName(
            "with PROXY headers the check is by MQTT and says LOCAL; who does not expect a header is named with the key")
    void noticesABrokerThatExpectsNoHeader() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                LogLines log = new LogLines();
                TestGateway gateway = gateway(broker, "cluster.send-proxy-protocol=v2")) {
            assertThat(answer(broker, LOCAL.length, ACCEPTED)).startsWith(LOCAL);
            log.assertQuiet();

            answer(broker, LOCAL.length, new byte[0]);
            assertThat(answer(broker, 0, ACCEPTED)).as("a second look, without").startsWith(0x10);
            assertThat(log.await("does not expect a PROXY header"))
                    .contains("broker=" + broker.address(), "cluster.send-proxy-protocol=off");

            answer(broker, LOCAL.length, new byte[0]);
            log.await("broker not well");
            assertThat(handshake(gateway)).isEqualTo(503);
            assertThat(log.count("does not expect")).as("told once").isZero();
        }
    }

    @Test
    void saysLocalInFrontOfAConnectionToo() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker()) {
            try (TestGateway gateway = gateway(broker, "cluster.health.type=tcp", "cluster.send-proxy-protocol=v2");
                    Wire check = broker.accept()) {
                assertThat(gateway.gateway().sessions()).isZero();
                assertThat(check.readToEnd()).isEqualTo(new Wire.Rest(LOCAL, Wire.End.FIN));
            }
        }
        try (ScriptedBroker broker = new ScriptedBroker();
                TestGateway gateway = gateway(broker, "cluster.health.type=tcp", "cluster.send-proxy-protocol=v1");
                Wire check = broker.accept()) {
            assertThat(gateway.gateway().sessions()).isZero();
            assertThat(check.readToEnd())
                    .isEqualTo(new Wire.Rest("PROXY UNKNOWN\r\n".getBytes(US_ASCII), Wire.End.FIN));
        }
    }

    @Test
    void checksByTlsWhereClientsComeByTls() throws Exception {
        DevCertificates.writeTo(certificates);
        TlsBundle tls = TlsBundle.load(List.of(new TlsConfig(
                "broker",
                certificates.resolve("server.crt"),
                certificates.resolve("server.key"),
                Optional.empty(),
                MinVersion.TLS_1_2)));
        try (ScriptedBroker broker = new ScriptedBroker(tls);
                LogLines log = new LogLines();
                TestGateway gateway = gateway(
                        broker,
                        "cluster.health.type=mqtt",
                        "cluster.tls=on",
                        "cluster.tls.ca=" + certificates.resolve("ca.crt"))) {
            answer(broker, 0, ACCEPTED);
            answer(broker, 0, ACCEPTED);
            assertThat(handshake(gateway)).isEqualTo(101);
            log.assertQuiet();
        }
    }

    @Test
    @DisplayName("http: 2xx is well; 503, a redirect and no answer are not, and the broker falls and rises with them")
    void asksTheHealthUrl() throws Exception {
        WireMockServer service = new WireMockServer(WireMockConfiguration.options()
                .dynamicPort()
                .bindAddress("127.0.0.1")
                .jettyAcceptors(1));
        service.start();
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(204)));
        try (ScriptedBroker broker = new ScriptedBroker();
                LogLines log = new LogLines();
                TestGateway gateway = gateway(
                        broker,
                        "cluster.health.type=http",
                        "cluster.health.url=http://{host}:" + service.port() + "/health?q=1")) {
            awaitChecks(service, 3);
            assertThat(handshake(gateway)).isEqualTo(101);

            service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(503)));
            assertThat(log.await("broker not well")).contains("its health URL answers 503");
            assertThat(handshake(gateway)).isEqualTo(503);

            service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(200).withBody("fine")));
            log.await("broker well again");
            assertThat(handshake(gateway)).isEqualTo(101);

            service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(302).withHeader("Location", "/other")));
            assertThat(log.await("broker not well")).contains("its health URL answers 302");

            service.stubFor(any(anyUrl()).willReturn(aResponse()));
            log.await("broker well again");
            service.stop();
            assertThat(log.await("broker not well")).contains("its health URL is not reached");
            assertThat(handshake(gateway)).isEqualTo(503);
            broker.assertUntouched();
        } finally {
            service.stop();
        }
    }

    private static void awaitChecks(WireMockServer service, int count) {
        long end = System.nanoTime() + Wire.PATIENCE_MILLIS * 1_000_000L;
        while (service.findAll(getRequestedFor(urlEqualTo("/health?q=1"))).size() < count) {
            assertThat(System.nanoTime() - end).as("checks in time").isNegative();
            Thread.onSpinWait();
        }
        service.verify(moreThanOrExactly(count), getRequestedFor(urlEqualTo("/health?q=1")));
    }
}
