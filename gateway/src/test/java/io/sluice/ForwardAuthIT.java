package io.sluice;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forward-auth: who is let in, who is not, and what happens when the service does not answer. */
@Timeout(30)
class ForwardAuthIT {
    private static final UpgradeRequest REQUEST = UpgradeRequest.VALID
            .path("/mqtt?token=t")
            .plus(
                    "Origin: http://localhost",
                    "Cookie: a=1; b=2",
                    "Authorization: Bearer secret",
                    "X-Forwarded-For: 6.6.6.6");

    private static WireMockServer service;
    private static ScriptedBroker broker;

    @BeforeAll
    static void start() throws IOException {
        service = new WireMockServer(WireMockConfiguration.options()
                .dynamicPort()
                .bindAddress("127.0.0.1")
                .jettyAcceptors(1));
        service.start();
        broker = new ScriptedBroker();
    }

    @AfterAll
    static void stop() throws IOException {
        service.stop();
        broker.close();
    }

    @BeforeEach
    void reset() {
        service.resetAll();
    }

    @Test
    void letsInAndTellsTheServiceWhatTheHandshakeTells() throws Exception {
        answer(aResponse().withStatus(204));
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain()) {
            assertThat(client.send(REQUEST.toString()).answer().status()).isEqualTo(101);

            client.mqtt(Packets.connect(4));
            try (Wire connection = broker.accept()) {
                assertThat(connection.readPacket()).isEqualTo(Packets.connect(4));
            }
        }
        service.verify(
                1,
                getRequestedFor(urlEqualTo("/auth?x=1"))
                        .withHeader("X-Forwarded-Method", equalTo("GET"))
                        .withHeader("X-Forwarded-Uri", equalTo("/mqtt?token=t"))
                        .withHeader("X-Forwarded-Host", equalTo("localhost"))
                        .withHeader("X-Forwarded-For", equalTo("127.0.0.1"))
                        .withHeader("Origin", equalTo("http://localhost"))
                        .withHeader("Cookie", equalTo("a=1; b=2"))
                        .withHeader("Authorization", equalTo("Bearer secret"))
                        .withHeader("Sec-WebSocket-Protocol", equalTo("mqtt"))
                        .withoutHeader("Upgrade"));
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({"200, 101", "299, 101", "302, 403", "403, 403", "404, 403", "429, 403", "500, 503", "503, 503"})
    void passesTheAnswerOn(int answer, int status) throws Exception {
        answer(aResponse().withStatus(answer).withHeader("Location", "/elsewhere"));
        try (TestGateway gateway = gateway()) {
            assertThat(status(gateway)).isEqualTo(status);
        }
        service.verify(1, getRequestedFor(anyUrl()));
    }

