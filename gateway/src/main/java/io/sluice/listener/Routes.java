package io.sluice.listener;

import io.sluice.config.RouteConfig;
import io.sluice.limit.Rate;
import io.sluice.session.SessionPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one listener, found by path and host. An exact host goes before a wildcard, a longer wildcard before a
 * shorter one, any of them before a route without hosts.
 *
 * <p>Immutable.
 */
final class Routes {

    /**
     * One route, ready for use.
     *
     * @param framePace how fast frames may come; null is unlimited
     */
    record Route(
            RouteConfig config,
            Origins origins,
            SessionPolicy policy,
            @Nullable Rate framePace,
            @Nullable ForwardAuth auth) {}

    private final Map<String, List<Route>> byPath;

    private Routes(Map<String, List<Route>> byPath) {
        this.byPath = byPath;
    }

    /** @param routes all routes of the gateway; those that do not serve the listener are left out */
    static Routes of(String listener, List<Route> routes) {
        Map<String, List<Route>> byPath = new HashMap<>();
        for (Route route : routes) {
            List<String> listeners = route.config().listeners();
            if (listeners.isEmpty() || listeners.contains(listener)) {
                for (String path : route.config().paths()) {
                    byPath.computeIfAbsent(path, p -> new ArrayList<>()).add(route);
                }
            }
        }
        return new Routes(byPath);
    }

    /** Whether some route serves the path, for whatever host. */
    boolean serves(String path) {
        return byPath.containsKey(path);
    }

    /**
     * @param path decoded once
     * @param host without port; any case
     */
    @Nullable
    Route find(String path, String host) {
        String name = host.toLowerCase(Locale.ROOT);
        Route best = null;
        int bestRank = -1;
        for (Route route : byPath.getOrDefault(path, List.of())) {
            int rank = rank(route.config().hosts(), name);
            if (rank > bestRank) {
                best = route;
                bestRank = rank;
            }
        }
        return best;
    }

    private static int rank(List<String> patterns, String host) {
        if (patterns.isEmpty()) {
            return 0;
        }
        int rank = -1;
        for (String pattern : patterns) {
            if (pattern.equals(host)) {
                return Integer.MAX_VALUE;
            }
            boolean matches = pattern.startsWith("*.")
                    && host.length() > pattern.length() - 1
                    && host.endsWith(pattern.substring(1));
            if (matches) {
                rank = Math.max(rank, pattern.length());
            }
        }
        return rank;
    }
}
