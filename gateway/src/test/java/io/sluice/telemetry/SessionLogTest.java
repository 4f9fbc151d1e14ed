package io.sluice.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.config.LogConfig;
import io.sluice.config.LogConfig.Format;
import io.sluice.config.LogConfig.UserName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class SessionLogTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.sluice.session");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false);
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    @Test
    void tellsEverythingInOneLineOfText() {
        log(Format.TEXT, true, UserName.PLAIN).ended(SessionEnds.of("shutdown", "gateway"));

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("ended cause=shutdown by=gateway code=0x8B close=1001 id=9f3a1c2e-1a"
                        + " client=192.0.2.7:50000 forwarded-by=10.0.0.9:40000 client-id=\"one\" user-name=\"anna\""
                        + " listener=public route=web tls=TLSv1.3 server-name=\"mqtt.example.com\""
                        + " origin=\"https://app.example.com\" subprotocol=mqtt cluster=eu broker=10.0.0.1:1883 tries=1"
                        + " dial=0.000s mqtt=5 keep-alive=60 server-keep-alive=30 connack=0x00 duration=12.000s"
                        + " throttled=0.002s rates-reached=2 packets-in=4 packets-out=3 bytes-in=20 bytes-out=4");
    }

    @Test
    void tellsOfStrangersAtMostSoManyTimesASecond() {
        AtomicLong now = new AtomicLong(TimeUnit.SECONDS.toNanos(77));
        SessionLog log = new SessionLog(new LogConfig(Format.TEXT, true, UserName.PLAIN), now::get);
        for (int i = 0; i < 150; i++) {
            log.ended(SessionEnds.answered(-1));
            log.ended(SessionEnds.answered(5));
        }

        assertThat(lines.list).hasSize(100);
        log.ended(SessionEnds.answered(0));
        assertThat(lines.list).as("one that a broker let in").hasSize(101);

        now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        log.ended(SessionEnds.answered(-1));
        log.ended(SessionEnds.answered(-1));
        assertThat(lines.list.subList(101, 103))
                .extracting(line -> line.getFormattedMessage().contains(" untold=200"))
                .containsExactly(true, false);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.000s",
        "499999, 0.000s",
        "500000, 0.001s",
        "99000000, 0.099s",
        "999499999, 0.999s",
        "999500000, 1.000s",
        "86400012000000, 86400.012s"
    })
    void roundsTimesToMilliseconds(long nanos, String text) {
        log(Format.TEXT, true, UserName.PLAIN).ended(SessionEnds.lasting(nanos));

        assertThat(lines.list.get(0).getFormattedMessage()).contains(" duration=" + text + " ");
    }

    @Test
    void tellsEverythingWithItsTypeInJson() throws Exception {
        log(Format.JSON, true, UserName.HASH).ended(SessionEnds.of("shutdown", "gateway"));

        JsonNode line = encoded().get(0);

        assertThat(line.get("time").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
        assertThat(line.get("message").asText()).isEqualTo("session ended");
        assertThat(line.get("cause").asText()).isEqualTo("shutdown");
        assertThat(line.get("code").isIntegralNumber()).isTrue();
        assertThat(line.get("duration_ms").asDouble()).isEqualTo(12_000);
        assertThat(line.get("dial_ms").asDouble()).isEqualTo(0.412);
        assertThat(line.get("packets_in").asInt()).isEqualTo(4);
        assertThat(line.get("forwarded_by").asText()).isEqualTo("10.0.0.9:40000");
        assertThat(line.get("user_name").asText())
                .as("the head of the SHA-256 of anna")
                .isEqualTo("55579b557896d0ce");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n2026-01-01T00:00:00Z INFO forged",
                "\",\"cause\":\"forged",
                "\\",
                "\u0000\u001b[31m\u007f",
                "\u2028\u2029\u202e",
                "\ud83d\ude00 \ud800 \udc00",
                "</script><script>alert(1)</script>",
                "{\"a\":[",
                "%s {} ${jndi:ldap://a}"
            })
    void aHostileClientIdStaysOneFieldOfOneLine(String clientId) throws Exception {
        SessionEnd end = SessionEnds.of("client-lost", "client", clientId, clientId, clientId, true);

        log(Format.JSON, true, UserName.PLAIN).ended(end);
        log(Format.TEXT, true, UserName.PLAIN).ended(end);

        JsonNode line = encoded().get(0);
        assertThat(line.get("cause").asText()).isEqualTo("client-lost");
        assertThat(line.get("client_id").asText()).isEqualTo(clientId);
        assertThat(lines.list.get(1).getFormattedMessage()).doesNotContain("\n", "\u001b", "\u2028", "\u202e");
    }

    @Test
    void cutsALongClientId() throws Exception {
        log(Format.JSON, true, UserName.PLAIN)
                .ended(SessionEnds.of("client-lost", "client", "x".repeat(65_535), null, null, true));

        assertThat(encoded().get(0).get("client_id").asText()).hasSize(1024 + 3).endsWith("x...");
        assertThat(encoded().get(0).has("user_name")).isFalse();
    }

    @ParameterizedTest(name = "sessions={0} ordinary={1}: {2} lines")
    @CsvSource({"true, true, 1", "true, false, 1", "false, true, 0", "false, false, 1"})
    void leavesOutOrdinaryEndingsWhereThatIsMeant(boolean sessions, boolean ordinary, int expected) {
        SessionLog log = log(Format.TEXT, sessions, UserName.OFF);

        log.ended(SessionEnds.of("shutdown", "gateway", "a", "anna", null, ordinary));

        assertThat(lines.list).hasSize(expected);
        assertThat(lines.list).noneMatch(line -> line.getFormattedMessage().contains("anna"));
    }

    @Test
    void remembersTheLastOddEndings() {
        SessionLog log = log(Format.TEXT, false, UserName.PLAIN);
        for (int i = 0; i < 100; i++) {
            log.ended(SessionEnds.of("broker-lost", "broker", "c" + i, null, null, false));
            log.ended(SessionEnds.of("shutdown", "gateway", "no", null, null, true));
        }

        List<String> remembered = log.remembered().stream()
                .map(ending -> ending.end().session().mqtt().clientId())
                .toList();

        assertThat(remembered).hasSize(64).startsWith("c99", "c98").endsWith("c36");
    }

    @Test
    void aStackIsPartOfItsLine() throws Exception {
        logger.atError().setCause(new IllegalStateException("a\nb")).log("bug");

        JsonNode line = encoded().get(0);

        assertThat(line.get("stack").get(0).asText()).contains("IllegalStateException");
        assertThat(line.get("level").asText()).isEqualTo("ERROR");
    }

    private static SessionLog log(Format format, boolean sessions, UserName userName) {
        return new SessionLog(new LogConfig(format, sessions, userName));
    }

    /** What the encoder makes of the events, each checked to be one line. */
    private List<JsonNode> encoded() throws Exception {
        List<JsonNode> objects = new ArrayList<>();
        for (ILoggingEvent event : lines.list) {
            String text = new String(new JsonEncoder().encode(event), UTF_8);
            assertThat(text).endsWith("}\n");
            assertThat(text.strip().chars()).noneMatch(character -> character < ' ' || character == 0x7F);
            objects.add(JSON.readTree(text));
        }
        return objects;
    }
}
