package io.sluice.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The status page: one file with its script and its style, which no others can join: the policy names them by their hashes.
 *
 * <p>Immutable.
 *
 * @param policy the Content-Security-Policy
 */
record StatusPage(String html, String policy) {

    static StatusPage load() {
        try (InputStream resource = StatusPage.class.getResourceAsStream("status.html")) {
            if (resource == null) {
                throw new IllegalStateException("the status page is missing");
            }
            String html = new String(resource.readAllBytes(), UTF_8);
            return new StatusPage(
                    html,
                    "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none';"
                            + " frame-ancestors 'none'; script-src '" + hash(html, "script") + "'; style-src '"
                            + hash(html, "style") + "'");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String hash(String html, String element) {
        int begin = html.indexOf("<" + element + ">") + element.length() + 2;
        String content = html.substring(begin, html.indexOf("</" + element + ">"));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }
}
