package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.sluice.config.Configuration;
import io.sluice.tls.DevCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code deploy} has for containers fits together and fits the gateway; nothing of it is run here. */
class ContainersTest {
    private static final Path DEPLOY = Path.of("../deploy");
    private static final Path KUBERNETES = DEPLOY.resolve("kubernetes");
    private static final Path COMPOSE = DEPLOY.resolve("compose");

    @TempDir
    static Path files;

    @BeforeAll
    static void write() throws IOException {
        DevCertificates.writeTo(files);
        Files.writeString(files.resolve("admin-token"), "0123456789abcdef0123456789abcdef\n");
    }

    // --------------------------------------------------------------------------------------------------------- Docker

    @Test
    void imageIsBuiltFromFilesThatThereAre() throws IOException {
        List<String> lines = dockerfile();
        List<String> sources = new ArrayList<>();
        Matcher named = Pattern.compile("\\b(deploy/docker/\\S+)").matcher(String.join("\n", lines));
        while (named.find()) {
            sources.add(named.group(1));
        }

        assertThat(sources).contains("deploy/docker/healthcheck");
        assertThat(sources)
                .allSatisfy(source -> assertThat(Path.of("..", source)).exists());
        assertThat(lines.stream().filter(line -> line.startsWith("FROM ")))
                .containsExactly("FROM eclipse-temurin:25-jdk AS build", "FROM eclipse-temurin:25-jre");
    }

    @Test
    void imageRunsAsNobodyInParticularAndSaysHowItIs() throws IOException {
        List<String> lines = dockerfile();

        assertThat(lines)
                .contains("USER 10001:10001", "STOPSIGNAL SIGTERM", "ENTRYPOINT [\"sluice\"]", "CMD [\"run\"]");
        assertThat(lines)
                .anyMatch(
                        line -> line.startsWith("HEALTHCHECK ") && line.endsWith(" CMD [\"/opt/sluice/healthcheck\"]"));
        assertThat(String.join("\n", lines)).contains("EXPOSE " + port("listener.bind") + " " + port("health.bind"));
    }

    @Test
    void healthcheckBelievesOnlyA200() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        int[] status = {200};
        server.createContext("/healthz", exchange -> {
            exchange.sendResponseHeaders(status[0], -1);
            exchange.close();
        });
        server.start();
        int port = server.getAddress().getPort();