    @Test
    void passesChallengeOn() throws Exception {
        answer(aResponse().withStatus(401).withHeader("WWW-Authenticate", "Bearer realm=\"iot\""));
        try (TestGateway gateway = gateway();
                RawClient client = gateway.secure()) {
            RawClient.Answer answer = client.send(
                            REQUEST.set("Origin", "https://localhost").toString())
                    .answer();

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("WWW-Authenticate")).containsExactly("Bearer realm=\"iot\"");
        }
    }

    @ParameterizedTest(name = "fail={0}")
    @CsvSource({"closed, 503", "open, 101"})
    void failsClosedOrOpen(String fail, int status) throws Exception {
        try (TestGateway gateway = gateway("route.auth.fail=" + fail, "route.auth.timeout=100ms")) {
            answer(aResponse().withFixedDelay(10_000));
            assertThat(status(gateway)).isEqualTo(status);
            answer(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));
            assertThat(status(gateway)).isEqualTo(status);
            answer(aResponse().withStatus(500));
            assertThat(status(gateway)).isEqualTo(status);
        }
    }

    @Test
    void remembersAnswersForTheSameCredentialButNoFailure() throws Exception {
        try (TestGateway gateway = gateway("route.auth.cache=1m")) {
            answer(aResponse().withStatus(500));
            assertThat(status(gateway)).isEqualTo(503);
            answer(aResponse().withStatus(200));
            assertThat(status(gateway)).isEqualTo(101);
            answer(aResponse().withStatus(403));
            assertThat(status(gateway)).isEqualTo(101);

            assertThat(status(gateway, REQUEST.set("Authorization", "Bearer other")))
                    .isEqualTo(403);
        }
        service.verify(3, getRequestedFor(anyUrl()));
    }

    @ParameterizedTest(name = "first {0}, then {1}")
    @CsvSource({"token, none", "none, token"})
    @DisplayName("a browser's token may be a subprotocol: who shows another gets no answer that was for this one")
    void remembersNothingForAnotherSubprotocol(String first, String second) throws Exception {
        service.stubFor(any(anyUrl()).atPriority(2).willReturn(aResponse().withStatus(403)));
        service.stubFor(any(anyUrl())
                .atPriority(1)
                .withHeader("Sec-WebSocket-Protocol", equalTo("mqtt, token"))
                .willReturn(aResponse().withStatus(200)));
        try (TestGateway gateway = gateway("route.auth.cache=1m")) {
            for (String who : List.of(first, second)) {
                boolean shows = who.equals("token");
                assertThat(status(gateway, REQUEST.set("Sec-WebSocket-Protocol", shows ? "mqtt, token" : "mqtt")))
                        .as(who)
                        .isEqualTo(shows ? 101 : 403);
            }
        }
    }

    @Test
    void keepsChallengesWithinAKilobyte() throws Exception {
        answer(aResponse().withStatus(401).withHeader("WWW-Authenticate", "Basic", "x".repeat(1020)));
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain()) {
            assertThat(client.send(REQUEST.toString()).answer().header("WWW-Authenticate"))
                    .containsExactly("Basic");
        }
    }

    @Test
    @DisplayName("what the service writes stays within its quotes")
    void quotesWhatTheServiceSays() throws Exception {
        try (ServerSocket liar = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestGateway gateway =
                        TestGateway.start(broker, "route.auth.url=http://127.0.0.1:" + liar.getLocalPort() + "/");
                LogLines log = new LogLines();
                RawClient client = gateway.plain().send(REQUEST.toString())) {
            try (Socket asked = liar.accept()) {
                asked.getInputStream().read(new byte[4096]);
                asked.getOutputStream().write("HTX/9 \u001b[2J\" forged=yes \r\n\r\n".getBytes(UTF_8));
                assertThat(client.answer().status()).isEqualTo(503);
            }

            assertThat(log.await("forward-auth fails")).contains("HTX/9 \\u001b[2J\\\" forged=yes");
        }
    }

    /** Of 300 handshakes 256 may wait for an answer at a time. */
    @Test
    void boundsHowManyWaitForAnAnswer() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (ServerSocket silent = new ServerSocket(0, 300, InetAddress.getLoopbackAddress());
                TestGateway gateway = TestGateway.start(
                        broker,
                        "route.auth.url=http://127.0.0.1:" + silent.getLocalPort() + "/",
                        "route.auth.timeout=3s")) {
            for (int i = 0; i < 300; i++) {
                clients.add(gateway.plain().send(REQUEST.toString()));
            }

            int busy = 0;
            for (RawClient client : clients) {
                RawClient.Answer answer = client.answer();
                assertThat(answer.status()).isEqualTo(503);
                busy += answer.body().startsWith("Too many credentials") ? 1 : 0;
            }

            assertThat(busy).isBetween(1, 44);
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void survivesClientThatLeavesMeanwhile() throws Exception {
        answer(aResponse().withFixedDelay(200));
        try (TestGateway gateway = gateway();
                LogLines log = new LogLines()) {
            RawClient gone = gateway.plain().send(REQUEST.toString());
            gone.reset();

            assertThat(status(gateway)).isEqualTo(101);
            log.assertQuiet();
        }
    }

    @ParameterizedTest(name = "{0}, by {1}")
    @CsvSource({"plain, reset", "plain, end", "secure, reset", "secure, end"})
    @DisplayName("a client that leaves meanwhile: the service need not answer any more, and the place is free")
    void givesUpForClientThatLeavesMeanwhile(String listener, String how) throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                TestGateway gateway = TestGateway.start(
                        broker,
                        "gateway.max-sessions=1",
                        "route.auth.url=http://127.0.0.1:" + silent.getLocalPort() + "/",
                        "route.auth.timeout=25s")) {
            silent.setSoTimeout(Wire.PATIENCE_MILLIS);
            RawClient client = listener.equals("plain") ? gateway.plain() : gateway.secure();
            client.send(request(listener).toString());
            try (Socket question = silent.accept()) {
                question.setSoTimeout(Wire.PATIENCE_MILLIS);
                assertThat(question.getInputStream().read()).isEqualTo('G');

                if (how.equals("reset")) {
                    client.reset();
                } else {
                    client.close();
                }

                assertThat(question.getInputStream().readAllBytes()).isNotEmpty();
            }
            try (RawClient next = gateway.plain().send(REQUEST.toString());
                    Socket question = silent.accept()) {
                question.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(US_ASCII));
                assertThat(next.answer().status()).isEqualTo(101);
            }
        }
    }

    @Test
    void refusesFramesThatDoNotWaitForTheAnswer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                TestGateway gateway = TestGateway.start(
                        broker,
                        "route.auth.url=http://127.0.0.1:" + silent.getLocalPort() + "/",
                        "route.auth.timeout=25s");
                RawClient client = gateway.plain().send(REQUEST.toString());
                Socket question = silent.accept()) {
            client.mqtt(Packets.connect(4));

            assertThat(client.answer().status()).isEqualTo(400);
            question.setSoTimeout(Wire.PATIENCE_MILLIS);
            question.getInputStream().readAllBytes(); // it ends
        }
    }

    private static UpgradeRequest request(String listener) {
        return listener.equals("plain") ? REQUEST : REQUEST.set("Origin", "https://localhost");
    }

    @Test
    void asksNobodyForWhatIsRefusedAnyway() throws Exception {
        try (TestGateway gateway = gateway()) {
            assertThat(status(gateway, REQUEST.set("Origin", "http://evil.example")))
                    .isEqualTo(403);
        }
        service.verify(0, getRequestedFor(anyUrl()));
    }

    @Test
    void refusesHandshakeWithoutLiveBrokerAndTakesTheNextCluster() throws Exception {
        try (TestGateway gateway = TestGateway.start(
                "cluster.dead.brokers=broker.invalid:1883",
                "cluster.spare.brokers=" + broker.address(),
                "route.one.paths=/one",
                "route.one.clusters=dead",
                "route.two.paths=/two",
                "route.two.clusters=dead, spare")) {
            try (RawClient client = gateway.plain()) {
                RawClient.Answer answer = client.send(
                                UpgradeRequest.VALID.path("/one").toString())
                        .answer();
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.header("Retry-After")).hasSize(1);
            }
            try (RawClient client = gateway.plain()) {
                client.send(UpgradeRequest.VALID.path("/two").toString()).answer();
                client.mqtt(Packets.connect(4));
                try (Wire connection = broker.accept()) {
                    assertThat(connection.readPacket()).isEqualTo(Packets.connect(4));
                }
            }
        }
    }

    private static void answer(ResponseDefinitionBuilder answer) {
        service.stubFor(any(anyUrl()).willReturn(answer));
    }

    private static int status(TestGateway gateway) throws IOException {
        return status(gateway, REQUEST);
    }

    private static int status(TestGateway gateway, UpgradeRequest request) throws IOException {
        try (RawClient client = gateway.plain()) {
            return client.send(request.toString()).answer().status();
        }
    }

    private static TestGateway gateway(String... more) {
        String[] all = Arrays.copyOf(more, more.length + 1);
        all[more.length] = "route.auth.url=http://127.0.0.1:" + service.port() + "/auth?x=1";
        return TestGateway.start(broker, all);
    }
}
