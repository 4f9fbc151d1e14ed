package io.sluice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The door: what a handshake must be, and how each other one is refused. */
@Timeout(30)
class HandshakeIT {
    private static final UpgradeRequest VALID = UpgradeRequest.VALID;

    private static ScriptedBroker broker;
    private static TestGateway gateway;
    private LogLines log;

    @BeforeAll
    static void start() throws IOException {
        broker = new ScriptedBroker();
        gateway = TestGateway.start(
                broker,
                "route.wide.paths=/any",
                "route.wide.origins=any",
                "route.strict.paths=/strict",
                "route.strict.origins=https://app.example.com, https://*.example.org",
                "route.strict.origin-absent=deny",
                "route.main.paths=/mqtt, /a b",
                "route.hosted.paths=/hosted",
                "route.hosted.hosts=mqtt.example.com");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        broker.close();
    }

    @BeforeEach
    void listen() {
        log = new LogLines();
    }

    /** Whatever was sent, nobody is woken for it. */
    @AfterEach
    void assertQuiet() {
        log.assertQuiet();
        log.close();
    }

    static Stream<Arguments> accepted() {
        return Stream.of(
                arguments("the example of RFC 6455", VALID, "mqtt"),
                arguments("Upgrade in capitals", VALID.set("Upgrade", "WebSocket"), "mqtt"),
                arguments("Connection with another token", VALID.set("Connection", "keep-alive, Upgrade"), "mqtt"),
                arguments(
                        "Connection in two lines",
                        VALID.set("Connection", "keep-alive").plus("Connection: upgrade"),
                        "mqtt"),
                arguments("mqtt after the legacy name", VALID.set("Sec-WebSocket-Protocol", "mqttv3.1, mqtt"), "mqtt"),
                arguments(
                        "subprotocols in two lines",
                        VALID.set("Sec-WebSocket-Protocol", "mqttv3.1").plus("Sec-WebSocket-Protocol: mqtt"),
                        "mqtt"),
                arguments("only the legacy name", VALID.set("Sec-WebSocket-Protocol", "mqttv3.1"), "mqttv3.1"),
                arguments("an unknown name first", VALID.set("Sec-WebSocket-Protocol", "wamp,mqtt"), "mqtt"),
                arguments("Content-Length of zero", VALID.plus("Content-Length: 0"), "mqtt"),
                arguments(
                        "an extension is not taken",
                        VALID.plus("Sec-WebSocket-Extensions: permessage-deflate"),
                        "mqtt"),
                arguments("a query", VALID.path("/mqtt?token=1"), "mqtt"),
                arguments("an encoded letter", VALID.path("/%6dqtt"), "mqtt"),
                arguments("an encoded blank", VALID.path("/a%20b"), "mqtt"),
                arguments("same origin", VALID.plus("Origin: https://localhost"), "mqtt"),
                arguments("same origin, default port written", VALID.plus("Origin: https://localhost:443"), "mqtt"),
                arguments(
                        "same origin, other port",
                        VALID.set("Host", "localhost:8443").plus("Origin: https://localhost:8443"),
                        "mqtt"),
                arguments("same origin, IPv6", VALID.set("Host", "[::1]:84").plus("Origin: https://[::1]:84"), "mqtt"),
                arguments("any origin", VALID.path("/any").plus("Origin: https://evil.example"), "mqtt"),
                arguments("any origin, opaque", VALID.path("/any").plus("Origin: null"), "mqtt"),
                arguments("a listed origin", VALID.path("/strict").plus("Origin: https://app.example.com"), "mqtt"),
                arguments("a wildcard's origin", VALID.path("/strict").plus("Origin: https://a.b.example.org"), "mqtt"),
                arguments("the route's host", VALID.path("/hosted").set("Host", "MQTT.example.com:8443"), "mqtt"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    @DisplayName("RFC 6455 4.2.2, [MQTT-6.0.0-4]: a good handshake is answered with 101 and one subprotocol")
    void upgrades(String meaning, UpgradeRequest request, String subprotocol) throws Exception {
        try (RawClient client = gateway.secure()) {
            RawClient.Answer answer = client.send(request.toString()).answer();

            assertThat(answer.status()).isEqualTo(101);
            assertThat(answer.header("Upgrade")).containsExactly("websocket");
            assertThat(answer.header("Connection")).singleElement().asString().isEqualToIgnoringCase("upgrade");
            assertThat(answer.header("Sec-WebSocket-Accept")).containsExactly(UpgradeRequest.ACCEPT);
            assertThat(answer.header("Sec-WebSocket-Protocol")).containsExactly(subprotocol);
            assertThat(answer.header("Sec-WebSocket-Extensions")).isEmpty();
            assertThat(answer.header("Content-Length")).isEmpty();
        }
    }

    static Stream<Arguments> refused() {
        UpgradeRequest strict = VALID.path("/strict");
        return Stream.of(
                arguments("HTTP/1.0", VALID.withLine("GET /mqtt HTTP/1.0"), 426, "not-upgrade"),
                arguments("method in small letters", VALID.withLine("get /mqtt HTTP/1.1"), 405, "method"),
                arguments("POST", VALID.withLine("POST /mqtt HTTP/1.1"), 405, "method"),
                arguments("CONNECT", VALID.withLine("CONNECT /mqtt HTTP/1.1"), 405, "method"),
                arguments("no Upgrade", VALID.without("Upgrade"), 426, "not-upgrade"),
                arguments("no Connection", VALID.without("Connection"), 426, "not-upgrade"),
                arguments("Connection: close", VALID.set("Connection", "close"), 426, "not-upgrade"),
                arguments("Upgrade: h2c", VALID.set("Upgrade", "h2c"), 426, "not-upgrade"),
                arguments(
                        "a plain GET",
                        new UpgradeRequest(VALID.line(), List.of("Host: localhost")),
                        426,
                        "not-upgrade"),
                arguments("version 7", VALID.set("Sec-WebSocket-Version", "7"), 426, "websocket-version"),
                arguments("version 8", VALID.set("Sec-WebSocket-Version", "8"), 426, "websocket-version"),
                arguments("no version", VALID.without("Sec-WebSocket-Version"), 426, "websocket-version"),
                arguments("version twice", VALID.plus("Sec-WebSocket-Version: 13"), 426, "websocket-version"),
                arguments("key of 15 bytes", key("AAAAAAAAAAAAAAAAAAAA"), 400, "websocket-key"),
                arguments("key of 17 bytes", key("AAAAAAAAAAAAAAAAAAAAAAA="), 400, "websocket-key"),
                arguments("key that is no base64", key("************************"), 400, "websocket-key"),
                arguments("key with blanks in it", key("dGhlIHNhbXBsZSBu  25jZQ=="), 400, "websocket-key"),
                arguments("no key", VALID.without("Sec-WebSocket-Key"), 400, "websocket-key"),
                arguments("key twice", VALID.plus("Sec-WebSocket-Key: " + UpgradeRequest.KEY), 400, "websocket-key"),
                arguments("no subprotocol", VALID.without("Sec-WebSocket-Protocol"), 400, "subprotocol"),
                arguments("another subprotocol", VALID.set("Sec-WebSocket-Protocol", "wamp"), 400, "subprotocol"),
                arguments("MQTT in capitals", VALID.set("Sec-WebSocket-Protocol", "MQTT"), 400, "subprotocol"),
                arguments("empty subprotocol", VALID.set("Sec-WebSocket-Protocol", ""), 400, "subprotocol"),
                arguments("a body", VALID.plus("Content-Length: 1"), 400, "body"),
                arguments("Transfer-Encoding", VALID.plus("Transfer-Encoding: chunked"), 400, "body"),
                arguments("Expect", VALID.plus("Expect: 100-continue"), 400, "body"),
                arguments("a folded line", VALID.plus("X-Long: one", " two"), 400, "folded-header"),
                arguments("a line folded by a tab", VALID.plus("X-Long: one", "\ttwo"), 400, "folded-header"),
                arguments("a foreign Origin", VALID.plus("Origin: https://evil.example"), 403, "origin"),
                arguments("an opaque Origin", VALID.plus("Origin: null"), 403, "origin"),
                arguments("an empty Origin", VALID.plus("Origin: "), 403, "origin"),
                arguments("an unparsable Origin", VALID.plus("Origin: https://local host"), 403, "origin"),
                arguments("an Origin with a path", VALID.plus("Origin: https://localhost/x"), 403, "origin"),
                arguments("Origin of another scheme", VALID.plus("Origin: http://localhost"), 403, "origin"),
                arguments("Origin of another port", VALID.plus("Origin: https://localhost:444"), 403, "origin"),
                arguments(
                        "two Origins",
                        VALID.plus("Origin: https://localhost", "Origin: https://localhost"),
                        403,
                        "origin"),
                arguments(
                        "two Origins where one is listed",
                        strict.plus("Origin: https://app.example.com", "Origin: x:"),
                        403,
                        "origin"),
                arguments("an Origin where one is required", strict, 403, "origin-absent"),
                arguments("an Origin that ends alike", strict.plus("Origin: https://evilexample.org"), 403, "origin"),
                arguments("the wildcard's own name", strict.plus("Origin: https://example.org"), 403, "origin"),
                arguments("another host than the route's", VALID.path("/hosted"), 404, "no-route"));
    }

    private static UpgradeRequest key(String key) {
        return VALID.set("Sec-WebSocket-Key", key);
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("refused")
    @DisplayName("RFC 6455 4.2.1: each other one gets a status, a sentence and a label in the log, and is closed")
    void refuses(String meaning, UpgradeRequest request, int status, String label) throws Exception {
        try (RawClient client = gateway.secure()) {
            RawClient.Answer answer = client.send(request.toString()).answer();

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.body()).as("one plain sentence").matches("[A-Z][^\\n]*\\.\\n");
            switch (status) {
                case 405 -> assertThat(answer.header("Allow")).containsExactly("GET");
                case 426 -> {
                    assertThat(answer.header("Upgrade")).containsExactly("websocket");
                    assertThat(String.join(",", answer.header("Connection"))).containsIgnoringCase("upgrade");
                }
                default -> assertThat(answer.header("Upgrade")).isEmpty();
            }
            if (label.equals("websocket-version")) {
                assertThat(answer.header("Sec-WebSocket-Version")).containsExactly("13");
            }
            assertThat(answer.header("Location")).isEmpty();
            assertThat(client.readToEnd()).extracting(Wire.Rest::end).isEqualTo(Wire.End.FIN);
            assertThat(log.await("reason=")).contains("status=" + status + " reason=" + label + " ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/MQTT",
                "/mqtt/",
                "/mqtt/x",
                "//mqtt",
                "/x/../mqtt",
                "/./mqtt",
                "/%2e/mqtt",
                "/%256dqtt",
                "/mqtt;a=b/"
            })
    void knowsItsPathsAlone(String path) throws Exception {
        try (RawClient client = gateway.secure()) {
            RawClient.Answer first = client.send(VALID.path(path).toString()).answer();
            RawClient.Answer second = client.send(VALID.toString()).answer();

            assertThat(first.status()).isEqualTo(404);
            assertThat(first.body()).endsWith(".\n");
            assertThat(second.status()).as("the connection is used again").isEqualTo(101);
        }
    }

    static Stream<Arguments> hosts() {
        return Stream.of(
                arguments("none", VALID.without("Host")),
                arguments("two", VALID.plus("Host: other")),
                arguments("twice the same", VALID.plus("Host: localhost")),
                arguments("a port that is no number", VALID.set("Host", "localhost:http")),
                arguments("longer than any name", VALID.set("Host", "a".repeat(256) + ".test")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hosts")
    @DisplayName("RFC 9112 3.2: a request without exactly one valid Host is refused")
    void refusesOtherThanOneHost(String meaning, UpgradeRequest request) throws Exception {
        try (RawClient client = gateway.secure()) {
            RawClient.Answer answer = client.send(request.toString()).answer();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(client.readToEnd()).extracting(Wire.Rest::end).isEqualTo(Wire.End.FIN);
        }
    }

    @Test
    void answersHeadWithoutBody() throws Exception {
        try (RawClient client = gateway.secure()) {
            client.send(VALID.withLine("HEAD /mqtt HTTP/1.1").toString());

            assertThat(new String(client.readToEnd().bytes(), US_ASCII))
                    .startsWith("HTTP/1.1 405 ")
                    .contains("Allow: GET\r\n")
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    void saysWhichKeyLetsAnOriginInOnceASecond() throws Exception {
        UpgradeRequest refused = VALID.plus("Origin: https://\u009b\"");
        try (TestGateway own = TestGateway.start(broker, "route.strict.origins=https://app.example.com")) {
            for (int i = 0; i < 20; i++) {
                try (RawClient client = own.secure()) {
                    client.send(refused.toString()).answer();
                }
            }

            assertThat(log.await("key=route.strict.origins"))
                    .contains("reason=origin")
                    .contains("origin=\"https://\\u009b\\\"\"");
            assertThat(log.count("key=route.strict.origins")).isLessThan(19);
        }
    }

    @Test
    void comparesNoSchemeWithoutTls() throws Exception {
        for (String origin : List.of("http://localhost", "https://localhost")) {
            try (RawClient client = gateway.plain()) {
                assertThat(client.send(VALID.plus("Origin: " + origin).toString())
                                .answer()
                                .status())
                        .isEqualTo(101);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesFramesThatDoNotWaitForTheAnswer(boolean tls) throws Exception {
        try (RawClient client = tls ? gateway.secure() : gateway.plain()) {
            client.send(VALID.toString().getBytes(US_ASCII), RawClient.masked(0x82, Packets.connect(4)));

            assertThat(client.answer().status()).isEqualTo(400);
            client.readToEnd();
            assertThat(log.await("reason=")).contains("reason=early-bytes");
        }
        broker.assertUntouched();
    }

    static Stream<Arguments> excessive() {
        UpgradeRequest many = VALID;
        for (int i = 0; i < 120; i++) {
            many = many.plus("X-" + i + ": 1");
        }
        return Stream.of(
                arguments("a target of 64 KB", VALID.path("/mqtt?" + "x".repeat(64 * 1024))),
                arguments("headers of 256 KB", VALID.plus("X-Long: " + "x".repeat(256 * 1024))),
                arguments("a header name of 64 KB", VALID.plus("x".repeat(64 * 1024) + ": 1")),
                arguments("120 headers", many),
                arguments("no HTTP at all", new UpgradeRequest("\u0000\u0001\u0002", List.of())),
                arguments("a line without version", VALID.withLine("GET /mqtt")),
                arguments("another protocol", VALID.withLine("GET /mqtt SMTP/1.1")),
                arguments("a broken escape", VALID.path("/%zz")),
                arguments("an invalid Host", VALID.set("Host", "a b:c:d")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("excessive")
    void survivesWhatIsNoRequest(String meaning, UpgradeRequest request) throws Exception {
        for (boolean tls : List.of(true, false)) {
            try (RawClient client = tls ? gateway.secure() : gateway.plain()) {
                String first = "";
                try {
                    client.send(request.toString());
                    first = new String(client.readToEnd().bytes(), US_ASCII)
                            .lines()
                            .findFirst()
                            .orElse("");
                } catch (IOException reset) {
                    // closed while the request was still on its way
                }

                assertThat(first).matches("|HTTP/1.1 4\\d\\d .*");
            }
        }
        try (RawClient client = gateway.secure()) {
            client.upgrade();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /mqtt HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001\u0000\u0005hello", "\u0000"})
    void closesWhatIsNoTls(String greeting) throws Exception {
        try (RawClient client = RawClient.plain(gateway.secureAddress())) {
            client.send(greeting + " ".repeat(64));

            byte[] answer = client.readToEnd().bytes();

            assertThat(answer.length).as("an alert at most").isLessThanOrEqualTo(7);
        }
        try (RawClient client = gateway.secure()) {
            client.upgrade();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void choosesHttp11ByAlpn(String version) throws Exception {
        try (RawClient client = gateway.secure(List.of(version), List.of("h2", "http/1.1"))) {
            client.upgrade();

            assertThat(client.tlsParameters()).isEqualTo(version + " http/1.1");
        }
    }

    @Test
    void needsNoAlpn() throws Exception {
        try (RawClient client = gateway.secure(List.of("TLSv1.3"), List.of())) {
            client.upgrade();

            assertThat(client.tlsParameters()).isEqualTo("TLSv1.3 ");
        }
    }

    @Test
    @DisplayName("RFC 7301 3.2: no common application protocol ends the TLS handshake")
    void refusesWhoWantsHttp2Alone() {
        assertThatThrownBy(() -> gateway.secure(List.of("TLSv1.3"), List.of("h2")))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("no_application_protocol");
    }

    @Test
    @DisplayName("RFC 8996: TLS 1.1 is refused by the alert protocol_version")
    void refusesTls11() throws Exception {
        byte[] clientHello = Packets.concat(
                Packets.hex("16 03 01 00 31 01 00 00 2D 03 02"),
                new byte[32],
                Packets.hex("00 00 06 C0 13 C0 09 00 2F 01 00"));
        try (RawClient client = RawClient.plain(gateway.secureAddress())) {
            client.send(clientHello);

            assertThat(client.readToEnd().bytes()).startsWith(0x15, 0x03).endsWith(0x02, 70);
        }
    }

    @Test
    void refusesTls12WhereTheBundleSaysSo() throws Exception {
        try (TestGateway modern = TestGateway.start(broker, "tls.min-version=1.3")) {
            assertThatThrownBy(() -> modern.secure(List.of("TLSv1.2"), List.of("http/1.1")))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("protocol_version");
            try (RawClient client = modern.secure(List.of("TLSv1.3"), List.of("http/1.1"))) {
                client.upgrade();
            }
        }
    }

    @Test
    void closesWhoNeverFinishesTheHandshake() throws Exception {
        try (TestGateway hasty = TestGateway.start(broker, "listener.handshake-timeout=300ms");
                RawClient silentPlain = hasty.plain();
                RawClient silentTls = hasty.secure();
                RawClient neverTls = RawClient.plain(hasty.secureAddress());
                RawClient halfHello = RawClient.plain(hasty.secureAddress());
                RawClient halfLine = hasty.secure();
                RawClient halfHeader = hasty.plain();
                RawClient halfAgain = hasty.secure();
                RawClient good = hasty.secure()) {
            good.upgrade();
            halfHello.send("\u0016\u0003\u0001\u0001");
            halfLine.send("GET /mq");
            halfHeader.send("GET /mqtt HTTP/1.1\r\nHost: loc");
            halfAgain.send(VALID.path("/other").toString()).answer();
            halfAgain.send("GET");

            for (RawClient slow :
                    List.of(silentPlain, silentTls, neverTls, halfHello, halfLine, halfHeader, halfAgain)) {
                assertThat(new String(slow.readToEnd().bytes(), US_ASCII)).matches("|(?s)HTTP/1.1 408 .*");
            }
            good.frame(RawClient.FIN | RawClient.PING, new byte[0]);
            assertThat(good.readFrame().first()).isEqualTo(RawClient.FIN | RawClient.PONG);
        }
    }

    @Test
    void refusesHandshakesWhileStopping() throws Exception {
        try (TestGateway ending = TestGateway.start(broker, "limit.close-timeout=2s");
                RawClient kept = ending.secure();
                RawClient session = ending.secure()) {
            kept.send(VALID.path("/other").toString()).answer();
            session.upgrade();
            Thread stop = new Thread(ending.gateway()::stop);
            stop.start();
            assertThat(session.readFrame().closeCode()).isEqualTo(1001);

            RawClient.Answer answer = kept.send(VALID.toString()).answer();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After"))
                    .singleElement()
                    .satisfies(seconds ->
                            assertThat(Integer.parseInt(seconds)).as("jittered").isBetween(5, 10));
            assertThat(answer.body()).endsWith(".\n");
            session.sendClose(1001);
            assertThat(session.readToEnd().end()).isEqualTo(Wire.End.FIN);
            session.halfClose();
            stop.join();
        }
    }
}
