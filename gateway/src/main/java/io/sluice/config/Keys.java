package io.sluice.config;

import io.sluice.config.LimitConfig.Mode;
import io.sluice.config.LimitConfig.MqttVersion;
import io.sluice.config.LinkConfig.ProxyProtocol;
import io.sluice.config.ListenerConfig.ClientAddress;
import io.sluice.config.TlsConfig.ClientAuth;
import io.sluice.config.TlsConfig.Library;
import io.sluice.config.TlsConfig.MinVersion;
import io.sluice.identity.Cidr;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The table of keys, in the order of the reference: to add a key, add a row here, its comment to {@code
 * config/gateway.properties} and its use to {@link Binder}.
 *
 * <p>Immutable.
 */
final class Keys {
    private static final List<Key<?>> TABLE = new ArrayList<>();

    private static final String MOST_PER_SECOND = "1000000000/s";
    private static final int MOST_AT_ONCE = 1_000_000_000;

    static final Key<List<HostPort>> LISTENER_BIND = row(
            Section.LISTENER,
            "bind",
            "[::]:443",
            Format.list(Hosts.hostPort(0, "[::]:443")),
            "Where to listen: host:port, several by comma. [::] takes IPv4 too; port 0 takes a free one; ports"
                    + " below 1024 need CAP_NET_BIND_SERVICE.");
    static final Key<List<String>> LISTENER_TLS = row(
            Section.LISTENER,
            "tls",
            "default",
            Format.listOr(Checks.OFF, Formats.NAME),
            "Names of the TLS bundles, several by comma, of which the client's server name (SNI) picks one, the first"
                    + " where none fits; or off for plain ws, which beyond loopback needs allow-plaintext too.");
    static final Key<Boolean> LISTENER_ALLOW_PLAINTEXT = row(
            Section.LISTENER,
            "allow-plaintext",
            "false",
            Formats.either("true", "false"),
            "true: plain ws beyond loopback is meant, e.g. behind a balancer that ends TLS.");
    static final Key<ClientAddress> LISTENER_CLIENT_ADDRESS = row(
            Section.LISTENER,
            "client-address",
            "peer",
            Format.choice("peer", "proxy-protocol", "x-forwarded-for", "forwarded")
                    .map(Formats::clientAddress),
            "Who tells the client's address: peer (the other end of the connection is the client), proxy-protocol (a"
                    + " PROXY v1 or v2 header in front of TLS), or the HTTP header x-forwarded-for or forwarded; the"
                    + " last three only from trusted-proxies.");
    static final Key<List<Cidr>> LISTENER_TRUSTED_PROXIES = row(
            Section.LISTENER,
            "trusted-proxies",
            "none",
            Format.listOr("none", Formats::cidr),
            "Addresses and networks of the proxies in front that are believed, several by comma, e.g. 10.0.0.0/8, or"
                    + " none. Headers are walked from the right past all that are trusted. Without TLS their"
                    + " X-Forwarded-Proto is the scheme that origins are compared by.");
    static final Key<Duration> LISTENER_HANDSHAKE_TIMEOUT = row(
            Section.LISTENER,
            "handshake-timeout",
            "10s",
            Quantity.duration("1ms", "1h"),
            "Longest PROXY header, longest TLS handshake, and longest HTTP request, 1ms to 1h.");

    static final Key<Boolean> LISTENER_DIRECT_TLS = row(
            Section.LISTENER,
            "direct-tls",
            "on",
            Formats.either("on", "off"),
            "on: the gateway itself encrypts the connections of sessions, with fewer system calls; off: Undertow goes"
                    + " on as it began, for the case that on makes trouble.");

    static final Key<Optional<Duration>> LISTENER_PING_AFTER = row(
            Section.LISTENER,
            "ping-after",
            "off",
            Quantity.durationOr("off", "1s", "1h"),
            "When nothing has moved for so long, a WebSocket ping goes to the client, and its connection is dropped when"
                    + " it does not answer in as long again: for balancers that cut silent connections. 1s to 1h, or"
                    + " off; some clients (Paho Java 1.2.5) answer no pings. It is no MQTT keep alive.");

