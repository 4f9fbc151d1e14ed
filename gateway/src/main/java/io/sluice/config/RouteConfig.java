package io.sluice.config;

import java.util.List;
import java.util.Optional;

/**
 * One route: which requests go to which cluster, and from which pages ({@code route.<name>.*}).
 *
 * <p>Immutable.
 *
 * @param listeners names of the listeners it serves; empty means all
 * @param hosts lower-case host names, exact or {@code *.example.com}; empty means any
 * @param paths exact paths, each beginning with a slash, at least one
 * @param subprotocols acceptable WebSocket subprotocols, the preferred one first
 * @param originAbsentAllowed a request without an Origin header passes (clients that are no browsers send none)
 * @param clusters names of the clusters, the preferred one first, at least one
 * @param limit name of the limit policy
 * @param bridgesAllowed CONNECT with bit 7 of the protocol level set passes
 * @param auth who is asked before a client gets in; empty: nobody
 */
public record RouteConfig(
        String name,
        List<String> listeners,
        List<String> hosts,
        List<String> paths,
        List<String> subprotocols,
        OriginRule origins,
        boolean originAbsentAllowed,
        List<String> clusters,
        String limit,
        boolean bridgesAllowed,
        Optional<AuthConfig> auth) {

    public RouteConfig {
        listeners = List.copyOf(listeners);
        hosts = List.copyOf(hosts);
        paths = List.copyOf(paths);
        subprotocols = List.copyOf(subprotocols);
        clusters = List.copyOf(clusters);
    }
}
