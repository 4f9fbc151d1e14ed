package io.sluice.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The manifests in {@code kubernetes} against what Kubernetes itself says of each field. */
class ManifestsIT {
    private static final Path MANIFESTS = Path.of("kubernetes");

    /** Complains of a field that is unknown, missing, or of a wrong type. */
    private interface Schema {
        void validate(@Nullable JsonElement manifest) throws IOException;
    }

    private static final Map<String, Schema> SCHEMAS = Map.of(
            "Namespace", V1Namespace::validateJsonElement,
            "Deployment", V1Deployment::validateJsonElement,
            "Service", V1Service::validateJsonElement,
            "HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::validateJsonElement,
            "PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
            "NetworkPolicy", V1NetworkPolicy::validateJsonElement);

    @BeforeAll
    static void load() {
        assertThat(JSON.getGson()).as("the schemas come into being with it").isNotNull();
    }

    static List<JsonObject> manifests() throws IOException {
        List<JsonObject> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(MANIFESTS)) {
            for (Path file : files.filter(
                            path -> path.toString().endsWith(".yaml") && !path.endsWith("kustomization.yaml"))
                    .toList()) {
                LoaderOptions strict = new LoaderOptions();
                strict.setAllowDuplicateKeys(false);
                try (Reader in = Files.newBufferedReader(file)) {
                    new Yaml(new SafeConstructor(strict))
                            .loadAll(in)
                            .forEach(tree -> all.add(new Gson().toJsonTree(tree).getAsJsonObject()));
                }
            }
        }
        assertThat(all).hasSizeGreaterThan(5);
        return all;
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void hasTheFieldsThatItsKindHas(JsonObject manifest) throws IOException {
        Schema schema = Objects.requireNonNull(SCHEMAS.get(manifest.get("kind").getAsString()));

        schema.validate(manifest);
    }

    @Test
    void aFieldThatKubernetesDoesNotKnowIsFound() throws IOException {
        JsonObject service = manifests().stream()
                .filter(manifest -> manifest.get("kind").getAsString().equals("Service"))
                .findFirst()
                .orElseThrow();
        service.getAsJsonObject("spec").addProperty("sessionAfinity", "None");

        assertThatThrownBy(() -> V1Service.validateJsonElement(service)).hasMessageContaining("sessionAfinity");
    }
}