    static final Key<Path> TLS_CERTIFICATE = row(
            Section.TLS,
            "certificate",
            null,
            Format.path(),
            "PEM file: the certificate, then its chain. Required where a listener has TLS. A relative path starts at"
                    + " this file's directory.");
    static final Key<Path> TLS_PRIVATE_KEY =
            row(Section.TLS, "private-key", null, Format.path(), "PEM file: the certificate's private key.");
    static final Key<Path> TLS_PRIVATE_KEY_PASSWORD_FILE = row(
            Section.TLS,
            "private-key-password-file",
            null,
            Format.path(),
            "File whose first line is the password of an encrypted private key.");
    static final Key<List<String>> TLS_SERVER_NAMES = row(
            Section.TLS,
            "server-names",
            "certificate",
            Format.listOr("certificate", Hosts.namePattern()),
            "Host names that the bundle is for, exact or *.example.com, several by comma; or certificate for those in"
                    + " the certificate.");
    static final Key<MinVersion> TLS_MIN_VERSION = row(
            Section.TLS,
            "min-version",
            "1.2",
            Format.choice("1.2", "1.3").map(word -> word.equals("1.2") ? MinVersion.TLS_1_2 : MinVersion.TLS_1_3),
            "Oldest TLS version that a client may use: 1.2 or 1.3.");
    static final Key<Library> TLS_PROVIDER = row(
            Section.TLS,
            "provider",
            "jdk",
            Format.choice("jdk", "conscrypt").map(word -> Library.valueOf(word.toUpperCase(Locale.ROOT))),
            "Whose TLS it is: jdk, or conscrypt, with which handshakes cost less. That is a jar of its own: put"
                    + " conscrypt-openjdk-uber-2.5.2.jar beside sluice-gateway.jar. It runs on x86-64, serves EC and RSA"
                    + " keys, and wants two more open files for each client.");
    static final Key<ClientAuth> TLS_CLIENT_AUTH = row(
            Section.TLS,
            "client-auth",
            "none",
            Format.choice("none", "optional", "required")
                    .map(word -> ClientAuth.valueOf(word.toUpperCase(Locale.ROOT))),
            "Whether clients show a certificate: none, optional (one that is shown must be good) or required.");
    static final Key<Path> TLS_CLIENT_CA = row(
            Section.TLS,
            "client-ca",
            null,
            Format.path(),
            "PEM file: the authorities that issue the clients' certificates.");
    static final Key<Path> TLS_CRL = row(
            Section.TLS,
            "crl",
            null,
            Format.path(),
            "PEM file: certificate revocation lists, one of each of these authorities. A list past its next update"
                    + " refuses all clients of its authority.");

