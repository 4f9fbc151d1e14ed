package io.sluice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The operator's listener and the commands that call it. */
@Timeout(60)
class AdminIT {
    private static final byte[] CONNECT = Packets.connect(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
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

    private TestGateway gateway(String... more) {
        List<String> settings = new ArrayList<>(List.of(more));
        settings.add("admin.bind=127.0.0.1:0");
        settings.add("limit.close-timeout=100ms");
        return TestGateway.start(broker, settings.toArray(String[]::new));
    }

    private static InetSocketAddress admin(TestGateway gateway) {
        return gateway.gateway().adminAddress().orElseThrow();
    }

    private static URI uri(TestGateway gateway, String path) {
        return URI.create("http://127.0.0.1:" + admin(gateway).getPort() + path);
    }

    private HttpResponse<String> call(TestGateway gateway, String method, String path, String... headers)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(gateway, path)).method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private JsonNode get(TestGateway gateway, String path) throws Exception {
        HttpResponse<String> answer = call(gateway, "GET", path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        return JSON.readTree(answer.body());
    }

    // Health and metrics

    @Test
    void tellsHealthReadinessAndMetrics() throws Exception {
        try (TestGateway gateway = gateway()) {
            assertThat(call(gateway, "GET", "/healthz").body()).isEqualTo("ok\n");
            assertThat(call(gateway, "GET", "/readyz").body()).isEqualTo("ready\n");
            HttpResponse<String> metrics = call(gateway, "GET", "/metrics");
            assertThat(metrics.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
            assertThat(metrics.body())
                    .contains("sluice_broker_up{broker=\"" + broker.address() + "\",cluster=\"default\"} 1.0")
                    .contains("sluice_certificate_expiry_timestamp_seconds{listener=\"secure\"}")
                    .contains("jvm_");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "health"})
    @DisplayName("bodies that are announced and never come: told so, gone, and in nobody's way")
    void waitsForNoBody(String port) throws Exception {
        List<Socket> callers = new ArrayList<>();
        try (TestGateway gateway = gateway("health.bind=127.0.0.1:0")) {
            InetSocketAddress address = port.equals("admin")
                    ? admin(gateway)
                    : gateway.gateway().healthAddresses().get(0);
            String start = "GET /readyz HTTP/1.1\r\nHost: localhost\r\n";
            for (int i = 0; i < 20; i++) {
                callers.add(say(address, start + "Content-Length: 1000\r\n\r\n"));
            }

            Socket served = say(address, start + "Connection: close\r\n\r\n");
            callers.add(served);
            assertThat(all(served)).startsWith("HTTP/1.1 200 ");
            for (Socket caller : callers.subList(0, 20)) {
                assertThat(all(caller)).startsWith("HTTP/1.1 413 ").contains("This takes no body.");
            }
        } finally {
            for (Socket caller : callers) {
                caller.close();
            }
        }
    }

    @Test
    @DisplayName("what balancers ask is answered once for each connection")
    void aHealthConnectionEndsWithItsAnswer() throws Exception {
        try (TestGateway gateway = gateway("health.bind=127.0.0.1:0");
                Socket caller = say(
                        gateway.gateway().healthAddresses().get(0),
                        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
            assertThat(all(caller)).startsWith("HTTP/1.1 200 ").endsWith("ok\n");
        }
    }

    private static Socket say(InetSocketAddress address, String request) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(request.getBytes(US_ASCII));
        return socket;
    }

    /** To its end. */
    private static String all(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }

    @Test
    void metricsMoveWhileTheSessionLasts() throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain().open(CONNECT);
                Wire wire = broker.welcome(CONNECT)) {
            client.readMqtt(5);
            for (int i = 0; i < 200; i++) {
                client.mqtt(Packets.PINGREQ);
                assertThat(wire.readPacket()).isEqualTo(Packets.PINGREQ);
            }
            wire.send(Packets.PINGRESP);
            client.readMqtt(2);

            String metrics = call(gateway, "GET", "/metrics").body();

            assertThat(metrics)
                    .contains("sluice_packets_total{direction=\"to_upstream\",type=\"pingreq\"} 200.0")
                    .contains("sluice_packets_total{direction=\"to_upstream\",type=\"connect\"} 1.0")
                    .contains("sluice_packets_total{direction=\"to_client\",type=\"pingresp\"} 1.0")
                    .contains("sluice_packets_total{direction=\"to_client\",type=\"connack\"} 1.0")
                    .contains("sluice_mqtt_bytes_total{direction=\"to_upstream\"} " + (CONNECT.length + 400) + ".0")
                    .contains("sluice_connacks_total{code=\"0x00\"} 1.0")
                    .contains("sluice_dial_seconds_count 1")
                    .contains("sluice_sessions 1.0")
                    .contains("sluice_handshakes_total{listener=\"plain\",reason=\"ok\",result=\"accepted\"} 1.0")
                    .containsPattern("sluice_added_latency_seconds_count\\{direction=\"to_upstream\"\\} [1-9]");
        }
    }

