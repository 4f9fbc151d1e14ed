package io.sluice.loadtest;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.ETag;
import io.undertow.util.ETagUtils;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * The demo's page, served from memory: GET and HEAD of a fixed set of paths, 404 for all else.
 *
 * <p>Thread-safe.
 */
final class DemoPage implements HttpHandler {
    private static final String FOLDER = "page/";

    /** Scripts and styles from here only; blob: is MQTT.js's timer, which must tick in a hidden tab too. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; connect-src 'self' wss:; img-src 'self' data:;"
                    + " worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

    private static final HttpString CSP = new HttpString("Content-Security-Policy");
    private static final HttpString NOSNIFF = new HttpString("X-Content-Type-Options");
    private static final HttpString REFERRER_POLICY = new HttpString("Referrer-Policy");

    private final Map<String, Asset> assets;

    private DemoPage(Map<String, Asset> assets) {
        this.assets = assets;
    }

    private record Asset(String contentType, ByteBuffer bytes, ETag tag) {}

    /** Reads the page from the class path. */
    static DemoPage load() {
        return new DemoPage(Map.of(
                "/", asset("index.html", "text/html; charset=utf-8"),
                "/app.js", asset("app.js", "text/javascript; charset=utf-8"),
                "/codes.js", asset("codes.js", "text/javascript; charset=utf-8"),
                "/style.css", asset("style.css", "text/css; charset=utf-8"),
                "/favicon.svg", asset("favicon.svg", "image/svg+xml"),
                "/mqtt.min.js", asset("mqtt.js-5.16.0/mqtt.min.js", "text/javascript; charset=utf-8")));
    }

    private static Asset asset(String name, String contentType) {
        try (InputStream in = DemoPage.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("not on the class path: " + FOLDER + name);
            }
            byte[] bytes = in.readAllBytes();
            ByteBuffer direct =
                    ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
            return new Asset(contentType, direct.asReadOnlyBuffer(), new ETag(false, digest(bytes)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        Asset asset = assets.get(exchange.getRequestPath());
        if (asset == null) {
            exchange.setStatusCode(StatusCodes.NOT_FOUND);
        } else if (!exchange.getRequestMethod().equals(Methods.GET)
                && !exchange.getRequestMethod().equals(Methods.HEAD)) {
            exchange.setStatusCode(StatusCodes.METHOD_NOT_ALLOWED);
            exchange.getResponseHeaders().put(Headers.ALLOW, "GET, HEAD");
        } else {
            answer(exchange, asset);
        }
    }

    private static void answer(HttpServerExchange exchange, Asset asset) {
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(CSP, CONTENT_SECURITY_POLICY);
        headers.put(NOSNIFF, "nosniff");
        headers.put(REFERRER_POLICY, "no-referrer");
        headers.put(Headers.CACHE_CONTROL, "no-cache");
        headers.put(Headers.ETAG, asset.tag().toString());
        if (!ETagUtils.handleIfNoneMatch(exchange, asset.tag(), true)) {
            exchange.setStatusCode(StatusCodes.NOT_MODIFIED);
            return;
        }
        headers.put(Headers.CONTENT_TYPE, asset.contentType());
        exchange.setResponseContentLength(asset.bytes().remaining());
        if (exchange.getRequestMethod().equals(Methods.GET)) {
            exchange.getResponseSender().send(asset.bytes().duplicate());
        }
    }
}