        assertThat(healthcheck(port)).isZero();
        status[0] = 503;
        assertThat(healthcheck(port)).isNotZero();
        server.stop(0);
        assertThat(healthcheck(port)).isNotZero();
    }

    // -------------------------------------------------------------------------------------------------------- Compose

    @Test
    void composeMountsFilesThatThereAre() throws IOException {
        JsonNode services = compose().get("services");

        assertThat(services.size()).isEqualTo(7);
        for (JsonNode service : services) {
            for (JsonNode volume : service.path("volumes")) {
                String source = volume.asText().split(":", -1)[0];
                if (source.startsWith("./")) {
                    assertThat(COMPOSE.resolve(source)).isRegularFile();
                } else {
                    assertThat(compose().get("volumes").has(source)).as(source).isTrue();
                }
            }
            assertThat(service.has("image")).isTrue();
        }
    }

    @Test
    void composeNamesBrokersAndProxiesAsTheGatewaysDo() throws Exception {
        String settings = Files.readString(COMPOSE.resolve("gateway.properties"));
        JsonNode compose = compose();

        Configuration configuration = load(COMPOSE.resolve("gateway.properties"), imageEnvironment());

        configuration
                .gateway()
                .clusters()
                .get(0)
                .brokers()
                .forEach(broker -> assertThat(
                                compose.at("/services").has(broker.address().host()))
                        .as(broker.address().host())
                        .isTrue());
        assertThat(settings)
                .contains("listener.trusted-proxies="
                        + compose.at("/networks/default/ipam/config/0/subnet").asText());
        assertThat(Duration.parse(
                        "PT" + compose.at("/x-gateway/stop_grace_period").asText()))
                .isGreaterThan(DeploymentTest.hardStop());
    }

    @Test
    void haproxyTakesItsConfiguration() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/haproxy")), "haproxy is not installed");

        assertThat(run(
                        "/usr/sbin/haproxy",
                        "-c",
                        "-f",
                        COMPOSE.resolve("haproxy.cfg").toString()))
                .isZero();
    }

    // ----------------------------------------------------------------------------------------------------- Kubernetes

    @Test
    void kustomizationNamesEveryManifestAndNoOther() throws IOException {
        JsonNode kustomization =
                Documents.yaml(KUBERNETES.resolve("kustomization.yaml")).get(0);
        List<String> named = new ArrayList<>();
        kustomization.get("resources").forEach(resource -> named.add(resource.asText()));

        try (Stream<Path> manifests = Files.list(KUBERNETES)) {
            assertThat(manifests
                            .map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".yaml") && !name.equals("kustomization.yaml")))
                    .containsExactlyInAnyOrderElementsOf(named);
        }
    }

    @Test
    void manifestsHaveTheVersionsOfTheirKinds() throws IOException {
        Map<String, String> versions = new TreeMap<>();
        for (JsonNode manifest : manifests()) {
            versions.put(
                    manifest.get("kind").asText(), manifest.get("apiVersion").asText());
            assertThat(manifest.at("/metadata/name").asText()).startsWith("sluice");
        }

        assertThat(versions)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "Namespace", "v1",
                        "Deployment", "apps/v1",
                        "Service", "v1",
                        "HorizontalPodAutoscaler", "autoscaling/v2",
                        "PodDisruptionBudget", "policy/v1",
                        "NetworkPolicy", "networking.k8s.io/v1"));
    }

    @Test
    void podHasTimeToDrainAndIsLockedIn() throws Exception {
        JsonNode pod = manifest("Deployment").at("/spec/template/spec");
        JsonNode container = pod.at("/containers/0");

        assertThat(Duration.ofSeconds(pod.get("terminationGracePeriodSeconds").asInt()))
                .isGreaterThan(DeploymentTest.hardStop());
        assertThat(pod.get("enableServiceLinks").asBoolean(true)).isFalse();
        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean())
                .isTrue();
        assertThat(container.at("/securityContext/capabilities/drop/0").asText())
                .isEqualTo("ALL");
        assertThat(container.at("/resources/limits/memory")).isEqualTo(container.at("/resources/requests/memory"));
    }

    @Test
    void portsAreThoseOfTheImageAndTheConfiguration() throws IOException {
        JsonNode container = manifest("Deployment").at("/spec/template/spec/containers/0");
        Map<String, Integer> ports = new HashMap<>();
        container
                .get("ports")
                .forEach(port -> ports.put(
                        port.get("name").asText(), port.get("containerPort").asInt()));

        assertThat(ports)
                .containsOnly(
                        Map.entry("wss", port("listener.bind")),
                        Map.entry("health", port("health.bind")),
                        Map.entry("admin", 9883));
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            assertThat(container.at("/" + probe + "/httpGet/port").asText()).isEqualTo("health");
            assertThat(container.at("/" + probe + "/httpGet/path").asText()).isIn("/healthz", "/readyz");
        }
        for (JsonNode manifest : manifests()) {
            assertThat(ports.keySet()).containsAll(Documents.texts(manifest, "targetPort"));
        }
    }

    @Test
    void volumesAreMountedWhole() throws IOException {
        JsonNode pod = manifest("Deployment").at("/spec/template/spec");
        List<String> volumes = Documents.texts(pod.get("volumes"), "name").stream()
                .filter(name -> !name.startsWith("sluice-"))
                .toList();

        assertThat(pod.findValues("subPath")).isEmpty();
        for (JsonNode mount : pod.at("/containers/0/volumeMounts")) {
            assertThat(volumes).contains(mount.get("name").asText());
        }
    }

    @Test
    void autoscalerWatchesAMetricThatThereIs() throws IOException {
        String metric = manifest("HorizontalPodAutoscaler")
                .at("/spec/metrics/0/pods/metric/name")
                .asText();

        assertThat(Files.readAllLines(Path.of("src/test/resources/io/sluice/telemetry/metrics.txt")))
                .contains(metric);
        assertThat(Files.readString(DEPLOY.resolve("monitoring/prometheus-adapter.yml")))
                .contains("as: \"" + metric + "\"");
    }

    @Test
    void everythingIsSelectedByOneLabel() throws IOException {
        for (String kind : List.of("PodDisruptionBudget", "NetworkPolicy")) {
            JsonNode spec = manifest(kind).get("spec");
            JsonNode selector = spec.has("selector") ? spec.get("selector") : spec.get("podSelector");
            assertThat(selector.at("/matchLabels/app.kubernetes.io~1name").asText())
                    .as(kind)
                    .isEqualTo("sluice");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kubernetes", "compose"})
    void configurationPassesTheCheckWithoutAWord(String directory) throws Exception {
        Configuration configuration = load(DEPLOY.resolve(directory).resolve("gateway.properties"), imageEnvironment());

        assertThat(configuration.warnings()).isEmpty();
        assertThat(configuration.gateway().listeners().get(0).bind().toString()).contains("8443");
    }

    @Test
    void kustomizeTakesAllOfIt(@TempDir Path copy) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/kubectl")), "kubectl is not installed");
        try (Stream<Path> sources = Files.list(KUBERNETES)) {
            for (Path source : sources.toList()) {
                Files.copy(source, copy.resolve(source.getFileName()));
            }
        }
        Files.writeString(copy.resolve("admin-token"), "token\n", StandardOpenOption.CREATE);

        assertThat(run("/usr/bin/kubectl", "kustomize", copy.toString())).isZero();
    }

    // ------------------------------------------------------------------------------------------------------- fixtures

    /** Instructions, continued lines joined, comments left out. */
    private static List<String> dockerfile() throws IOException {
        String text = Files.readString(DEPLOY.resolve("docker/Dockerfile"))
                .replaceAll("(?m)^#.*\n", "")
                .replaceAll("\\\\\n\\s*", "");
        return text.lines().filter(line -> !line.isBlank()).toList();
    }

    /** What the image sets for the gateway. */
    private static Map<String, String> imageEnvironment() throws IOException {
        Map<String, String> environment = new HashMap<>();
        for (String line : dockerfile()) {
            if (line.startsWith("ENV ")) {
                for (String setting : line.substring(4).split(" +", -1)) {
                    int equals = setting.indexOf('=');
                    environment.put(setting.substring(0, equals), setting.substring(equals + 1));
                }
            }
        }
        return environment;
    }

    /** The port that the image sets a key to. */
    private static int port(String key) throws IOException {
        String name = "SLUICE__" + key.replace(".", "__").replace('-', '_').toUpperCase(Locale.ROOT);
        String bind = imageEnvironment().getOrDefault(name, ":0");
        return Integer.parseInt(bind.substring(bind.lastIndexOf(':') + 1));
    }

    private static Configuration load(Path file, Map<String, String> environment) throws Exception {
        List<String> settings = new ArrayList<>(List.of(
                "tls.certificate=" + files.resolve("server.crt"), "tls.private-key=" + files.resolve("server.key")));
        if (Files.readString(file).contains("admin.token-file=")) {
            settings.add("admin.token-file=" + files.resolve("admin-token"));
        }
        return Configuration.load(file, environment, settings);
    }

    private static JsonNode compose() throws IOException {
        return Documents.yaml(COMPOSE.resolve("compose.yml")).get(0);
    }

    private static List<JsonNode> manifests() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        for (JsonNode resource :
                Documents.yaml(KUBERNETES.resolve("kustomization.yaml")).get(0).get("resources")) {
            all.addAll(Documents.yaml(KUBERNETES.resolve(resource.asText())));
        }
        return all;
    }

    private static JsonNode manifest(String kind) throws IOException {
        return manifests().stream()
                .filter(manifest -> manifest.get("kind").asText().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private static int healthcheck(int port) throws Exception {
        return run("bash", DEPLOY.resolve("docker/healthcheck").toString(), String.valueOf(port));
    }

    private static int run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(said).isTrue();
        return process.exitValue();
    }
}
