package io.sluice;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Reads YAML and JSON strictly: a key twice is an error.
 *
 * <p>Immutable.
 */
final class Documents {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Documents() {}

    /** All documents of a YAML file, aliases and merged keys resolved. */
    static List<JsonNode> yaml(Path file) throws IOException {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        List<JsonNode> documents = new ArrayList<>();
        try (Reader in = Files.newBufferedReader(file)) {
            new Yaml(new SafeConstructor(strict)).loadAll(in).forEach(tree -> documents.add(JSON.valueToTree(tree)));
        }
        return documents;
    }

    static JsonNode json(Path file) throws IOException {
        return JSON.readTree(file.toFile());
    }

    /** The values of a field wherever it stands, in order. */
    static List<String> texts(JsonNode tree, String field) {
        List<String> found = new ArrayList<>();
        tree.findValues(field).forEach(value -> found.add(value.asText()));
        return found;
    }
}
