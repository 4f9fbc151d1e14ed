package io.sluice.loadtest;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import io.sluice.config.HostPort;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demo's page in a real Chromium, which trusts the development certificate and no other beyond its own roots. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
final class BrowserIT {
    @TempDir
    static Path certificates;

    private Chromium chromium;
    private Browser browser;
    private Demo demo;

    @BeforeAll
    void start() throws Exception {
        demo = Demo.start(certificates, List.of(new HostPort("127.0.0.1", 0)), Optional.empty());
        chromium = Chromium.launch("--ignore-certificate-errors-spki-list="
                + publicKeyHash(demo.trust().serverCertificate()));
        browser = chromium.browser();
    }

    @AfterAll
    void stop() {
        if (chromium != null) {
            chromium.close();
        }
        if (demo != null) {
            demo.close();
        }
    }

    /** What Chromium's flag takes: SHA-256 of the SubjectPublicKeyInfo, in base64. */
    private static String publicKeyHash(Path certificate) throws Exception {
        try (InputStream in = Files.newInputStream(certificate)) {
            byte[] key = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getPublicKey()
                    .getEncoded();
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        }
    }

    @ParameterizedTest(name = "MQTT {1}")
    @CsvSource({"3, 3.1", "4, 3.1.1", "5, 5.0"})
    void sendsReceivesAndSeesHowItEnds(String level, String version) {
        try (BrowserContext context = browser.newContext()) {
            Page page = open(context);

            connect(page, level, version);
            page.locator("#subscribe").click();
            assertThat(page.locator("#subscriptions li")).hasCount(1);
            page.locator("#payload").fill("over MQTT " + version);
            page.locator("#publish").click();

            assertThat(page.locator("#messages li .payload")).hasText("over MQTT " + version);
            assertThat(page.locator("#publish-result")).containsText("acknowledged in");
            assertThat(page.locator("#round-trip")).containsText("ms");
            page.locator("#disconnect").click();
            // the page closes without a code; where the broker is faster with its end, the gateway closes with 1000
            assertThat(page.locator("#ending-code")).hasText(Pattern.compile("1000|1005"));
            assertThat(page.locator("#status")).hasText("disconnected");
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.4-3] the reason code of a takeover is shown in words")
    void showsWhyTheBrokerEndedIt() {
        try (BrowserContext context = browser.newContext()) {
            Page first = open(context);
            first.locator("#client-id").fill("one-of-two");
            connect(first, "5", "5.0");
            Page second = open(context);
            second.locator("#client-id").fill("one-of-two");

            connect(second, "5", "5.0");

            assertThat(first.locator("#ending-mqtt")).hasText("DISCONNECT 0x8E");
            assertThat(first.locator("#ending-mqtt-text")).containsText("taken over");
            assertThat(first.locator("#ending-code")).hasText("1000");
            assertThat(first.locator("#status")).hasText("connection ended");
        }
    }

    @Test
    void refusesThePageOfAnotherOrigin() {
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.route("https://evil.example/**", BrowserIT::emptyPage);
            page.navigate("https://evil.example/");

            Object fromThere = page.evaluate(HANDSHAKE, demo.mqtt().toString());
            page.navigate(demo.page().toString());
            Object fromHere = page.evaluate(HANDSHAKE, demo.mqtt().toString());

            assertThat(fromThere).isEqualTo(1006);
            assertThat(fromHere).isEqualTo("open");
        }
    }

    private static final String HANDSHAKE = """
            url => new Promise(done => {
              const socket = new WebSocket(url, 'mqtt')
              socket.onopen = () => { done('open'); socket.close() }
              socket.onclose = event => done(event.code)
            })""";

    private static void emptyPage(Route route) {
        route.fulfill(
                new Route.FulfillOptions().setContentType("text/html").setBody("<!doctype html><title>t</title>"));
    }

    private Page open(BrowserContext context) {
        Page page = context.newPage();
        page.navigate(demo.page().toString());
        return page;
    }

    private static void connect(Page page, String level, String version) {
        page.locator("label[for=version-" + level + "]").click();
        page.locator("#connect").click();
        assertThat(page.locator("#status")).hasText("connected, MQTT " + version);
    }
}