    static final Key<Optional<Duration>> TLS_RELOAD_INTERVAL = row(
            Section.TLS,
            "reload-interval",
            "60s",
            Quantity.durationOr("off", "1s", "24h"),
            "How often these files are looked at: what has changed is served to new connections, what cannot be used is"
                    + " told in the log and changes nothing. 1s to 24h, or off for SIGHUP and ./sluice reload alone.");
    static final Key<List<String>> ROUTE_LISTENERS = row(
            Section.ROUTE,
            "listeners",
            "all",
            Format.listOr("all", Formats.NAME),
            "Names of the listeners the route serves, several by comma, or all.");
    static final Key<List<String>> ROUTE_HOSTS = row(
            Section.ROUTE,
            "hosts",
            "any",
            Format.listOr("any", Hosts.namePattern()),
            "Host names the route serves, exact or *.example.com, several by comma, or any.");
    static final Key<List<String>> ROUTE_PATHS = row(
            Section.ROUTE,
            "paths",
            "/mqtt",
            Format.list(new RequestPath()),
            "Exact paths the route serves, several by comma.");
    static final Key<List<String>> ROUTE_SUBPROTOCOLS = row(
            Section.ROUTE,
            "subprotocols",
            "mqtt, mqttv3.1",
            Format.list(Formats.TOKEN),
            "Accepted WebSocket subprotocols, the preferred one first.");
    static final Key<OriginRule> ROUTE_ORIGINS = row(
            Section.ROUTE,
            "origins",
            "same-origin",
            new Origins(),
            "Pages that may connect: same-origin and/or origins such as https://app.example.com or"
                    + " https://*.example.com, several by comma; or any.");
    static final Key<Boolean> ROUTE_ORIGIN_ABSENT = row(
            Section.ROUTE,
            "origin-absent",
            "allow",
            Format.choice("allow", "deny").map("allow"::equals),
            "allow or deny requests without an Origin; clients that are no browsers send none.");
    static final Key<List<String>> ROUTE_CLUSTERS = row(
            Section.ROUTE,
            "clusters",
            "default",
            Format.list(Formats.NAME),
            "Names of the clusters the route leads to, the preferred one first, several by comma: the next is used"
                    + " while none of a cluster's brokers is live.");
    static final Key<String> ROUTE_LIMIT =
            row(Section.ROUTE, "limit", "default", Formats.NAME, "Name of the route's limit policy.");
    static final Key<Boolean> ROUTE_BRIDGES = row(
            Section.ROUTE,
            "bridges",
            "deny",
            Format.choice("deny", "allow").map("allow"::equals),
            "deny or allow broker bridges (bit 7 of the protocol level), to which some brokers give more rights.");
    static final Key<Optional<URI>> ROUTE_AUTH_URL = row(
            Section.ROUTE,
            "auth.url",
            "off",
            Format.or(Checks.OFF, Formats::httpUrl),
            "Ask this http or https URL before each upgrade, or off. It gets Host, URI and client address as"
                    + " X-Forwarded-*, and Origin, Cookie, Authorization and Sec-WebSocket-Protocol. 2xx lets in, 401 and"
                    + " 403 go to the client, redirects and other 4xx are a 403.");
    static final Key<Duration> ROUTE_AUTH_TIMEOUT = row(
            Section.ROUTE,
            "auth.timeout",
            "2s",
            Quantity.duration("1ms", "1m"),
            "Longest wait for its answer, 1ms to 1m.");
    static final Key<Boolean> ROUTE_AUTH_FAIL = row(
            Section.ROUTE,
            "auth.fail",
            "closed",
            Format.choice("closed", "open").map("open"::equals),
            "closed: no answer in time or a 5xx refuses with 503; open: it lets in.");
    static final Key<Optional<Duration>> ROUTE_AUTH_CACHE = row(
            Section.ROUTE,
            "auth.cache",
            "off",
            Quantity.durationOr("off", "1s", "1d"),
            "How long an answer holds where all that is sent is the same, the client's address too, 1s to 1d, or off.");