    @Test
    void countsWhatIsRefusedAndWhatHasEnded() throws Exception {
        try (TestGateway gateway = gateway()) {
            try (RawClient client = gateway.plain()) {
                client.send(UpgradeRequest.VALID
                                .set("Origin", "https://evil.example")
                                .toString())
                        .answer();
            }
            try (RawClient client = gateway.plain().upgrade()) {
                client.mqtt(Packets.PINGREQ);
                client.readToEnd();
            }
            log.await("cause=not-connect");

            JsonNode status = get(gateway, "/api/v1/status");

            assertThat(status.at("/handshakes/origin").asInt()).isOne();
            assertThat(status.at("/closes/not-connect").asInt()).isOne();
            assertThat(status.at("/endings/0/cause").asText()).isEqualTo("not-connect");
            assertThat(status.at("/brokers/0/up").asBoolean()).isTrue();
        }
    }

    // Sessions

    @Test
    void findsTellsAndKicksASession() throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.secure().open(CONNECT);
                Wire wire = broker.welcome(CONNECT)) {
            client.readMqtt(5);

            JsonNode found = get(gateway, "/api/v1/sessions?client-id=c1&address=127.0.0.1");
            String id = found.at("/sessions/0/id").asText();
            JsonNode detail = get(gateway, "/api/v1/sessions/" + id);
            HttpResponse<String> kicked = call(gateway, "POST", "/api/v1/sessions/" + id + "/kick");

            assertThat(found.get("found").asInt()).isOne();
            assertThat(detail.get("tls").asText()).isEqualTo("TLSv1.3");
            assertThat(detail.get("mqtt").asText()).isEqualTo("5");
            assertThat(detail.get("cluster").asText()).isEqualTo("default");
            assertThat(detail.get("broker").asText()).isEqualTo(broker.address());
            assertThat(detail.get("state").asText()).isEqualTo("open");
            assertThat(JSON.readTree(kicked.body()).get("message").asText()).endsWith(".");
            wire.readToEnd();
            wire.halfClose();
            client.readToEnd();
            assertThat(log.await("cause=kicked")).contains("id=" + id);
            assertThat(call(gateway, "GET", "/api/v1/sessions/" + id).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void pagesThroughSessionsOfAllThreads() throws Exception {
        List<AutoCloseable> open = new ArrayList<>();
        try (TestGateway gateway = gateway()) {
            for (int i = 0; i < 20; i++) {
                RawClient client = gateway.plain().open(CONNECT);
                Wire wire = broker.welcome(CONNECT);
                client.readMqtt(5);
                open.add(client);
                open.add(wire);
            }
            List<String> ids = new ArrayList<>();
            for (int offset = 0; offset < 20; offset += 7) {
                JsonNode page = get(gateway, "/api/v1/sessions?q=c1&limit=7&offset=" + offset);
                assertThat(page.get("found").asInt()).isEqualTo(20);
                page.get("sessions")
                        .forEach(session -> ids.add(session.get("id").asText()));
            }

            assertThat(ids).hasSize(20).doesNotHaveDuplicates();
            assertThat(get(gateway, "/api/v1/sessions?q=nobody").get("found").asInt())
                    .isZero();
        } finally {
            for (AutoCloseable one : open) {
                one.close();
            }
        }
    }

    // Bans

    @Test
    void bansForATimeAndEndsTheBan() throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain().open(CONNECT);
                Wire wire = broker.welcome(CONNECT)) {
            client.readMqtt(5);

            call(gateway, "POST", "/api/v1/bans?client-id=c1&for=15m&reason=too%20loud");
            wire.readToEnd();
            wire.halfClose();
            client.readToEnd();
            log.await("cause=banned");
            JsonNode bans = get(gateway, "/api/v1/bans");
            int ended = call(gateway, "DELETE", "/api/v1/bans?client-id=c1").statusCode();

            assertThat(bans.at("/bans/0/subject").asText()).isEqualTo("c1");
            assertThat(bans.at("/bans/0/reason").asText()).isEqualTo("too loud");
            assertThat(ended).isEqualTo(200);
            assertThat(get(gateway, "/api/v1/bans").get("bans")).isEmpty();
            assertThat(call(gateway, "DELETE", "/api/v1/bans?client-id=c1").statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void aBannedAddressIsRefused() throws Exception {
        try (TestGateway gateway = gateway()) {
            call(gateway, "POST", "/api/v1/bans?address=127.0.0.0/8");

            try (RawClient client = gateway.plain()) {
                assertThat(client.send(UpgradeRequest.VALID.toString()).answer().status())
                        .isEqualTo(403);
            }
        }
    }

    // Brokers, configuration, the process

    @Test
    void tellsWhatIsWrongWithABroker() throws Exception {
        try (TestGateway gateway = TestGateway.start(
                "admin.bind=127.0.0.1:0",
                "cluster.brokers=127.0.0.1:1",
                "cluster.health.type=tcp",
                "cluster.health.interval=100ms",
                "cluster.health.fall=1")) {
            log.await("broker not well");

            assertThat(get(gateway, "/api/v1/brokers").at("/brokers/0/problem").asText())
                    .contains("onnection refused");
            assertThat(call(gateway, "GET", "/api/v1/brokers", "Accept", "text/plain")
                            .body())
                    .containsPattern("127.0.0.1:1 +down +0  \".*onnection refused.*\"\n");
            assertThat(call(gateway, "GET", "/api/v1/status", "Accept", "text/plain")
                            .body())
                    .contains(", no live broker\n");
        }
    }

    @Test
    void aDisabledBrokerGetsNoSessions() throws Exception {
        try (TestGateway gateway = gateway()) {
            String path = "/api/v1/brokers/default/" + broker.address();
            assertThat(call(gateway, "POST", path + "/disable").statusCode()).isEqualTo(200);

            try (RawClient client = gateway.plain()) {
                assertThat(client.send(UpgradeRequest.VALID.toString()).answer().status())
                        .isEqualTo(503);
            }
            assertThat(call(gateway, "GET", "/readyz").body()).isEqualTo("no live broker\n");
            assertThat(get(gateway, "/api/v1/brokers").at("/brokers/0/state").asText())
                    .isEqualTo("disabled");
            call(gateway, "POST", path + "/enable");
            try (RawClient client = gateway.plain().open(CONNECT);
                    Wire wire = broker.welcome(CONNECT)) {
                client.readMqtt(5);
                wire.send(Packets.PINGRESP);
            }
        }
    }

    @Test
    void readsCertificatesAgain() throws Exception {
        try (TestGateway gateway = gateway()) {
            HttpResponse<String> reloaded = call(gateway, "POST", "/api/v1/reload");

            assertThat(reloaded.statusCode()).isEqualTo(200);
            assertThat(reloaded.body()).contains("certificates of listener secure");
            assertThat(call(gateway, "GET", "/metrics").body()).contains("sluice_reload_success 1.0");
        }
    }

    // Who may call

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        "GET, /nothing, 404, ''",
        "GET, /api/v1/nothing, 404, ''",
        "GET, /api/v1/sessions/x/y, 404, ''",
        "GET, /api/v1/sessions/none, 404, ''",
        "POST, /api/v1/brokers/a/b/enable, 404, ''",
        "POST, /api/v1/status, 405, GET",
        "DELETE, /api/v1/sessions/x/kick, 405, POST",
        "GET, /api/v1/reload, 405, POST",
        "PUT, /api/v1/bans, 405, 'GET, POST, DELETE'",
        "POST, /metrics, 405, GET",
        "POST, /api/v1/bans, 400, ''",
        "POST, /api/v1/bans?address=example.com, 400, ''",
        "POST, /api/v1/bans?address=1.2.3.4/33, 400, ''",
        "POST, /api/v1/bans?client-id=a&for=1w, 400, ''",
        "POST, /api/v1/bans?client-id=a&for=0s, 400, ''",
        "GET, /api/v1/sessions?limit=501, 400, ''",
        "GET, /api/v1/sessions?offset=-1, 400, ''"
    })
    void tellsWhatIsWrongInOneSentence(String method, String path, int status, String allow) throws Exception {
        try (TestGateway gateway = gateway()) {
            HttpResponse<String> answer = call(gateway, method, path);

            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(JSON.readTree(answer.body()).get("error").asText()).matches("[A-Z].*\\.");
            assertThat(answer.headers().firstValue("Allow").orElse("")).isEqualTo(allow);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "evil.example:9883", "localhost.evil.example", "10.0.0.1", "127.0.0.1.nip.io"})
    void aNameThatWasMadeToPointHereIsNobody(String host) throws Exception {
        try (TestGateway gateway = gateway();
                RawClient raw = RawClient.plain(admin(gateway))) {
            RawClient.Answer answer = raw.send("GET /api/v1/status HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .answer();

            assertThat(answer.status()).isEqualTo(421);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Origin, https://evil.example, 403",
        "Origin, null, 403",
        "Sec-Fetch-Site, cross-site, 403",
        "Sec-Fetch-Site, same-site, 403",
        "Sec-Fetch-Site, same-origin, 200",
        "Sec-Fetch-Site, none, 200"
    })
    void pagesOfOtherOriginsDoNothing(String header, String value, int status) throws Exception {
        try (TestGateway gateway = gateway()) {
            HttpResponse<String> answer = call(gateway, "POST", "/api/v1/bans?client-id=c1", header, value);

            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
            assertThat(gateway.gateway().bans().isBanned("c1")).isEqualTo(status == 200);
        }
    }

    @Test
    void wantsTheTokenWhereThereIsOne() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "s3cret\nnot this\n");
        try (TestGateway gateway = gateway("admin.token-file=" + token)) {
            for (String path : List.of("/metrics", "/api/v1/status", "/api/v1/config", "/nothing")) {
                HttpResponse<String> without = call(gateway, "GET", path);
                assertThat(without.statusCode()).isEqualTo(401);
                assertThat(without.headers().firstValue("WWW-Authenticate")).contains("Bearer");
                assertThat(call(gateway, "GET", path, "Authorization", "Bearer s3cre")
                                .statusCode())
                        .isEqualTo(401);
                assertThat(call(gateway, "GET", path, "Authorization", "Basic s3cret")
                                .statusCode())
                        .isEqualTo(401);
            }
            assertThat(call(gateway, "GET", "/api/v1/status", "Authorization", "Bearer s3cret")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(call(gateway, "GET", "/healthz").statusCode()).isEqualTo(200);
            assertThat(call(gateway, "GET", "/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void thePageRunsItsOwnScriptAlone() throws Exception {
        try (TestGateway gateway = gateway()) {
            String policy = call(gateway, "GET", "/")
                    .headers()
                    .firstValue("Content-Security-Policy")
                    .orElseThrow();

            assertThat(policy)
                    .startsWith("default-src 'none'")
                    .contains("script-src 'sha256-")
                    .contains("frame-ancestors 'none'")
                    .doesNotContain("unsafe");
        }
    }

    @Test
    void isSilentWhereItIsOff() {
        try (TestGateway gateway = TestGateway.start(broker)) {
            assertThat(gateway.gateway().adminAddress()).isEmpty();
        }
    }

    // Commands

    private record Run(int code, String out, String err) {}

    private static Run run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        int code = Main.run(commandLine, arguments);
        return new Run(code, out.toString(), err.toString());
    }

    @Test
    void commandsTellAndDo() throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain().open(CONNECT);
                Wire wire = broker.welcome(CONNECT)) {
            client.readMqtt(5);
            String url = "--url=" + uri(gateway, "");

            assertThat(run("status", url).out()).startsWith("sluice ").contains("1 sessions");
            assertThat(JSON.readTree(run("status", url, "--json").out())
                            .get("sessions")
                            .asInt())
                    .isOne();
            assertThat(run("brokers", url).out()).contains(broker.address()).contains(" up ");
            String list = run("sessions", url, "c1").out();
            assertThat(list).contains(" c1 ").endsWith("1 of 1\n");
            String id = JSON.readTree(run("sessions", url, "--json").out())
                    .at("/sessions/0/id")
                    .asText();
            assertThat(run("ban", url, "--client-id=other", "--for=90s").out()).startsWith("Banned for 1m30s");
            assertThat(run("ban", url).out()).contains("other");
            assertThat(run("unban", url, "--client-id=other").code()).isZero();
            assertThat(run("brokers", url, "default", broker.address(), "disable")
                            .code())
                    .isZero();
            assertThat(run("reload", url).out()).contains("read again");
            assertThat(run("kick", url, id).out()).isEqualTo("The session is told to go.\n");
            wire.readToEnd();
            wire.halfClose();
            log.await("cause=kicked");
        }
    }

    @Test
    void drainEndsTheGateway() throws Exception {
        try (TestGateway gateway = gateway();
                RawClient client = gateway.plain().open(CONNECT);
                Wire wire = broker.welcome(CONNECT)) {
            client.readMqtt(5);

            assertThat(run("drain", "--url=" + uri(gateway, "")).code()).isZero();

            wire.readToEnd();
            wire.halfClose();
            client.readToEnd();
            log.await("cause=shutdown");
        }
    }

    @Test
    void commandsSayInOneLineWhyTheyCannot() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "s3cret\n");
        String nowhere;
        try (TestGateway gateway = gateway("admin.token-file=" + token)) {
            nowhere = "--url=" + uri(gateway, "");
            Run without = run("status", nowhere);
            assertThat(without.code()).isEqualTo(Main.FAILED);
            assertThat(without.err()).startsWith("sluice: the gateway at ").contains("--token-file");
            assertThat(run("status", nowhere, "--token-file=" + token).code()).isZero();
            Run unknown = run("kick", "none", nowhere, "--token-file=" + token);
            assertThat(unknown.err()).isEqualTo("sluice: There is no such session; it may have ended.\n");
            Run wrong = run("ban", "--client-id=c", "--for=1y", nowhere, "--token-file=" + token);
            assertThat(wrong.code()).isEqualTo(Main.USAGE);
            Run missing = run("status", nowhere, "--token-file=/nowhere");
            assertThat(missing.err()).isEqualTo("sluice: the token file /nowhere does not exist\n");
        }
        Run unreached = run("status", nowhere);
        assertThat(unreached.code()).isEqualTo(Main.FAILED);
        assertThat(unreached.err())
                .startsWith("sluice: no gateway answers at http://127.0.0.1:")
                .hasLineCount(1);
        Run off = run(
                "status",
                "--set=admin.bind=off",
                "--set=cluster.brokers=b:1",
                "--set=listener.tls=off",
                "--set=listener.bind=127.0.0.1:0",
                "--config=" + Files.writeString(directory.resolve("empty.properties"), ""));
        assertThat(off.err()).isEqualTo("sluice: the gateway takes no commands: admin.bind is off\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost:9883", "foo", "http://localhost:abc", "http://bad host", "https://localhost:9883"})
    void aUrlThatIsNoneIsToldWithTheForm(String url) throws Exception {
        Run run = run("status", "--url=" + url);

        assertThat(run.err())
                .isEqualTo("sluice: --url: \"" + url
                        + "\" is not possible; write http://host:port, e.g. http://127.0.0.1:9883\n");
        assertThat(run.code()).isEqualTo(Main.USAGE);
    }

    @Test
    void aMistakeInTheFileIsToldWithTheWayAroundIt() throws Exception {
        Path file = Files.writeString(directory.resolve("broken.properties"), "limit.mod=report\n");

        Run broken = run("status", "--config=" + file);
        assertThat(broken.err()).contains("unknown key limit.mod").contains("--url http://host:port asks it");
        assertThat(broken.code()).isEqualTo(Main.USAGE);
        Run both = run("reload", "--config=" + file, "--url=http://127.0.0.1:1");
        assertThat(both.err()).isEqualTo("sluice: --url goes without a configuration; the gateway has its own\n");
    }
}
