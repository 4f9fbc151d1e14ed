package io.sluice.loadtest;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.sluice.Gateway;
import io.sluice.config.Configuration;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The status page in a real Chromium, with clients that talk. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(90)
final class StatusPageIT {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String HOSTILE = "<img src=x onerror=alert(1)>";

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<MqttSocket> clients = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();
    private final ScheduledExecutorService talker = Executors.newSingleThreadScheduledExecutor();

    @TempDir
    Path directory;

    private Chromium chromium;
    private EmbeddedBroker broker;
    private Gateway gateway;
    private BrowserContext context;
    private Page page;

    @BeforeAll
    void start() {
        chromium = Chromium.launch();
        broker = EmbeddedBroker.start();
    }

    @AfterAll
    void stop() {
        talker.shutdownNow();
        if (chromium != null) {
            chromium.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @BeforeEach
    void open() throws Exception {
        errors.clear();
        gateway = gateway(0);
        context = chromium.browser().newContext();
        page = page(context);
    }

    @AfterEach
    void close() {
        clients.forEach(MqttSocket::abort);
        clients.clear();
        context.close();
        gateway.close();
    }

    private Gateway gateway(int adminPort, String... more) throws Exception {
        List<String> settings = new ArrayList<>(List.of(
                "listener.bind=127.0.0.1:0",
                "listener.tls=off",
                "limit.close-timeout=200ms",
                "cluster.brokers=" + broker.address(),
                "admin.bind=127.0.0.1:" + adminPort,
                "gateway.io-threads=2"));
        settings.addAll(List.of(more));
        return Gateway.start(Configuration.load(null, Map.of(), settings));
    }

    private Page page(BrowserContext from) {
        Page opened = from.newPage();
        opened.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().contains("Failed to load resource")) {
                errors.add(message.text());
            }
        });
        opened.onPageError(errors::add);
        opened.navigate("http://127.0.0.1:" + adminPort() + "/");
        return opened;
    }

    private int adminPort() {
        return gateway.adminAddress().orElseThrow().getPort();
    }

    private MqttSocket client(String id) throws Exception {
        MqttSocket client =
                MqttSocket.open(http, URI.create(gateway.urls().get(0))).get(10, TimeUnit.SECONDS);
        clients.add(client);
        client.send(MqttPackets.connect(5, id, 60));
        client.next(MqttPackets.CONNACK, PATIENCE);
        return client;
    }

    /** Publishes for as long as the test lasts, some 20 times a second. */
    private void talk(MqttSocket client, String topic) throws Exception {
        client.send(MqttPackets.subscribe(5, topic, 0));
        client.next(MqttPackets.SUBACK, PATIENCE);
        byte[] publish = MqttPackets.publish(5, topic, "hello".repeat(20).getBytes(UTF_8));
        var unused = talker.scheduleAtFixedRate(
                () -> {
                    try {
                        client.send(publish);
                    } catch (Exception gone) {
                        throw new IllegalStateException(gone); // ends this client's talk
                    }
                },
                0,
                50,
                TimeUnit.MILLISECONDS);
    }

    @Test
    void chartsMoveWhileClientsTalk() throws Exception {
        talk(client("meter-1"), "a");
        client("meter-2");

        assertThat(page.locator("#state")).hasText("serving");
        assertThat(page.locator("#sessions")).hasText("2");
        assertThat(page.locator("#messages-up")).hasText(Pattern.compile("[1-9].*"));
        assertThat(page.locator("#messages-down")).hasText(Pattern.compile("[1-9].*"));
        assertThat(page.locator("#bytes-up")).hasText(Pattern.compile("[1-9].*B"));
        Object before = painted();
        assertThat(page.locator("#chart-messages")).hasAttribute("data-points", Pattern.compile("[3-9]"));
        assertThat(painted()).isNotEqualTo(before);
        assertThat(errors).isEmpty();
    }

    private Object painted() {
        return page.evaluate("document.getElementById('chart-messages').toDataURL()");
    }

    @Test
    void findsASessionAndKicksIt() throws Exception {
        MqttSocket kicked = client("pump-7");
        client("pump-8");
        client("meter-1");

        page.locator("#query").fill("pump");
        assertThat(page.locator("#found tr")).hasCount(2);
        page.locator("#query").fill("pump-7");
        assertThat(page.locator("#found tr")).hasCount(1);
        page.locator("#found tr").click();
        assertThat(page.locator("#session-title")).hasText("pump-7");
        assertThat(page.locator("#facts")).containsText(broker.address().toString());
        page.locator("#kick").click();
        assertThat(page.locator("#kick")).hasText("Kick it");
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "status-session.png")));
        page.locator("#kick").click();

        assertThat(page.locator("#session-note")).hasText("The session is told to go.");
        assertThat(kicked.ending().get(10, TimeUnit.SECONDS).code()).isEqualTo(1008);
        page.locator("#close").click();
        assertThat(page.locator("#ended tr").first()).containsText("kicked");
        assertThat(page.locator("#causes")).containsText("kicked");
        assertThat(errors).isEmpty();
    }

    @Test
    void aHostileClientIdIsOnlyText() throws Exception {
        MqttSocket client = client(HOSTILE);
        page.locator("#query").fill("<img");
        assertThat(page.locator("#found tr")).hasCount(1);
        assertThat(page.locator("#found .cut")).hasText(HOSTILE);
        page.locator("#found tr").click();
        assertThat(page.locator("#session-title")).hasText(HOSTILE);
        page.locator("#kick").click();
        page.locator("#kick").click();
        client.ending().get(10, TimeUnit.SECONDS);
        page.locator("#close").click();

        assertThat(page.locator("#ended tr").first()).containsText(HOSTILE);
        assertThat(page.locator("img")).hasCount(0);
        assertThat(errors).isEmpty();
    }

    @Test
    void survivesARestartOfTheGateway() throws Exception {
        client("meter-1");
        assertThat(page.locator("#sessions")).hasText("1");
        int port = adminPort();

        gateway.close();
        assertThat(page.locator("#state")).hasText("not reachable");
        gateway = gateway(port);

        assertThat(page.locator("#state")).hasText("serving");
        assertThat(page.locator("#sessions")).hasText("0");
        assertThat(errors).isEmpty();
    }

    @Test
    void asksForTheTokenOnce() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "s3cret\n");
        gateway.close();
        gateway = gateway(0, "admin.token-file=" + token);
        Page guarded = page(context);

        guarded.locator("#token").fill("guess");
        guarded.locator("#login button").click();
        assertThat(guarded.locator("#login-note")).hasText("That is not it.");
        guarded.locator("#token").fill("s3cret");
        guarded.locator("#login button").click();

        assertThat(guarded.locator("#state")).hasText("serving");
        guarded.reload();
        assertThat(guarded.locator("#state")).hasText("serving");
        assertThat(guarded.locator("#login")).isHidden();
    }

    @Test
    void asksNothingWhileNobodyLooks() throws Exception {
        assertThat(page.locator("#state")).hasText("serving");
        page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})");
        page.evaluate("poll()"); // the one that was due
        page.evaluate("void (window.fetch = () => { throw new Error('asked') })");
        page.evaluate("poll()");

        assertThat(page.locator("#state")).hasText("serving");
        assertThat(page.evaluate("failures")).isEqualTo(0);
    }

    /** The pictures are to be looked at: {@code loadtest/target/status-*.png}. */
    @Test
    void fitsEveryWidthAndScheme() throws Exception {
        int closed;
        try (ServerSocket taken = new ServerSocket(0)) {
            closed = taken.getLocalPort();
        }
        gateway.close();
        gateway = gateway(
                0,
                "route.clusters=eu, spare",
                "cluster.eu.brokers=" + broker.address() + ", 127.0.0.1:" + closed,
                "cluster.spare.brokers=localhost:" + broker.address().port());
        for (int i = 0; i < 6; i++) {
            talk(client("meter-" + (4711 + i)), "t" + i);
        }
        client(HOSTILE).send(new byte[] {(byte) 0xF3, 0});
        look(1280, 1);
        look(390, 2);
        assertThat(errors).isEmpty();
    }

    private void look(int width, int scale) {
        try (BrowserContext sized = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, 900)
                        .setDeviceScaleFactor(scale))) {
            Page looked = page(sized);
            assertThat(looked.locator("#chart-messages")).hasAttribute("data-points", Pattern.compile("[2-9]"));
            assertThat(looked.locator("#found tr")).hasCount(6);
            for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                looked.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
                looked.evaluate("poll()"); // paints the charts

                looked.screenshot(new Page.ScreenshotOptions()
                        .setFullPage(true)
                        .setPath(Path.of("target", "status-" + width + "-" + scheme + ".png")));

                assertThat((Integer) looked.evaluate("document.documentElement.scrollWidth"))
                        .as(width + " " + scheme)
                        .isEqualTo(width);
            }
        }
    }
}