    static final Key<List<BrokerConfig>> CLUSTER_BROKERS = row(
            Section.CLUSTER,
            "brokers",
            null,
            new Brokers(),
            "The brokers: host:port, several by comma. Required. Behind host:port weight=2 for twice the share of"
                    + " others, 1 to 1000.");
    static final Key<BalanceConfig.By> CLUSTER_BALANCE = row(
            Section.CLUSTER,
            "balance",
            "least-connections",
            Format.choice("least-connections", "round-robin", "client-id-hash", "source-hash")
                    .map(word -> BalanceConfig.By.valueOf(
                            word.toUpperCase(Locale.ROOT).replace('-', '_'))),
            "Which broker a session goes to: least-connections (of two taken at random the one with fewer), round-robin,"
                    + " client-id-hash (a client id comes to the same broker again; without one as least-connections) or"
                    + " source-hash (the same by the client's address).");
    static final Key<Double> CLUSTER_HASH_BOUND = row(
            Section.CLUSTER,
            "hash-bound",
            "1.25",
            Format.decimal(1, 100),
            "With a hash, most sessions of one broker as a multiple of its fair share, 1 to 100: beyond it a client goes"
                    + " to the next in its order.");
    static final Key<Optional<Duration>> CLUSTER_SLOW_START = row(
            Section.CLUSTER,
            "slow-start",
            "30s",
            Quantity.durationOr("off", "1s", "1h"),
            "How long a broker that was down or disabled takes to grow to its whole share, 1s to 1h, or off.");
    static final Key<Duration> CLUSTER_DIAL_TIMEOUT = row(
            Section.CLUSTER,
            "dial-timeout",
            "3s",
            Quantity.duration("1ms", "1h"),
            "Longest wait for one connection to a broker, TLS included, 1ms to 1h.");
    static final Key<Integer> CLUSTER_DIAL_TRIES = row(
            Section.CLUSTER,
            "dial-tries",
            "2",
            Quantity.count(1, 100),
            "How many brokers are tried for one client, 1 to 100.");
    static final Key<Boolean> CLUSTER_RETRY_REFUSED = row(
            Section.CLUSTER,
            "retry-refused",
            "false",
            Formats.either("true", "false"),
            "true: a client whose broker refuses with 3, 0x88 or 0x89 (unavailable, busy) is tried at the next, and hears of it"
                    + " only when no other takes it.");
    static final Key<Integer> CLUSTER_MAX_CONNECTIONS = row(
            Section.CLUSTER,
            "max-connections",
            "unlimited",
            Formats.orUnlimited(Quantity.countOr("unlimited", 1, MOST_AT_ONCE)),
            "Connections to each broker, warm ones included, 1 to 1000000000, or unlimited. Clients beyond it wait.");
    static final Key<Integer> CLUSTER_MAX_CONNECTING = row(
            Section.CLUSTER,
            "max-connecting",
            "unlimited",
            Formats.orUnlimited(Quantity.countOr("unlimited", 1, MOST_AT_ONCE)),
            "Clients that each broker has not yet answered with CONNACK, 1 to 1000000000, or unlimited. Others wait: a storm"
                    + " of clients reaches the broker at its own pace.");
    static final Key<Optional<Integer>> CLUSTER_QUEUE_SIZE = row(
            Section.CLUSTER,
            "queue-size",
            "1000",
            Quantity.countOr("off", 1, 1_000_000),
            "Most clients that wait for a place at any broker, 1 to 1000000, or off; further ones get CONNACK 3 or 0x89.");
    static final Key<Duration> CLUSTER_QUEUE_TIMEOUT = row(
            Section.CLUSTER,
            "queue-timeout",
            "10s",
            Quantity.duration("1ms", "1h"),
            "Longest wait of one, 1ms to 1h; limit.connack-timeout goes on meanwhile.");
    static final Key<Optional<Integer>> CLUSTER_EJECT_AFTER = row(
            Section.CLUSTER,
            "eject.after",
            "3",
            Quantity.countOr("off", 1, 1000),
            "A broker that so many dials in a row do not reach gets no more for a while, 1 to 1000, or off. What a broker"
                    + " does once it knows the client never counts; the last broker stays.");
    static final Key<Duration> CLUSTER_EJECT_TIME = row(
            Section.CLUSTER,
            "eject.time",
            "10s",
            Quantity.duration("1s", "5m"),
            "For how long, 1s to 5m; each further time twice as long, up to 5m.");
    static final Key<Integer> CLUSTER_EJECT_MAX = row(
            Section.CLUSTER,
            "eject.max",
            "50%",
            Quantity.percent("1%", "100%"),
            "Most brokers of a cluster at a time, 1% to 100%; of one broker none.");
    static final Key<HealthConfig.Type> CLUSTER_HEALTH_TYPE = row(
            Section.CLUSTER,
            "health.type",
            "auto",
            Format.choice("auto", "tcp", "mqtt", "http", "off")
                    .map(word -> HealthConfig.Type.valueOf(word.toUpperCase(Locale.ROOT))),
            "How brokers are checked: tcp (a connection, TLS included), mqtt (an answer to CONNECT, with a client id of the"
                    + " gateway's own), http (2xx from health.url), off, or auto: mqtt with send-proxy-protocol, else tcp."
                    + " One that fails gets no sessions.");
    static final Key<Duration> CLUSTER_HEALTH_INTERVAL = row(
            Section.CLUSTER,
            "health.interval",
            "5s",
            Quantity.duration("100ms", "1h"),
            "From one check to the next, give or take a tenth, 100ms to 1h.");
    static final Key<Duration> CLUSTER_HEALTH_TIMEOUT =
            row(Section.CLUSTER, "health.timeout", "2s", Quantity.duration("1ms", "1m"), "Longest check, 1ms to 1m.");
    static final Key<Integer> CLUSTER_HEALTH_RISE = row(
            Section.CLUSTER,
            "health.rise",
            "2",
            Quantity.count(1, 100),
            "So many good checks in a row bring a broker back, 1 to 100.");
    static final Key<Integer> CLUSTER_HEALTH_FALL = row(
            Section.CLUSTER,
            "health.fall",
            "3",
            Quantity.count(1, 100),
            "So many failed checks in a row take a broker out, 1 to 100.");
    static final Key<Optional<String>> CLUSTER_HEALTH_URL = row(
            Section.CLUSTER,
            "health.url",
            "off",
            Format.or(Checks.OFF, Formats::healthUrl),
            "With health.type=http, the URL that is asked of each broker; {host} in it is the broker's host, e.g."
                    + " http://{host}:8080/health.");
    static final Key<Optional<Integer>> CLUSTER_WARM_MAX = row(
            Section.CLUSTER,
            "warm.max",
            "8",
            Quantity.countOr("off", 1, 1000),
            "Most connections opened to each broker ahead of clients, 1 to 1000, or off. They are as many as clients"
                    + " come quickly: none when it is quiet.");
    static final Key<Duration> CLUSTER_WARM_MAX_AGE = row(
            Section.CLUSTER,
            "warm.max-age",
            "1500ms",
            Quantity.duration("100ms", "1m"),
            "How long one of them waits for a client, 100ms to 1m. Brokers close what sends no CONNECT, NATS after"
                    + " 2 s.");
    static final Key<ProxyProtocol> CLUSTER_SEND_PROXY_PROTOCOL = row(
            Section.CLUSTER,
            "send-proxy-protocol",
            "off",
            Format.choice("off", "v1", "v2").map(word -> ProxyProtocol.valueOf(word.toUpperCase(Locale.ROOT))),
            "off, v1 or v2: the PROXY protocol header that tells the broker the client's address, with v2 also its TLS"
                    + " version, cipher, certificate and server name. The broker must expect it.");
    static final Key<Boolean> CLUSTER_TLS = row(
            Section.CLUSTER,
            "tls",
            "off",
            Format.choice("off", "on").map("on"::equals),
            "on: TLS to the brokers, mostly on port 8883. Their certificates are checked, the name included.");
    static final Key<Path> CLUSTER_TLS_CA = row(
            Section.CLUSTER,
            "tls.ca",
            null,
            Format.path(),
            "PEM file: the authorities that issue the brokers' certificates. Without it those that Java trusts.");
    static final Key<Path> CLUSTER_TLS_CERTIFICATE = row(
            Section.CLUSTER,
            "tls.certificate",
            null,
            Format.path(),
            "PEM file: the certificate, then its chain, that the gateway shows to brokers that ask for one.");
    static final Key<Path> CLUSTER_TLS_PRIVATE_KEY =
            row(Section.CLUSTER, "tls.private-key", null, Format.path(), "PEM file: its private key, not encrypted.");
    static final Key<String> CLUSTER_TLS_SERVER_NAME = row(
            Section.CLUSTER,
            "tls.server-name",
            null,
            Hosts.host(),
            "Name that is asked for (SNI) and expected in the brokers' certificates. Without it each broker's own"
                    + " host.");
    static final Key<List<InetAddress>> CLUSTER_SOURCE_ADDRESSES = row(
            Section.CLUSTER,
            "source-addresses",
            "any",
            Format.listOr("any", Hosts.address()),
            "Addresses of this machine, several by comma, that connections to brokers come from in turn, or any. Each"
                    + " is good for some 28000 connections.");
    static final Key<Duration> CLUSTER_RESOLVE_INTERVAL = row(
            Section.CLUSTER,
            "resolve-interval",
            "30s",
            Quantity.duration("1s", "1d"),
            "How often broker names are resolved again, 1s to 1d.");

