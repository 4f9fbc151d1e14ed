package io.sluice.config;

import java.util.List;

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
 * @param cluster name of the cluster ({@code route.clusters})
 * @param limit name of the limit policy
 * @param bridgesAllowed CONNECT with bit 7 of the protocol level set passes
 */
public record RouteConfig(
        String name,
        List<String> listeners,
        List<String> hosts,
        List<String> paths,
        List<String> subprotocols,
        OriginRule origins,
        boolean originAbsentAllowed,
        String cluster,
        String limit,
        boolean bridgesAllowed) {

    public RouteConfig {
        listeners = List.copyOf(listeners);
        hosts = List.copyOf(hosts);
        paths = List.copyOf(paths);
        subprotocols = List.copyOf(subprotocols);
    }
}
