package io.sluice.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code route.origins}; an origin is what a browser sends (RFC 6454 section 6.2): scheme, host and port, nothing more.
 *
 * <p>Immutable.
 */
final class Origins implements Format<OriginRule> {
    private static final java.util.regex.Pattern SCHEME = java.util.regex.Pattern.compile("[a-z][a-z0-9+.-]*");
    private static final String ANY = "any";
    private static final String SAME_ORIGIN = "same-origin";
    private static final OriginRule ANY_RULE = new OriginRule(true, false, List.of());
    private static final OriginRule SAME_ORIGIN_RULE = new OriginRule(false, true, List.of());

    private final Format<List<OriginRule>> parts = Format.list(Origins::one);

    @Override
    public @Nullable OriginRule read(String text, Consumer<String> problems) {
        List<OriginRule> rules = parts.read(text, problems);
        if (rules == null) {
            return null;
        }
        if (rules.size() > 1 && rules.contains(ANY_RULE)) {
            problems.accept("\"any\" excludes every other value; write it alone");
            return null;
        }
        List<OriginRule.Pattern> patterns = new ArrayList<>();
        rules.forEach(rule -> patterns.addAll(rule.patterns()));
        return new OriginRule(rules.contains(ANY_RULE), rules.contains(SAME_ORIGIN_RULE), patterns);
    }

    private static @Nullable OriginRule one(String text, Consumer<String> problems) {
        if (text.equals(ANY)) {
            return ANY_RULE;
        }
        if (text.equals(SAME_ORIGIN)) {
            return SAME_ORIGIN_RULE;
        }
        OriginRule.Pattern pattern = pattern(text, problems);
        return pattern == null ? null : new OriginRule(false, false, List.of(pattern));
    }

    private static OriginRule.@Nullable Pattern pattern(String text, Consumer<String> problems) {
        String lower = text.toLowerCase(Locale.ROOT);
        int end = lower.indexOf("://");
        String scheme = end < 0 ? "" : lower.substring(0, end);
        String authority = end < 0 ? "" : lower.substring(end + 3);
        boolean wildcard = authority.startsWith("*.");
        Hosts.Parts parts = Hosts.split(wildcard ? authority.substring(2) : authority);
        boolean host = parts != null && (wildcard ? !parts.bracketed() && Hosts.isName(parts.host()) : parts.isHost());
        if (parts == null || !host || !SCHEME.matcher(scheme).matches()) {
            problems.accept(Quote.quote(text) + " is not an origin; write same-origin, any, or scheme://host or"
                    + " scheme://host:port without a path, e.g. https://app.example.com" + Hosts.asciiHint(authority));
            return null;
        }
        int port = parts.port() == null ? defaultPort(scheme) : Hosts.port(text, parts.port(), 1, problems);
        boolean bad = parts.port() != null && port < 0;
        return bad ? null : new OriginRule.Pattern(scheme, parts.host(), port, wildcard);
    }

    private static int defaultPort(String scheme) {
        return switch (scheme) {
            case "http", "ws" -> 80;
            case "https", "wss" -> 443;
            default -> -1;
        };
    }
}