    static final Key<Duration> LIMIT_CONNECT_PACKET_TIMEOUT = row(
            Section.LIMIT,
            "connect-packet-timeout",
            "10s",
            Quantity.duration("1ms", "1h"),
            "Longest time from the upgrade to a whole CONNECT, 1ms to 1h.");
    static final Key<Duration> LIMIT_CONNACK_TIMEOUT = row(
            Section.LIMIT,
            "connack-timeout",
            "30s",
            Quantity.duration("1ms", "1h"),
            "Longest time from a whole CONNECT to the broker's CONNACK, all dials included, 1ms to 1h.");
    static final Key<Duration> LIMIT_CLOSE_TIMEOUT = row(
            Section.LIMIT,
            "close-timeout",
            "5s",
            Quantity.duration("1ms", "1h"),
            "Longest goodbye, from the first word of it to the end of both connections, 1ms to 1h.");
    static final Key<Long> LIMIT_PACKET_MAX_BEFORE_CONNACK = row(
            Section.LIMIT,
            "packet.max-before-connack",
            "64KiB",
            Quantity.size("64B", "16MiB"),
            "Greatest CONNECT, and most that is held until CONNACK, 64B to 16MiB.");
    static final Key<Long> LIMIT_PACKET_MAX = row(
            Section.LIMIT,
            "packet.max",
            "16MiB",
            Quantity.sizeOr("unlimited", "64B", "256MiB").map(size -> size.orElse(Long.MAX_VALUE)),
            "Greatest packet from a client after CONNACK, 64B to 256MiB, or unlimited. It costs no memory: packets"
                    + " are streamed.");
    static final Key<Double> LIMIT_KEEP_ALIVE_FACTOR = row(
            Section.LIMIT,
            "keep-alive.factor",
            "1.5",
            Format.decimal(1, 100),
            "A client that is silent for this many keep alives is closed, 1 to 100.");
    static final Key<Duration> LIMIT_KEEP_ALIVE_GRACE = row(
            Section.LIMIT,
            "keep-alive.grace",
            "5s",
            Quantity.duration("0s", "1h"),
            "Added to that, so that the broker is first to close, 0s to 1h.");
    static final Key<Optional<Long>> LIMIT_PUBLISH_RATE = row(
            Section.LIMIT,
            "publish.rate",
            "1000/s",
            Quantity.rateOr("unlimited", "1/s", MOST_PER_SECOND),
            "PUBLISH packets from one client, 1/s to 1000000000/s, or unlimited. Who sends more is slowed down:"
                    + " not read for a while.");
    static final Key<Long> LIMIT_PUBLISH_BURST = row(
            Section.LIMIT,
            "publish.burst",
            "2000",
            Quantity.count(1, MOST_AT_ONCE).map(Integer::longValue),
            "Most at once after a quiet time, 1 to 1000000000; less than 3 % of the rate counts as 3 %.");
    static final Key<Optional<Long>> LIMIT_PACKETS_RATE = row(
            Section.LIMIT,
            "packets.rate",
            "2000/s",
            Quantity.rateOr("unlimited", "1/s", MOST_PER_SECOND),
            "Packets of every type from one client, 1/s to 1000000000/s, or unlimited.");
    static final Key<Long> LIMIT_PACKETS_BURST = row(
            Section.LIMIT,
            "packets.burst",
            "4000",
            Quantity.count(1, MOST_AT_ONCE).map(Integer::longValue),
            "Most at once after a quiet time, 1 to 1000000000; less than 3 % of the rate counts as 3 %.");
    static final Key<Optional<Long>> LIMIT_BYTES_RATE = row(
            Section.LIMIT,
            "bytes.rate",
            "1MiB/s",
            Quantity.byteRateOr("unlimited", "1B/s", "1000GiB/s"),
            "Bytes from one client, 1B/s to 1000GiB/s, or unlimited.");
    static final Key<Long> LIMIT_BYTES_BURST = row(
            Section.LIMIT,
            "bytes.burst",
            "4MiB",
            Quantity.size("1B", "1000GiB"),
            "Most at once after a quiet time, 1B to 1000GiB; less than 3 % of the rate counts as 3 %.");
    static final Key<Duration> LIMIT_MAX_PAUSE = row(
            Section.LIMIT,
            "max-pause",
            "5s",
            Quantity.duration("100ms", "1m"),
            "Longest single wait of a client that is slowed down, 100ms to 1m; never longer than half its keep"
                    + " alive.");
    static final Key<Optional<Duration>> LIMIT_CLOSE_AFTER = row(
            Section.LIMIT,
            "close-after",
            "off",
            Quantity.durationOr("off", "1s", "1d"),
            "A client that is slowed down for this long without a break is closed, 1s to 1d, or off.");
    static final Key<Mode> LIMIT_MODE = row(
            Section.LIMIT,
            "mode",
            "enforce",
            Format.choice("enforce", "report").map(word -> word.equals("enforce") ? Mode.ENFORCE : Mode.REPORT),
            "enforce, or report: count and log who exceeds rates, packet.max, versions or max-lifetime, but slow down and"
                    + " close nobody for it. What bounds memory is always enforced: the time-outs and"
                    + " packet.max-before-connack.");
    static final Key<Optional<Duration>> LIMIT_WRITE_STALL_TIMEOUT = row(
            Section.LIMIT,
            "write-stall-timeout",
            "60s",
            Quantity.durationOr("off", "1ms", "1h"),
            "How long a client or its broker may take not one byte of what waits for it, and how long a client may leave a TLS"
                    + " record unfinished, 1ms to 1h, or off.");
    static final Key<Set<MqttVersion>> LIMIT_VERSIONS = row(
            Section.LIMIT,
            "versions",
            "3.1, 3.1.1, 5",
            Format.list(Format.choice("3.1", "3.1.1", "5").map(Formats::version))
                    .map(Set::copyOf),
            "MQTT versions that pass.");
    static final Key<Optional<Duration>> LIMIT_MAX_LIFETIME = row(
            Section.LIMIT,
            "max-lifetime",
            "off",
            Quantity.durationOr("off", "1s", "365d"),
            "How long a session may last, less up to a tenth, so that clients do not all come back at once; 1s to 365d,"
                    + " or off.");

