package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.identity.Cidr;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KeyBoundariesTest {

    static Stream<Arguments> accepted() {
        return Stream.of(
                row("listener.bind", "127.0.0.1:0", List.of(new HostPort("127.0.0.1", 0))),
                row("listener.bind", "[FE80::1%eth0]:65535", List.of(new HostPort("fe80::1%eth0", 65535))),
                row("listener.tls", "off", List.of()),
                row("listener.tls", "a1, b", List.of("a1", "b")),
                row("listener.allow-plaintext", "true", true),
                row("listener.allow-plaintext", "false", false),
                row("listener.client-address", "peer", ListenerConfig.ClientAddress.PEER),
                row("listener.client-address", "proxy-protocol", ListenerConfig.ClientAddress.PROXY_PROTOCOL),
                row("listener.client-address", "x-forwarded-for", ListenerConfig.ClientAddress.X_FORWARDED_FOR),
                row("listener.client-address", "forwarded", ListenerConfig.ClientAddress.FORWARDED),
                row("listener.trusted-proxies", "none", List.of()),
                row(
                        "listener.trusted-proxies",
                        "10.0.0.0/8, ::1",
                        List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("::1"))),
                row("listener.handshake-timeout", "1ms", Duration.ofMillis(1)),
                row("listener.handshake-timeout", "1h", Duration.ofHours(1)),
                row("listener.direct-tls", "on", true),
                row("listener.direct-tls", "off", false),
                row("listener.ping-after", "1s", Optional.of(Duration.ofSeconds(1))),
                row("listener.ping-after", "1h", Optional.of(Duration.ofHours(1))),
                row("listener.ping-after", "off", Optional.empty()),
                row("tls.certificate", "a b.pem", Path.of("a b.pem")),
                row("tls.private-key", "/k.pem", Path.of("/k.pem")),
                row("tls.private-key-password-file", "../p", Path.of("../p")),
                row("tls.server-names", "certificate", List.of()),
                row("tls.server-names", "A.example, *.b.example", List.of("a.example", "*.b.example")),
                row("tls.client-auth", "none", TlsConfig.ClientAuth.NONE),
                row("tls.client-auth", "optional", TlsConfig.ClientAuth.OPTIONAL),
                row("tls.client-auth", "required", TlsConfig.ClientAuth.REQUIRED),
                row("tls.client-ca", "ca.pem", Path.of("ca.pem")),
                row("tls.crl", "crl.pem", Path.of("crl.pem")),
                row("tls.min-version", "1.2", TlsConfig.MinVersion.TLS_1_2),
                row("tls.min-version", "1.3", TlsConfig.MinVersion.TLS_1_3),
                row("tls.provider", "jdk", TlsConfig.Library.JDK),
                row("tls.provider", "conscrypt", TlsConfig.Library.CONSCRYPT),
                row("route.listeners", "all", List.of()),
                row("route.listeners", "b,a", List.of("b", "a")),
                row("route.hosts", "any", List.of()),
                row("route.hosts", "*.Example.com, 10.0.0.1", List.of("*.example.com", "10.0.0.1")),
                row("route.paths", "/", List.of("/")),
                row("route.paths", "/a%20b, /%C3%BC, /100%25, /..a", List.of("/a b", "/\u00fc", "/100%", "/..a")),
                row("route.subprotocols", "mqttv3.1", List.of("mqttv3.1")),
                row("route.origins", "any", new OriginRule(true, false, List.of())),
                row("route.origins", "same-origin", new OriginRule(false, true, List.of())),
                row("route.origin-absent", "allow", true),
                row("route.origin-absent", "deny", false),
                row("route.clusters", "eu1", List.of("eu1")),
                row("route.clusters", "eu, us", List.of("eu", "us")),
                row("route.limit", "slow", "slow"),
                row("route.bridges", "allow", true),
                row("route.bridges", "deny", false),
                row("route.auth.url", "off", Optional.empty()),
                row("route.auth.url", "https://a/b?c", Optional.of(URI.create("https://a/b?c"))),
                row("route.auth.timeout", "1ms", Duration.ofMillis(1)),
                row("route.auth.timeout", "1m", Duration.ofMinutes(1)),
                row("route.auth.fail", "closed", false),
                row("route.auth.fail", "open", true),
                row("route.auth.cache", "off", Optional.empty()),
                row("route.auth.cache", "1s", Optional.of(Duration.ofSeconds(1))),
                row("route.auth.cache", "1d", Optional.of(Duration.ofDays(1))),
                row("cluster.brokers", "B.example:1", List.of(broker("b.example", 1, 1))),
                row("cluster.brokers", "my_broker:65535", List.of(broker("my_broker", 65535, 1))),
                row(
                        "cluster.brokers",
                        "a:1 weight=1, [::1]:2  weight=1000",
                        List.of(broker("a", 1, 1), broker("::1", 2, 1000))),
                row("cluster.balance", "least-connections", BalanceConfig.By.LEAST_CONNECTIONS),
                row("cluster.balance", "round-robin", BalanceConfig.By.ROUND_ROBIN),
                row("cluster.balance", "client-id-hash", BalanceConfig.By.CLIENT_ID_HASH),
                row("cluster.balance", "source-hash", BalanceConfig.By.SOURCE_HASH),
                row("cluster.hash-bound", "1", 1.0),
                row("cluster.hash-bound", "100", 100.0),
                row("cluster.slow-start", "1s", Optional.of(Duration.ofSeconds(1))),
                row("cluster.slow-start", "1h", Optional.of(Duration.ofHours(1))),
                row("cluster.slow-start", "off", Optional.empty()),
                row("cluster.max-connections", "1", 1),
                row("cluster.max-connections", "1000000000", 1_000_000_000),
                row("cluster.max-connections", "unlimited", Integer.MAX_VALUE),
                row("cluster.max-connecting", "1", 1),
                row("cluster.max-connecting", "1000000000", 1_000_000_000),
                row("cluster.max-connecting", "unlimited", Integer.MAX_VALUE),
                row("cluster.queue-size", "1", Optional.of(1)),
                row("cluster.queue-size", "1000000", Optional.of(1_000_000)),
                row("cluster.queue-size", "off", Optional.empty()),
                row("cluster.queue-timeout", "1ms", Duration.ofMillis(1)),
                row("cluster.queue-timeout", "1h", Duration.ofHours(1)),
                row("cluster.eject.after", "1", Optional.of(1)),
                row("cluster.eject.after", "1000", Optional.of(1000)),
                row("cluster.eject.after", "off", Optional.empty()),
                row("cluster.eject.time", "1s", Duration.ofSeconds(1)),
                row("cluster.eject.time", "5m", Duration.ofMinutes(5)),
                row("cluster.eject.max", "1%", 1),
                row("cluster.eject.max", "100%", 100),
                row("cluster.health.type", "auto", HealthConfig.Type.AUTO),
                row("cluster.health.type", "tcp", HealthConfig.Type.TCP),
                row("cluster.health.type", "mqtt", HealthConfig.Type.MQTT),
                row("cluster.health.type", "http", HealthConfig.Type.HTTP),
                row("cluster.health.type", "off", HealthConfig.Type.OFF),
                row("cluster.health.interval", "100ms", Duration.ofMillis(100)),
                row("cluster.health.interval", "1h", Duration.ofHours(1)),
                row("cluster.health.timeout", "1ms", Duration.ofMillis(1)),
                row("cluster.health.timeout", "1m", Duration.ofMinutes(1)),
                row("cluster.health.rise", "1", 1),
                row("cluster.health.rise", "100", 100),
                row("cluster.health.fall", "1", 1),
                row("cluster.health.fall", "100", 100),
                row("cluster.health.url", "off", Optional.empty()),
                row("cluster.health.url", "https://{host}/h?x=1", Optional.of("https://{host}/h?x=1")),
                row("cluster.dial-timeout", "1ms", Duration.ofMillis(1)),
                row("cluster.dial-timeout", "60m", Duration.ofHours(1)),
                row("cluster.dial-tries", "1", 1),
                row("cluster.dial-tries", "100", 100),
                row("cluster.retry-refused", "true", true),
                row("cluster.retry-refused", "false", false),
                row("cluster.warm.max", "off", Optional.empty()),
                row("cluster.warm.max", "1", Optional.of(1)),
                row("cluster.warm.max", "1000", Optional.of(1000)),
                row("cluster.warm.max-age", "100ms", Duration.ofMillis(100)),
                row("cluster.warm.max-age", "1m", Duration.ofMinutes(1)),
                row("cluster.send-proxy-protocol", "off", LinkConfig.ProxyProtocol.OFF),
                row("cluster.send-proxy-protocol", "v1", LinkConfig.ProxyProtocol.V1),
                row("cluster.send-proxy-protocol", "v2", LinkConfig.ProxyProtocol.V2),
                row("cluster.tls", "on", true),
                row("cluster.tls", "off", false),
                row("cluster.tls.ca", "ca.pem", Path.of("ca.pem")),
                row("cluster.tls.certificate", "c.pem", Path.of("c.pem")),
                row("cluster.tls.private-key", "k.pem", Path.of("k.pem")),
                row("cluster.tls.server-name", "B.example", "b.example"),
                row("cluster.tls.server-name", "10.0.0.1", "10.0.0.1"),
                row("cluster.tls.server-name", "::1", "::1"),
                row("cluster.source-addresses", "any", List.of()),
                row("cluster.source-addresses", "127.0.0.1, ::1", List.of(address("127.0.0.1"), address("::1"))),
                row("cluster.resolve-interval", "1000ms", Duration.ofSeconds(1)),
                row("cluster.resolve-interval", "1d", Duration.ofDays(1)),
                row("limit.connect-packet-timeout", "1ms", Duration.ofMillis(1)),
                row("limit.connect-packet-timeout", "3600s", Duration.ofHours(1)),
                row("limit.connack-timeout", "1ms", Duration.ofMillis(1)),
                row("limit.connack-timeout", "1h", Duration.ofHours(1)),
                row("limit.close-timeout", "1ms", Duration.ofMillis(1)),
                row("limit.close-timeout", "1h", Duration.ofHours(1)),
                row("limit.packet.max-before-connack", "64B", 64L),
                row("limit.packet.max-before-connack", "16MiB", 16L << 20),
                row("limit.packet.max", "64B", 64L),
                row("limit.packet.max", "256MiB", 256L << 20),
                row("limit.packet.max", "unlimited", Long.MAX_VALUE),
                row("limit.keep-alive.factor", "1", 1.0),
                row("limit.keep-alive.factor", "100.0", 100.0),
                row("limit.keep-alive.grace", "0s", Duration.ZERO),
                row("limit.keep-alive.grace", "1h", Duration.ofHours(1)),
                row("limit.write-stall-timeout", "1ms", Optional.of(Duration.ofMillis(1))),
                row("limit.write-stall-timeout", "1h", Optional.of(Duration.ofHours(1))),
                row("limit.write-stall-timeout", "off", Optional.empty()),
                row("limit.versions", "5", Set.of(LimitConfig.MqttVersion.V5)),
                row(
                        "limit.versions",
                        "3.1.1,3.1",
                        Set.of(LimitConfig.MqttVersion.V3_1, LimitConfig.MqttVersion.V3_1_1)),
                row("limit.publish.rate", "1/s", Optional.of(1L)),
                row("limit.publish.rate", "1000000000/s", Optional.of(1_000_000_000L)),
                row("limit.publish.rate", "unlimited", Optional.empty()),
                row("limit.publish.burst", "1", 1L),
                row("limit.publish.burst", "1000000000", 1_000_000_000L),
                row("limit.packets.rate", "1/s", Optional.of(1L)),
                row("limit.packets.rate", "1000000000/s", Optional.of(1_000_000_000L)),
                row("limit.packets.rate", "unlimited", Optional.empty()),
                row("limit.packets.burst", "1", 1L),
                row("limit.packets.burst", "1000000000", 1_000_000_000L),
                row("limit.bytes.rate", "1B/s", Optional.of(1L)),
                row("limit.bytes.rate", "1000GiB/s", Optional.of(1000L << 30)),
                row("limit.bytes.rate", "unlimited", Optional.empty()),
                row("limit.bytes.burst", "1B", 1L),
                row("limit.bytes.burst", "1000GiB", 1000L << 30),
                row("limit.max-pause", "100ms", Duration.ofMillis(100)),
                row("limit.max-pause", "1m", Duration.ofMinutes(1)),
                row("limit.close-after", "1s", Optional.of(Duration.ofSeconds(1))),
                row("limit.close-after", "1d", Optional.of(Duration.ofDays(1))),
                row("limit.close-after", "off", Optional.empty()),
                row(
                        "health.bind",
                        "[::]:8081, 127.0.0.1:0",
                        List.of(new HostPort("::", 8081), new HostPort("127.0.0.1", 0))),
                row("health.bind", "off", List.of()),
                row("tls.reload-interval", "1s", Optional.of(Duration.ofSeconds(1))),
                row("tls.reload-interval", "24h", Optional.of(Duration.ofDays(1))),
                row("tls.reload-interval", "off", Optional.empty()),
                row("drain.unready-delay", "0s", Duration.ZERO),
                row("drain.unready-delay", "1h", Duration.ofHours(1)),
                row("drain.close-spread-time", "0s", Duration.ZERO),
                row("drain.close-spread-time", "24h", Duration.ofDays(1)),
                row("drain.hard-stop-after", "0s", Duration.ZERO),
                row("drain.hard-stop-after", "25h", Duration.ofHours(25)),
                row("drain.server-reference", "none", Optional.empty()),
                row("drain.server-reference", "b.example.com:443", Optional.of("b.example.com:443")),
                row("memory.watermarks", "75%,85%,95%", Optional.of(new MemoryConfig(75, 85, 95))),
                row("memory.watermarks", "1%, 1%, 100%", Optional.of(new MemoryConfig(1, 1, 100))),
                row("memory.watermarks", "off", Optional.empty()),
                row("limit.max-lifetime", "1s", Optional.of(Duration.ofSeconds(1))),
                row("limit.max-lifetime", "365d", Optional.of(Duration.ofDays(365))),
                row("limit.max-lifetime", "off", Optional.empty()),
                row("limit.mode", "enforce", LimitConfig.Mode.ENFORCE),
                row("limit.mode", "report", LimitConfig.Mode.REPORT),
                row("address.mode", "enforce", AddressConfig.Mode.ENFORCE),
                row("address.mode", "report", AddressConfig.Mode.REPORT),
                row("address.connection-rate", "1/s", Optional.of(1L)),
                row("address.connection-rate", "1000000/s", Optional.of(1_000_000L)),
                row("address.connection-rate", "unlimited", Optional.empty()),
                row("address.burst", "1", 1L),
                row("address.burst", "1000000", 1_000_000L),
                row("address.awaiting-connect", "1", 1),
                row("address.awaiting-connect", "1000000000", 1_000_000_000),
                row("address.awaiting-connect", "unlimited", Integer.MAX_VALUE),
                row("address.connections", "1", 1),
                row("address.connections", "1000000000", 1_000_000_000),
                row("address.connections", "unlimited", Integer.MAX_VALUE),
                row("address.ipv6-prefix", "1", 1),
                row("address.ipv6-prefix", "128", 128),
                row("address.tracked", "1", 1),
                row("address.tracked", "10000000", 10_000_000),
                row("address.allow", "any", List.of()),
                row(
                        "address.allow",
                        "192.0.2.7, 2001:db8::/32",
                        List.of(Cidr.parse("192.0.2.7"), Cidr.parse("2001:db8::/32"))),
                row("address.deny", "none", List.of()),
                row("address.deny", "0.0.0.0/0", List.of(Cidr.parse("0.0.0.0/0"))),
                row("gateway.max-sessions", "1", Optional.of(1)),
                row("gateway.max-sessions", "10000000", Optional.of(10_000_000)),
                row("gateway.max-sessions", "auto", Optional.empty()),
                row("gateway.io-threads", "1", Optional.of(1)),
                row("gateway.io-threads", "1024", Optional.of(1024)),
                row("gateway.io-threads", "cores", Optional.empty()),
                row("admin.bind", "127.0.0.1:0", Optional.of(new HostPort("127.0.0.1", 0))),
                row("admin.bind", "[::]:65535", Optional.of(new HostPort("::", 65535))),
                row("admin.bind", "off", Optional.empty()),
                row("admin.token-file", "/t", Path.of("/t")),
                row("log.format", "text", LogConfig.Format.TEXT),
                row("log.format", "json", LogConfig.Format.JSON),
                row("log.sessions", "on", true),
                row("log.sessions", "off", false),
                row("log.user-name", "plain", LogConfig.UserName.PLAIN),
                row("log.user-name", "hash", LogConfig.UserName.HASH),
                row("log.user-name", "off", LogConfig.UserName.OFF));
    }

    private static BrokerConfig broker(String host, int port, int weight) {
        return new BrokerConfig(new HostPort(host, port), weight);
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException neverForLiterals) {
            throw new AssertionError(neverForLiterals);
        }
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                refusals("listener.bind", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1", "[::1%]:1", "a,a:1"),
                refusals("listener.tls", "web, off", "Web", "1a", "a-b"),
                refusals("listener.allow-plaintext", "TRUE", "yes", "1"),
                refusals("listener.client-address", "off", "Peer", "proxy", "peer, forwarded"),
                refusals("listener.trusted-proxies", "none, ::1", "10.0.0.1/8", "proxy.example", "::1, ::1", "any"),
                refusals("listener.ping-after", "999ms", "3601s", "0", "on", "60"),
                refusals("listener.direct-tls", "true", "ON", "yes", "none"),
                refusals("listener.handshake-timeout", "0ms", "3600001ms", "off", "10", "-1s", "+1s", "1w", "1\u0661s"),
                refusals("tls.certificate", "a\u0000b"),
                refusals("tls.private-key", "a\u0000b"),
                refusals("tls.private-key-password-file", "a\u0000b"),
                refusals("tls.server-names", "certificate, a", "*", "a:443"),
                refusals("tls.client-auth", "off", "want", "Required"),
                refusals("tls.client-ca", "a\u0000b"),
                refusals("tls.crl", "a\u0000b"),
                refusals("tls.min-version", "1.1", "1.4", "TLSv1.2"),
                refusals("tls.provider", "JDK", "openssl", "off"),
                refusals("route.listeners", "all, a", "a,,b", "a,a", "*"),
                refusals("route.hosts", "any, a", "*.", "a:1", "*.10.0.0.1", "a/b"),
                refusals(
                        "route.paths", "mqtt", "/a?b", "/a#b", "/.", "/a/..", "/a/.%2e/b", "/%", "/%4", "/%C3", "/%0a"),
                refusals("route.subprotocols", "mqtt v5", "mqtt/5", "mqtt,mqtt"),
                refusals(
                        "route.origins",
                        "any, same-origin",
                        "https://a/",
                        "https://a:0",
                        "https://a:65536",
                        "//a",
                        "https:a"),
                refusals("route.origin-absent", "true", "off"),
                refusals("route.clusters", "a,a", "A"),
                refusals("route.limit", "a,b", "A"),
                refusals("route.bridges", "true", "off"),
                refusals(
                        "route.auth.url",
                        "a/b",
                        "ftp://a/b",
                        "http:///b",
                        "http://u:p@a/b",
                        "http://a/#b",
                        "http://a b"),
                refusals("route.auth.timeout", "0ms", "60001ms", "off"),
                refusals("route.auth.fail", "off", "Open"),
                refusals("route.auth.cache", "999ms", "86400001ms", "0"),
                refusals("cluster.brokers", "b:0", "b:65536", "b", "[::1]", "1.2.3.4.5:1", "a".repeat(64) + ":1"),
                refusals(
                        "cluster.brokers",
                        "b:1 weight=0",
                        "b:1 weight=1001",
                        "b:1 weight=",
                        "b:1 weight",
                        "b:1 wait=2",
                        "b weight=2",
                        "b:1, b:1 weight=2"),
                refusals("cluster.balance", "least", "Round-Robin", "off"),
                refusals("cluster.hash-bound", "0.99", "101", "unlimited", "-1"),
                refusals("cluster.slow-start", "999ms", "3600001ms", "0s"),
                refusals("cluster.max-connections", "0", "1000000001", "off", "100/s"),
                refusals("cluster.max-connecting", "0", "1000000001", "off", "100/s"),
                refusals("cluster.queue-size", "0", "1000001", "unlimited"),
                refusals("cluster.queue-timeout", "0ms", "3600001ms", "off"),
                refusals("cluster.eject.after", "0", "1001", "never", "3s"),
                refusals("cluster.eject.time", "999ms", "301s", "off"),
                refusals("cluster.eject.max", "0%", "101%", "50", "0.5", "half", "off"),
                refusals("cluster.health.type", "TCP", "ping", "none"),
                refusals("cluster.health.interval", "99ms", "3600001ms", "off"),
                refusals("cluster.health.timeout", "0ms", "60001ms", "off"),
                refusals("cluster.health.rise", "0", "101", "off"),
                refusals("cluster.health.fall", "0", "101", "off"),
                refusals("cluster.health.url", "{host}:8080", "ftp://{host}/", "http://u@{host}/", "http:///h", "/h"),
                refusals("cluster.dial-timeout", "0ms", "3600001ms", "off"),
                refusals("cluster.dial-tries", "0", "101", "2.0", "2s"),
                refusals("cluster.retry-refused", "on", "TRUE", "3"),
                refusals("cluster.warm.max", "0", "1001", "unlimited", "-1"),
                refusals("cluster.warm.max-age", "99ms", "60001ms", "off"),
                refusals("cluster.send-proxy-protocol", "on", "V2", "2"),
                refusals("cluster.tls", "true", "On", "b.example"),
                refusals("cluster.tls.ca", "a\u0000b"),
                refusals("cluster.tls.certificate", "a\u0000b"),
                refusals("cluster.tls.private-key", "a\u0000b"),
                refusals("cluster.tls.server-name", "*.b.example", "b:8883", "1.2.3", "[::1]", "a b"),
                refusals(
                        "cluster.source-addresses", "any, ::1", "0.0.0.0", "::", "b.example", "224.0.0.1", "fe80::1%e"),
                refusals("cluster.resolve-interval", "999ms", "86400001ms", "off"),
                refusals("limit.connect-packet-timeout", "0ms", "3600001ms", "off"),
                refusals("limit.connack-timeout", "0ms", "3600001ms", "off"),
                refusals("limit.close-timeout", "0ms", "3600001ms", "off"),
                refusals("limit.packet.max-before-connack", "63B", "16777217B", "unlimited", "64", "1kib"),
                refusals("limit.packet.max", "63B", "268435457B", "off", "1024", "1KB", "1.5MiB", "1 MiB"),
                refusals("limit.keep-alive.factor", "0", "0.999", "100.1", "1.", ".5", "1e1", "NaN", "-2", "1,5"),
                refusals("limit.keep-alive.grace", "3600001ms", "0", "off"),
                refusals("limit.write-stall-timeout", "0ms", "3600001ms", "unlimited", "60"),
                refusals("limit.versions", "4", "5.0", "3.1,3.1", "v5"),
                refusals("limit.publish.rate", "0/s", "1000000001/s", "off", "1000", "1000/min", "1B/s", "/s"),
                refusals("limit.publish.burst", "0", "1000000001", "unlimited", "2000/s"),
                refusals("limit.packets.rate", "0/s", "1000000001/s", "off", "2000", "2000/h", "1 /s", "1/s/s"),
                refusals("limit.packets.burst", "0", "1000000001", "off", "4000B"),
                refusals("limit.bytes.rate", "0B/s", "1073741824001B/s", "off", "1MiB", "1/s", "1MB/s", "1TiB/s"),
                refusals("limit.bytes.burst", "0B", "1073741824001B", "unlimited", "4096", "4MiB/s"),
                refusals("limit.max-pause", "99ms", "60001ms", "off", "5"),
                refusals("limit.close-after", "999ms", "86400001ms", "unlimited", "60"),
                refusals(
                        "memory.watermarks",
                        "75%",
                        "75%, 85%",
                        "75, 85, 95",
                        "0%, 1%, 2%",
                        "85%, 75%, 95%",
                        "1%, 2%, 101%"),
                refusals("health.bind", "8081", "off, [::]:8081", "host:99999"),
                refusals("tls.reload-interval", "999ms", "86401s", "on", "60"),
                refusals("drain.unready-delay", "3601s", "off", "5"),
                refusals("drain.close-spread-time", "86401s", "off", "15"),
                refusals("drain.hard-stop-after", "90001s", "off", "25"),
                refusals("drain.server-reference", "with blank", "caf\u00e9"),
                refusals("limit.max-lifetime", "0s", "366d", "unlimited", "3600"),
                refusals("limit.mode", "off", "Report", "enforce, report"),
                refusals("address.mode", "off", "Report", "enforce, report"),
                refusals("address.connection-rate", "0/s", "1000001/s", "off", "50", "50/min"),
                refusals("address.burst", "0", "1000001", "unlimited", "500/s"),
                refusals("address.awaiting-connect", "0", "1000000001", "off", "200/s"),
                refusals("address.connections", "0", "1000000001", "off", "-1"),
                refusals("address.ipv6-prefix", "0", "129", "/64"),
                refusals("address.tracked", "0", "10000001", "unlimited"),
                refusals("address.allow", "none", "any, 10.0.0.0/8", "10.0.0.1/8", "10.0.0.0/33", "host.example"),
                refusals("address.deny", "any", "none, ::1", "::1/129", "10.1", "::1, ::1"),
                refusals("gateway.max-sessions", "0", "10000001", "unlimited", "1k"),
                refusals("gateway.io-threads", "0", "1025", "4 cores", "-1", "99999999999999999999"),
                refusals("admin.bind", "9883", "127.0.0.1:65536", "a:1, b:1", "Off", "http://a:1"),
                refusals("admin.token-file", "a\u0000b"),
                refusals("log.format", "JSON", "logfmt", "text, json"),
                refusals("log.sessions", "true", "On"),
                refusals("log.user-name", "on", "sha256", "Plain"));
    }

    @ParameterizedTest(name = "{0}={1}")
    @MethodSource("accepted")
    void readsWhatTheKeyAccepts(String key, List<String> texts, Object value) {
        List<String> problems = new ArrayList<>();

        Object read = key(key).format().read(texts.get(0), problems::add);

        assertThat(problems).isEmpty();
        assertThat(read).isEqualTo(value);
    }

    @ParameterizedTest(name = "{0}={1}")
    @MethodSource("refused")
    void tellsOneProblemForWhatTheKeyRefuses(String key, List<String> texts) {
        for (String text : texts) {
            List<String> problems = new ArrayList<>();

            Object read = key(key).format().read(text, problems::add);

            assertThat(read).as(text).isNull();
            assertThat(problems).as(text).hasSize(1);
        }
    }

    @Test
    void hasRowsForEveryKey() {
        List<String> keys = Keys.ALL.stream().map(Key::path).toList();

        assertThat(accepted().map(row -> row.get()[0]).distinct()).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(refused().map(row -> row.get()[0]).distinct()).containsExactlyInAnyOrderElementsOf(keys);
    }

    @Test
    void readsEveryDefault() {
        for (Key<?> key : Keys.ALL) {
            List<String> problems = new ArrayList<>();
            String text = key.defaultValue();

            Object read = text == null ? "" : key.format().read(text, problems::add);

            assertThat(problems).as(key.path()).isEmpty();
            assertThat(read).as(key.path()).isNotNull();
        }
    }

    private static Arguments row(String key, String text, Object value) {
        return Arguments.of(key, List.of(text), value);
    }

    private static Arguments refusals(String key, String... texts) {
        return Arguments.of(key, Arrays.asList(texts));
    }

    private static Key<?> key(String path) {
        return Keys.ALL.stream()
                .filter(key -> key.path().equals(path))
                .findFirst()
                .orElseThrow();
    }
}
