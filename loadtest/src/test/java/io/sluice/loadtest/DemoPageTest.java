package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.Undertow;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DemoPageTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static Undertow server;
    private static URI base;

    @BeforeAll
    static void start() {
        server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1", DemoPage.load())
                .build();
        server.start();
        InetSocketAddress address =
                (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
        base = URI.create("http://127.0.0.1:" + address.getPort());
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html; charset=utf-8",
        "/app.js, text/javascript; charset=utf-8",
        "/codes.js, text/javascript; charset=utf-8",
        "/mqtt.min.js, text/javascript; charset=utf-8",
        "/style.css, text/css; charset=utf-8",
        "/favicon.svg, image/svg+xml"
    })
    void servesEachFileWithItsTypeAndWithoutForeignScripts(String path, String type) throws Exception {
        HttpResponse<byte[]> get = request("GET", path, "");
        HttpResponse<byte[]> head = request("HEAD", path, "");

        assertThat(get.statusCode()).isEqualTo(200);
        assertThat(get.headers().firstValue("Content-Type")).contains(type);
        assertThat(get.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(get.headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith("default-src 'self';");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("Content-Length")).contains(String.valueOf(get.body().length));
    }

    @Test
    void answersNotModifiedToAKnownTag() throws Exception {
        String tag = request("GET", "/app.js", "").headers().firstValue("ETag").orElseThrow();

        HttpResponse<byte[]> known = request("GET", "/app.js", tag);
        HttpResponse<byte[]> other = request("GET", "/app.js", "\"other\"");

        assertThat(known.statusCode()).isEqualTo(304);
        assertThat(known.body()).isEmpty();
        assertThat(other.statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/index.html", "/mqtt.js-5.16.0/LICENSE.md", "/../pom.xml", "/app.js/", "//"})
    void answersNotFoundToAllElse(String path) throws Exception {
        assertThat(request("GET", path, "").statusCode()).isEqualTo(404);
    }

    @Test
    void allowsReadingOnly() throws Exception {
        HttpResponse<byte[]> response = request("POST", "/", "");

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD");
    }

    @Test
    void vendorsMqttJsUnalteredWithItsLicence() throws Exception {
        try (InputStream script = DemoPage.class.getResourceAsStream("page/mqtt.js-5.16.0/mqtt.min.js");
                InputStream licence = DemoPage.class.getResourceAsStream("page/mqtt.js-5.16.0/LICENSE.md")) {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(script.readAllBytes());

            assertThat(HexFormat.of().formatHex(hash))
                    .isEqualTo("f3cbeae580d3010048938ee370f2db0c15d16e6f7fc147cb32ae5510e571b387");
            assertThat(licence)
                    .asString(java.nio.charset.StandardCharsets.UTF_8)
                    .contains("The MIT License");
        }
    }

    private static HttpResponse<byte[]> request(String method, String path, String tag) throws Exception {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(URI.create(base + path)).method(method, BodyPublishers.noBody());
        if (!tag.isEmpty()) {
            builder.header("If-None-Match", tag);
        }
        return CLIENT.send(builder.build(), BodyHandlers.ofByteArray());
    }
}
