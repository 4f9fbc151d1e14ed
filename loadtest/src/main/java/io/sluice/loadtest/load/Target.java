package io.sluice.loadtest.load;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where clients connect, and how.
 *
 * <p>Immutable.
 *
 * @param url scheme {@code ws}, {@code wss}, {@code mqtt} or {@code mqtts}
 * @param address resolved
 * @param upgrade null: bare MQTT
 * @param trust null: without TLS
 * @param resume whether each client keeps its TLS session for its next connection
 * @param level 4 (MQTT 3.1.1) or 5 (5.0)
 * @param framePerPacket whether packets sent at once go in a WebSocket frame each
 * @param sources local addresses, used in turn; empty: the system's choice
 */
record Target(
        URI url,
        InetSocketAddress address,
        @Nullable Upgrade upgrade,
        @Nullable Trust trust,
        boolean resume,
        int level,
        boolean framePerPacket,
        List<InetAddress> sources) {

    private static final int MQTT_PORT = 1883;
    private static final int MQTTS_PORT = 8883;
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Bare MQTT without TLS. */
    static Target broker(String host, int port, int level) throws LoadException {
        URI url = URI.create("mqtt://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
        return new Target(url, resolve(url), null, null, false, level, false, List.of());
    }

    static boolean isTls(URI url) {
        return "wss".equals(url.getScheme()) || "mqtts".equals(url.getScheme());
    }

    static boolean isWebSocket(URI url) {
        return "ws".equals(url.getScheme()) || "wss".equals(url.getScheme());
    }

    /**
     * The address of a URL's host.
     *
     * @throws LoadException the name is not known
     */
    static InetSocketAddress resolve(URI url) throws LoadException {
        String host = host(url);
        InetSocketAddress address = new InetSocketAddress(host, port(url));
        if (address.isUnresolved()) {
            throw new LoadException("cannot reach " + url + ": unknown host " + host);
        }
        return address;
    }

    private static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        if (isWebSocket(url)) {
            return isTls(url) ? HTTPS_PORT : HTTP_PORT;
        }
        return isTls(url) ? MQTTS_PORT : MQTT_PORT;
    }

    /** The URL's host, an IPv6 address without brackets. */
    private static String host(URI url) {
        String host = String.valueOf(url.getHost());
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    String host() {
        return host(url);
    }

    @Nullable
    InetAddress source(int client) {
        return sources.isEmpty() ? null : sources.get(client % sources.size());
    }
}