    static final Key<AddressConfig.Mode> ADDRESS_MODE = row(
            Section.ADDRESS,
            "mode",
            "report",
            Format.choice("enforce", "report")
                    .map(word -> word.equals("enforce") ? AddressConfig.Mode.ENFORCE : AddressConfig.Mode.REPORT),
            "enforce the limits below, or report: count and log what exceeds them, and refuse nobody. Behind NAT or a"
                    + " balancer many clients are one address. Trusted proxies are exempt.");
    static final Key<Optional<Long>> ADDRESS_CONNECTION_RATE = row(
            Section.ADDRESS,
            "connection-rate",
            "50/s",
            Quantity.rateOr("unlimited", "1/s", "1000000/s"),
            "New connections from one address, 1/s to 1000000/s, or unlimited.");
    static final Key<Long> ADDRESS_BURST = row(
            Section.ADDRESS,
            "burst",
            "500",
            Quantity.count(1, 1_000_000).map(Integer::longValue),
            "Most at once after a quiet time, 1 to 1000000.");
    static final Key<Integer> ADDRESS_AWAITING_CONNECT = row(
            Section.ADDRESS,
            "awaiting-connect",
            "200",
            Formats.orUnlimited(Quantity.countOr("unlimited", 1, MOST_AT_ONCE)),
            "Connections of one address that have not yet sent CONNECT, 1 to 1000000000, or unlimited.");
    static final Key<Integer> ADDRESS_CONNECTIONS = row(
            Section.ADDRESS,
            "connections",
            "unlimited",
            Formats.orUnlimited(Quantity.countOr("unlimited", 1, MOST_AT_ONCE)),
            "Connections of one address at a time, 1 to 1000000000, or unlimited.");
    static final Key<Integer> ADDRESS_IPV6_PREFIX = row(
            Section.ADDRESS,
            "ipv6-prefix",
            "64",
            Quantity.count(1, 128),
            "IPv6 addresses that share so many leading bits count as one, 1 to 128.");
    static final Key<Integer> ADDRESS_TRACKED = row(
            Section.ADDRESS,
            "tracked",
            "100000",
            Quantity.count(1, 10_000_000),
            "Of so many addresses without connections the rate is remembered, 1 to 10000000.");
    static final Key<List<Cidr>> ADDRESS_ALLOW = row(
            Section.ADDRESS,
            "allow",
            "any",
            Format.listOr("any", Formats::cidr),
            "Addresses and networks that may connect, several by comma, e.g. 10.0.0.0/8, or any; in force in either"
                    + " mode.");
    static final Key<List<Cidr>> ADDRESS_DENY = row(
            Section.ADDRESS,
            "deny",
            "none",
            Format.listOr("none", Formats::cidr),
            "Addresses and networks that may not, also where they are allowed, or none; in force in either mode.");

