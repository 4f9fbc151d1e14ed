package io.sluice.listener;

import io.sluice.config.OriginRule;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Judges Origin headers (RFC 6454 7, RFC 6455 10.2) by a route's rule. Scheme, host and port are compared exactly, after the
 * default port of the scheme is filled in.
 *
 * <p>Immutable.
 */
final class Origins {
    private static final int NO_DEFAULT_PORT = -1;

    private final OriginRule rule;

    Origins(OriginRule rule) {
        this.rule = rule;
    }

    /**
     * @param origin the header's value
     * @param scheme the request's own scheme; null where it is not known, then it is not compared
     * @param host the request's Host header
     */
    boolean allow(String origin, @Nullable String scheme, String host) {
        if (rule.any()) {
            return true;
        }
        Parsed parsed = parse(origin);
        if (parsed == null) {
            return false;
        }
        if (rule.sameOrigin() && same(parsed, scheme, host)) {
            return true;
        }
        for (OriginRule.Pattern pattern : rule.patterns()) {
            if (matches(pattern, parsed)) {
                return true;
            }
        }
        return false;
    }

    private static boolean same(Parsed origin, @Nullable String scheme, String host) {
        if (scheme != null && !scheme.equals(origin.scheme)) {
            return false;
        }
        Parsed own = parse(origin.scheme + "://" + host);
        return own != null && own.host.equals(origin.host) && own.port == origin.port;
    }

    private static boolean matches(OriginRule.Pattern pattern, Parsed origin) {
        return pattern.scheme().equals(origin.scheme)
                && pattern.port() == origin.port
                && (pattern.wildcard()
                        ? origin.host.endsWith("." + pattern.host())
                                && origin.host.length() > pattern.host().length() + 1
                        : origin.host.equals(pattern.host()));
    }

    private record Parsed(String scheme, String host, int port) {}

    /** An Origin is scheme, host and port, nothing else; null for what is none ({@code null} of an opaque origin too). */
    private static @Nullable Parsed parse(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            String host = uri.getHost();
            boolean more = uri.getRawUserInfo() != null
                    || uri.getRawQuery() != null
                    || uri.getRawFragment() != null
                    || (uri.getRawPath() != null && !uri.getRawPath().isEmpty());
            if (scheme == null || host == null || more) {
                return null;
            }
            String lower = scheme.toLowerCase(Locale.ROOT);
            String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            int port = uri.getPort() >= 0 ? uri.getPort() : defaultPort(lower);
            return new Parsed(lower, name.toLowerCase(Locale.ROOT), port);
        } catch (URISyntaxException unparsable) {
            return null;
        }
    }

    private static int defaultPort(String scheme) {
        return switch (scheme) {
            case "http", "ws" -> 80;
            case "https", "wss" -> 443;
            default -> NO_DEFAULT_PORT;
        };
    }
}
