package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.config.LimitConfig.Mode;
import io.sluice.config.LimitConfig.MqttVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    private static final String SMALLEST =
            "tls.certificate=tls/chain.pem\ntls.private-key=tls/key.pem\ncluster.brokers=10.0.0.11:1883\n";

    @TempDir
    Path directory;

    @Test
    void bindsTheSmallestFileToDefaults() throws Exception {
        Path file = file(SMALLEST);

        GatewayConfig gateway = Configuration.load(file, Map.of(), List.of("gateway.io-threads=3"))
                .gateway();

        assertThat(gateway)
                .isEqualTo(new GatewayConfig(
                        List.of(new ListenerConfig(
                                "default",
                                List.of(new HostPort("::", 443)),
                                List.of("default"),
                                false,
                                ListenerConfig.ClientAddress.PEER,
                                List.of(),
                                Duration.ofSeconds(10),
                                true,
                                Optional.empty())),
                        List.of(new TlsConfig(
                                "default",
                                directory.resolve("tls/chain.pem"),
                                directory.resolve("tls/key.pem"),
                                Optional.empty(),
                                List.of(),
                                TlsConfig.MinVersion.TLS_1_2,
                                TlsConfig.Library.JDK,
                                TlsConfig.ClientAuth.NONE,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(Duration.ofSeconds(60)))),
                        List.of(new RouteConfig(
                                "default",
                                List.of(),
                                List.of(),
                                List.of("/mqtt"),
                                List.of("mqtt", "mqttv3.1"),
                                new OriginRule(false, true, List.of()),
                                true,
                                List.of("default"),
                                "default",
                                false,
                                Optional.empty())),
                        List.of(new ClusterConfig(
                                "default",
                                List.of(new BrokerConfig(new HostPort("10.0.0.11", 1883), 1)),
                                new BalanceConfig(
                                        BalanceConfig.By.LEAST_CONNECTIONS, 1.25, Optional.of(Duration.ofSeconds(30))),
                                new EjectConfig(Optional.of(3), Duration.ofSeconds(10), 50),
                                new HealthConfig(
                                        HealthConfig.Type.AUTO,
                                        Duration.ofSeconds(5),
                                        Duration.ofSeconds(2),
                                        2,
                                        3,
                                        Optional.empty()),
                                new SlotConfig(Integer.MAX_VALUE, Integer.MAX_VALUE, 1000, Duration.ofSeconds(10)),
                                Duration.ofSeconds(3),
                                2,
                                false,
                                new LinkConfig(
                                        8,
                                        Duration.ofMillis(1500),
                                        LinkConfig.ProxyProtocol.OFF,
                                        Optional.empty(),
                                        List.of()),
                                Duration.ofSeconds(30))),
                        List.of(new LimitConfig(
                                "default",
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(5),
                                64 << 10,
                                16 << 20,
                                1.5,
                                Duration.ofSeconds(5),
                                Optional.of(Duration.ofSeconds(60)),
                                Set.of(MqttVersion.values()),
                                Optional.of(new RateConfig(1000, 2000)),
                                Optional.of(new RateConfig(2000, 4000)),
                                Optional.of(new RateConfig(1 << 20, 4 << 20)),
                                Duration.ofSeconds(5),
                                Optional.empty(),
                                Mode.ENFORCE,
                                Optional.empty())),
                        new AddressConfig(
                                AddressConfig.Mode.REPORT,
                                Optional.of(new RateConfig(50, 500)),
                                200,
                                Integer.MAX_VALUE,
                                64,
                                100_000,
                                List.of(),
                                List.of()),
                        Optional.empty(),
                        3,
                        Optional.of(new MemoryConfig(75, 85, 95)),
                        List.of(),
                        new AdminConfig(Optional.of(new HostPort("127.0.0.1", 9883)), Optional.empty()),
                        new DrainConfig(
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(15),
                                Duration.ofSeconds(25),
                                Optional.empty()),
                        new LogConfig(LogConfig.Format.TEXT, true, LogConfig.UserName.PLAIN)));
    }

    @Test
    void needsNoFile() throws Exception {
        List<String> overrides =
                List.of("listener.tls=off", "listener.bind=127.0.0.1:0", "cluster.brokers = localhost:1883 ");

        GatewayConfig gateway = Configuration.load(null, Map.of(), overrides).gateway();

        assertThat(gateway.tls()).isEmpty();
        assertThat(gateway.listeners().get(0).tls()).isEmpty();
        assertThat(gateway.clusters().get(0).brokers())
                .containsExactly(new BrokerConfig(new HostPort("localhost", 1883), 1));
        assertThat(gateway.ioThreads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void leavesOutABundleThatNoListenerUses() throws Exception {
        List<String> overrides = List.of("listener.tls=off", "listener.bind=127.0.0.1:0");

        Configuration loaded = Configuration.load(file(SMALLEST), Map.of(), overrides);

        assertThat(loaded.gateway().tls()).isEmpty();
        assertThat(loaded.settings()).noneMatch(setting -> setting.key().startsWith("tls."));
    }

    @Test
    void replacesFileByEnvironmentAndEnvironmentByOverride() throws Exception {
        Path file = file(SMALLEST + "cluster.dial-tries=3\ncluster.dial-timeout=4s\nlimit.close-timeout=1s\n");
        Map<String, String> environment =
                Map.of("SLUICE__CLUSTER__DIAL_TRIES", "5", "SLUICE__CLUSTER__DIAL_TIMEOUT", "6s");

        Configuration loaded = Configuration.load(file, environment, List.of("cluster.dial-tries=7"));

        assertThat(loaded.settings())
                .contains(
                        new Setting("cluster.dial-tries", "7", "--set"),
                        new Setting("cluster.dial-timeout", "6s", "environment SLUICE__CLUSTER__DIAL_TIMEOUT"),
                        new Setting("limit.close-timeout", "1s", "gateway.properties:6"),
                        new Setting("limit.connack-timeout", "30s", "default"));
        assertThat(loaded.gateway().clusters().get(0).dialTries()).isEqualTo(7);
        assertThat(loaded.gateway().clusters().get(0).dialTimeout()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void prefersAnEntrysOwnKeyToAStrongerSourcesFamilyKey() throws Exception {
        Path file = file(SMALLEST + "limit.slow.packet.max=1KiB\nlimit.slow.keep-alive.grace=0s\n");

        Configuration loaded =
                Configuration.load(file, Map.of("SLUICE__LIMIT__PACKET__MAX", "2KiB"), List.of("route.limit=slow"));

        assertThat(loaded.gateway().limits())
                .extracting(LimitConfig::name, LimitConfig::maxPacket, LimitConfig::keepAliveGrace)
                .containsExactly(tuple("default", 2048L, Duration.ofSeconds(5)), tuple("slow", 1024L, Duration.ZERO));
    }

    @Test
    void readsNamedKeysFromTheEnvironment() throws Exception {
        Map<String, String> environment = Map.of(
                "SLUICE__CLUSTER__EU__BROKERS", "a:1883, b:1884",
                "SLUICE__LISTENER__ALLOW_PLAINTEXT", "true",
                "SLUICE__LISTENER__TLS", "off",
                "SLUICE__LIMIT__PACKET__MAX_BEFORE_CONNACK", "1KiB",
                "SLUICE__ROUTE__CLUSTERS", "eu");

        GatewayConfig gateway = Configuration.load(null, environment, List.of()).gateway();

        assertThat(gateway.clusters()).singleElement().satisfies(cluster -> {
            assertThat(cluster.name()).isEqualTo("eu");
            assertThat(cluster.brokers())
                    .containsExactly(
                            new BrokerConfig(new HostPort("a", 1883), 1), new BrokerConfig(new HostPort("b", 1884), 1));
        });
        assertThat(gateway.limits().get(0).maxPacketBeforeConnack()).isEqualTo(1024);
    }

    @Test
    void ignoresVariablesThatKubernetesMakes() throws Exception {
        Map<String, String> environment = Map.of(
                "SLUICE_SERVICE_HOST",
                "10.1.2.3",
                "SLUICE_PORT",
                "tcp://10.1.2.3:443",
                "SLUICE",
                "x",
                "sluice__a",
                "b");

        Configuration loaded = Configuration.load(file(SMALLEST), environment, List.of());

        assertThat(loaded.settings()).noneMatch(setting -> setting.origin().startsWith("environment"));
    }

    @Test
    void namesEnvironmentAndOverrideInPlaceOfFileAndLine() throws Exception {
        Path file = file(SMALLEST + "cluster.dial-tries=0\n");
        Map<String, String> environment =
                Map.of("SLUICE__CLUSTER__DIAL_TIMEOUT", "3", "SLUICE__CLUSTR__BROKERS", "b:1", "SLUICE__tls", "off");
        List<String> overrides = List.of("limit.versions=6", "plain", "limit.versions=5");

        List<String> problems = problems(file, environment, overrides);

        assertThat(problems)
                .containsExactly(
                        "gateway.properties:4: cluster.dial-tries: \"0\" is out of range; 1 to 100",
                        "environment SLUICE__tls: the name is not in upper case; write e.g. SLUICE__CLUSTER__BROKERS",
                        "environment SLUICE__CLUSTER__DIAL_TIMEOUT: cluster.dial-timeout: \"3\" is not a duration;"
                                + " write a number and ms, s, m, h or d, e.g. 10s",
                        "environment SLUICE__CLUSTR__BROKERS: unknown key clustr.brokers; did you mean cluster.brokers?",
                        "--set: \"plain\" is not key=value",
                        "--set: limit.versions: \"6\" is not one of 3.1, 3.1.1, 5",
                        "--set: duplicate key limit.versions; already set by --set");
    }

    @Test
    void keepsOnlyNamedEntriesOnceOneIsNamed() throws Exception {
        Path file = file("""
                tls.web.certificate=w.pem
                tls.web.private-key=/k.pem
                listener.tls=web
                listener.b.bind=[::]:8443
                listener.a.bind=[::]:443
                cluster.eu.brokers=b:1883
                route.clusters=eu
                limit.slow.versions=5
                """);

        GatewayConfig gateway = Configuration.load(file, Map.of(), List.of()).gateway();

        assertThat(gateway.listeners()).extracting(ListenerConfig::name).containsExactly("b", "a");
        assertThat(gateway.tls()).extracting(TlsConfig::name).containsExactly("web");
        assertThat(gateway.tls().get(0).privateKey()).isEqualTo(Path.of("/k.pem"));
        assertThat(gateway.clusters()).extracting(ClusterConfig::name).containsExactly("eu");
        assertThat(gateway.routes()).extracting(RouteConfig::name).containsExactly("default");
        assertThat(gateway.limits()).extracting(LimitConfig::name).containsExactly("default", "slow");
    }

    @Test
    void letsAnEntryBeNamedDefault() throws Exception {
        Path file = file(SMALLEST + "limit.default.packet.max=1KiB\nlimit.slow.versions=5\n");

        GatewayConfig gateway = Configuration.load(file, Map.of(), List.of()).gateway();

        assertThat(gateway.limits())
                .extracting(LimitConfig::name, LimitConfig::maxPacket)
                .containsExactly(tuple("default", 1024L), tuple("slow", 16L << 20));
    }

    @Test
    void bindsRatesOfAPolicyWithWhatItInherits() throws Exception {
        Path file = file(SMALLEST + """
                limit.publish.burst=7
                limit.mode=report
                limit.slow.publish.rate=3/s
                limit.slow.packets.rate=5/s
                limit.slow.packets.burst=6
                limit.slow.bytes.rate=2KiB/s
                limit.slow.bytes.burst=3GiB
                limit.slow.max-pause=250ms
                limit.slow.close-after=1h
                """);

        GatewayConfig gateway = Configuration.load(file, Map.of(), List.of()).gateway();

        assertThat(gateway.limits())
                .extracting(
                        LimitConfig::name,
                        LimitConfig::publish,
                        LimitConfig::packets,
                        LimitConfig::bytes,
                        LimitConfig::maxPause,
                        LimitConfig::closeAfter,
                        LimitConfig::mode)
                .containsExactly(
                        tuple(
                                "default",
                                Optional.of(new RateConfig(1000, 7)),
                                Optional.of(new RateConfig(2000, 4000)),
                                Optional.of(new RateConfig(1 << 20, 4 << 20)),
                                Duration.ofSeconds(5),
                                Optional.empty(),
                                Mode.REPORT),
                        tuple(
                                "slow",
                                Optional.of(new RateConfig(3, 7)),
                                Optional.of(new RateConfig(5, 6)),
                                Optional.of(new RateConfig(2048, 3L << 30)),
                                Duration.ofMillis(250),
                                Optional.of(Duration.ofHours(1)),
                                Mode.REPORT));
    }

    @Test
    void hasNoRateWhereItIsUnlimitedWhateverTheBurst() throws Exception {
        Path file = file(SMALLEST + """
                limit.publish.rate=unlimited
                limit.publish.burst=1
                limit.packets.rate=unlimited
                limit.bytes.rate=unlimited
                limit.slow.bytes.rate=1B/s
                """);

        GatewayConfig gateway = Configuration.load(file, Map.of(), List.of()).gateway();

        assertThat(gateway.limits())
                .extracting(LimitConfig::name, LimitConfig::publish, LimitConfig::packets, LimitConfig::bytes)
                .containsExactly(
                        tuple("default", Optional.empty(), Optional.empty(), Optional.empty()),
                        tuple("slow", Optional.empty(), Optional.empty(), Optional.of(new RateConfig(1, 4 << 20))));
    }

    @Test
    void listsEverySettingInForceWithItsOrigin() throws Exception {
        Path file = file(SMALLEST + "route.paths=/a\nroute.x.hosts=x.example\nroute.y.hosts=y.example\n");

        List<Setting> settings = Configuration.load(file, Map.of(), List.of()).settings();

        assertThat(settings)
                .filteredOn(setting ->
                        setting.key().startsWith("route.") && !setting.origin().equals("default"))
                .containsExactly(
                        new Setting("route.x.hosts", "x.example", "gateway.properties:5"),
                        new Setting("route.x.paths", "/a", "gateway.properties:4"),
                        new Setting("route.y.hosts", "y.example", "gateway.properties:6"),
                        new Setting("route.y.paths", "/a", "gateway.properties:4"));
        assertThat(settings).extracting(Setting::key).doesNotHaveDuplicates().doesNotContain("route.paths");
        assertThat(settings).last().isEqualTo(new Setting("log.user-name", "plain", "default"));
    }

    @Test
    void resolvesRelativePathsOfOtherSourcesAgainstTheWorkingDirectory() throws Exception {
        Path file = file(SMALLEST);

        TlsConfig bundle = Configuration.load(
                        file,
                        Map.of("SLUICE__TLS__PRIVATE_KEY", "env.pem"),
                        List.of("tls.private-key-password-file=set.txt"))
                .gateway()
                .tls()
                .get(0);

        assertThat(bundle.certificate()).isEqualTo(directory.resolve("tls/chain.pem"));
        assertThat(bundle.privateKey()).isEqualTo(Path.of("env.pem"));
        assertThat(bundle.privateKeyPasswordFile()).contains(Path.of("set.txt"));
    }

    @Test
    void toleratesByteOrderMarkCarriageReturnsAndSpaces() throws Exception {
        String text =
                "\uFEFFtls.certificate=c.pem\r\n\ttls.private-key = k.pem \r\n\r\n  # c=1\r\n!x=1\r\ncluster.brokers =b:1 ,c:1";

        GatewayConfig gateway =
                Configuration.load(file(text), Map.of(), List.of()).gateway();

        assertThat(gateway.tls().get(0).certificate()).isEqualTo(directory.resolve("c.pem"));
        assertThat(gateway.tls().get(0).privateKey()).isEqualTo(directory.resolve("k.pem"));
        assertThat(gateway.clusters().get(0).brokers()).hasSize(2);
    }

    @Test
    void keepsEqualsAndHashAndBackslashInAValue() throws Exception {
        String text = SMALLEST.replace("tls/key.pem", "k=#\\y.pem");

        GatewayConfig gateway =
                Configuration.load(file(text), Map.of(), List.of()).gateway();

        assertThat(gateway.tls().get(0).privateKey()).isEqualTo(directory.resolve("k=#\\y.pem"));
    }

    @Test
    void tellsTheLinesThatAreNotUtf8AndReadsTheOthers() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write("# caf\u00e9\ntls.certificate=caf".getBytes(StandardCharsets.UTF_8));
        bytes.write(0xE9);
        bytes.write("\ntls.private-key=k\u00e9y.pem\ncluster.brokers=b\n# ".getBytes(StandardCharsets.UTF_8));
        bytes.write(0xFF);
        Path file = directory.resolve("gateway.properties");
        Files.write(file, bytes.toByteArray());

        List<String> problems = problems(file, Map.of(), List.of());

        assertThat(problems)
                .containsExactly(
                        "gateway.properties:2: the line is not UTF-8; save the file in UTF-8",
                        "gateway.properties:4: cluster.brokers: \"b\" has no port; write host:port, e.g. 10.0.0.11:1883",
                        "gateway.properties:5: the line is not UTF-8; save the file in UTF-8");
    }

    @Test
    void saysWhyTheFileCannotBeRead() throws Exception {
        Path missing = directory.resolve("missing.properties");
        Path large = directory.resolve("large.properties");
        Files.write(large, new byte[(1 << 20) + 1]);

        assertThat(problems(missing, Map.of("SLUICE__X", "y"), List.of("z")))
                .containsExactly("cannot read " + missing + ": no such file");
        assertThat(problems(directory, Map.of(), List.of()))
                .containsExactly("cannot read " + directory + ": it is a directory");
        assertThat(problems(large, Map.of(), List.of()))
                .containsExactly("cannot read " + large + ": it is larger than 1MiB");
    }

    @Test
    void readsAFileOfTheGreatestSize() throws Exception {
        Path file = file(SMALLEST + "#" + "x".repeat((1 << 20) - SMALLEST.length() - 1));

        Configuration loaded = Configuration.load(file, Map.of(), List.of());

        assertThat(Files.size(file)).isEqualTo(1 << 20);
        assertThat(loaded.gateway().clusters()).hasSize(1);
    }

    @Test
    void tellsABadValueThatAStrongerSourceReplaces() throws Exception {
        Path file = file(SMALLEST + "cluster.dial-tries=0\n");

        List<String> problems = problems(file, Map.of(), List.of("cluster.dial-tries=1"));

        assertThat(problems)
                .containsExactly("gateway.properties:4: cluster.dial-tries: \"0\" is out of range; 1 to 100");
    }

    @Test
    void warnsOfNamedEntriesThatNothingUses() throws Exception {
        Path file = file("""
                tls.a.certificate=a
                tls.a.private-key=a
                tls.b.certificate=b
                tls.b.private-key=b
                listener.tls=a
                listener.x.bind=[::]:1
                listener.y.bind=[::]:2
                route.listeners=x
                cluster.c.brokers=c:1
                cluster.d.brokers=d:1
                route.clusters=c
                limit.slow.versions=5
                """);

        List<String> warnings = Configuration.load(file, Map.of(), List.of()).warnings();

        assertThat(warnings)
                .containsExactly(
                        "tls.b: no listener uses it",
                        "cluster.d: no route leads to it",
                        "limit.slow: no route uses it",
                        "listener.y: no route serves it");
    }

    @Test
    void warnsOfNothingInTheSmallestFile() throws Exception {
        Configuration loaded = Configuration.load(file(SMALLEST), Map.of(), List.of());

        assertThat(loaded.warnings()).isEmpty();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("gateway.properties"), text);
    }

    private static List<String> problems(Path file, Map<String, String> environment, List<String> overrides) {
        return catchThrowableOfType(
                        ConfigurationException.class, () -> Configuration.load(file, environment, overrides))
                .problems();
    }
}