    static final Key<Optional<Integer>> GATEWAY_MAX_SESSIONS = row(
            Section.GATEWAY,
            "max-sessions",
            "auto",
            Quantity.countOr("auto", 1, 10_000_000),
            "Sessions at a time, 1 to 10000000, or auto: what the limit of open files (two for each session) and the"
                    + " heap allow. Further clients get 503.");
    static final Key<Optional<Integer>> GATEWAY_IO_THREADS = row(
            Section.GATEWAY,
            "io-threads",
            "cores",
            Quantity.countOr("cores", 1, 1024),
            "Number of I/O threads, 1 to 1024, or cores for one on each.");

    static final Key<Optional<MemoryConfig>> MEMORY_WATERMARKS = row(
            Section.MEMORY,
            "watermarks",
            "75%, 85%, 95%",
            Format.or("off", Formats::watermarks),
            "When memory is short, in percent of the heap that a collection leaves in use and of what may be held for"
                    + " clients: from the first on new handshakes get 503, from the second clients that wait for their"
                    + " broker are not read, from the third those go that have not sent CONNECT, and where there are none"
                    + " those for whom most waits. Three percents that do not fall, or off.");

    static final Key<List<HostPort>> HEALTH_BIND = row(
            Section.HEALTH,
            "bind",
            "off",
            Format.listOr("off", Hosts.hostPort(0, "[::]:8081")),
            "Where balancers and kubelets ask /healthz and /readyz over HTTP, without a token: host:port, several by"
                    + " comma, e.g. [::]:8081, or off.");

