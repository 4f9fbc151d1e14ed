package io.sluice.config;

import io.sluice.config.LimitConfig.MqttVersion;
import io.sluice.config.ListenerConfig.ClientAddress;
import io.sluice.identity.Cidr;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How values are written that are of a kind of their own: names, networks, URLs, watermarks. */
final class Formats {
    static final Format<String> NAME =
            Format.matching(Pattern.compile("[a-z][a-z0-9]*"), "a name", "names are lower-case letters and digits");

    /** RFC 9110 section 5.6.2. */
    static final Format<String> TOKEN =
            Format.matching(Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+"), "a token", "write e.g. mqtt");

    /** MQTT 5.0 4.13, as a client may be told it. */
    static final Format<String> SERVER_REFERENCE =
            Format.matching(Pattern.compile("[!-~]{1,255}"), "a server reference", "write e.g. other.example.com:443");

    private static final Pattern WATERMARKS = Pattern.compile("(\\d{1,3})% *, *(\\d{1,3})% *, *(\\d{1,3})%");

    private Formats() {}

    /** One of two words; true for the first. */
    static Format<Boolean> either(String yes, String no) {
        return Format.choice(yes, no).map(yes::equals);
    }

    /** {@link Integer#MAX_VALUE} where there is no number. */
    static Format<Integer> orUnlimited(Format<Optional<Integer>> count) {
        return count.map(most -> most.orElse(Integer.MAX_VALUE));
    }

    static @Nullable URI httpUrl(String text, Consumer<String> problems) {
        URI url = httpUrl(text);
        if (url == null) {
            problems.accept(Quote.quote(text)
                    + " is not off or an http URL without user and fragment; write e.g. http://127.0.0.1:9000/auth");
        }
        return url;
    }

    static @Nullable String healthUrl(String text, Consumer<String> problems) {
        if (httpUrl(text.replace(HealthConfig.HOST, "localhost")) == null) {
            problems.accept(
                    Quote.quote(text) + " is not off or an http URL without user and fragment; write e.g. http://"
                            + HealthConfig.HOST + ":8080/health");
            return null;
        }
        return text;
    }

    /** Null where it is none that can be asked. */
    static @Nullable URI httpUrl(String text) {
        try {
            URI url = new URI(text);
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            boolean plain = url.getRawUserInfo() == null && url.getRawFragment() == null;
            return http && url.getHost() != null && plain ? url : null;
        } catch (URISyntaxException unreadable) {
            return null;
        }
    }

    static MqttVersion version(String word) {
        return switch (word) {
            case "3.1" -> MqttVersion.V3_1;
            case "3.1.1" -> MqttVersion.V3_1_1;
            default -> MqttVersion.V5;
        };
    }

    static @Nullable MemoryConfig watermarks(String text, Consumer<String> problems) {
        Matcher marks = WATERMARKS.matcher(text);
        if (marks.matches()) {
            int refuse = Integer.parseInt(marks.group(1));
            int pause = Integer.parseInt(marks.group(2));
            int shed = Integer.parseInt(marks.group(3));
            if (refuse > 0 && refuse <= pause && pause <= shed && shed <= 100) {
                return new MemoryConfig(refuse, pause, shed);
            }
        }
        problems.accept(
                Quote.quote(text) + " is not three percents that do not fall; write e.g. 75%, 85%, 95%, or off");
        return null;
    }

    static ClientAddress clientAddress(String word) {
        return ClientAddress.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    static @Nullable Cidr cidr(String text, Consumer<String> problems) {
        try {
            return Cidr.parse(text);
        } catch (IllegalArgumentException wrong) {
            problems.accept(String.valueOf(wrong.getMessage()));
            return null;
        }
    }
}
