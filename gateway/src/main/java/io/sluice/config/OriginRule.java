package io.sluice.config;

import java.util.List;

/**
 * Which pages may connect, by the Origin header ({@code route.origins}).
 *
 * <p>Immutable.
 *
 * @param any every Origin passes
 * @param sameOrigin an Origin equal to the request's own scheme, host and port passes
 * @param patterns what else passes
 */
public record OriginRule(boolean any, boolean sameOrigin, List<Pattern> patterns) {

    public OriginRule {
        patterns = List.copyOf(patterns);
    }

    /**
     * One origin. Scheme, host and port are compared exactly; a wildcard stands for one or more whole labels in front.
     *
     * @param scheme lower case: {@code http}, {@code https}, or another scheme such as {@code capacitor}
     * @param host lower case; an IPv6 literal without brackets; without the {@code *.} of a wildcard
     * @param port the scheme's default where the pattern names none; -1 for a scheme without default
     * @param wildcard any name that ends in {@code .host} passes, {@code host} itself does not
     */
    public record Pattern(String scheme, String host, int port, boolean wildcard) {}
}