    static final Key<Optional<HostPort>> ADMIN_BIND = row(
            Section.ADMIN,
            "bind",
            "127.0.0.1:9883",
            Format.or("off", Hosts.hostPort(0, "127.0.0.1:9883")),
            "Where operators connect over HTTP, for status page, metrics and commands: host:port, or off. It has no"
                    + " TLS.");
    static final Key<Path> ADMIN_TOKEN_FILE = row(
            Section.ADMIN,
            "token-file",
            null,
            Format.path(),
            "File whose first line is the token that operators show; required beyond loopback. With one even loopback"
                    + " needs it.");

    static final Key<Duration> DRAIN_UNREADY_DELAY = row(
            Section.DRAIN,
            "unready-delay",
            "5s",
            Quantity.duration("0s", "1h"),
            "After SIGTERM /readyz says no at once, and clients are still let in for so long, until balancers have"
                    + " noticed; 0s to 1h.");
    static final Key<Duration> DRAIN_CLOSE_SPREAD_TIME = row(
            Section.DRAIN,
            "close-spread-time",
            "15s",
            Quantity.duration("0s", "24h"),
            "Then the sessions are told to go, spread over so long, so that they do not all come back at once; 0s to"
                    + " 24h.");
    static final Key<Duration> DRAIN_HARD_STOP_AFTER = row(
            Section.DRAIN,
            "hard-stop-after",
            "25s",
            Quantity.duration("0s", "25h"),
            "So long after SIGTERM what is left is cut, 0s to 25h; at least unready-delay and close-spread-time together."
                    + " Whoever sends SIGKILL (systemd, Kubernetes after 30s) has to wait longer.");
    static final Key<Optional<String>> DRAIN_SERVER_REFERENCE = row(
            Section.DRAIN,
            "server-reference",
            "none",
            Format.or("none", Formats.SERVER_REFERENCE),
            "Another server that MQTT 5.0 clients are told to use (Server Reference), or none.");

    static final Key<LogConfig.Format> LOG_FORMAT = row(
            Section.LOG,
            "format",
            "text",
            Format.choice("text", "json").map(word -> LogConfig.Format.valueOf(word.toUpperCase(Locale.ROOT))),
            "text, or json: one object a line.");
    static final Key<Boolean> LOG_SESSIONS = row(
            Section.LOG,
            "sessions",
            "on",
            Formats.either("on", "off"),
            "on: one line at the end of each session; off: only where the end is not ordinary.");
    static final Key<LogConfig.UserName> LOG_USER_NAME = row(
            Section.LOG,
            "user-name",
            "plain",
            Format.choice("plain", "hash", "off")
                    .map(word -> LogConfig.UserName.valueOf(word.toUpperCase(Locale.ROOT))),
            "How user names are shown, in the log and to operators: plain, hash or off.");

    static final List<Key<?>> ALL = List.copyOf(TABLE);

    private Keys() {}

    private static <T> Key<T> row(
            Section section, String name, @Nullable String defaultValue, Format<T> format, String doc) {
        Key<T> key = new Key<>(section, name, defaultValue, format, doc);
        TABLE.add(key);
        return key;
    }

    static List<Key<?>> of(Section section) {
        return ALL.stream().filter(key -> key.section() == section).toList();
    }
}
