package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds {@code config/gateway.properties} equal to the table of keys. */
class ReferenceTest {
    private static final Path REFERENCE = Path.of("../config/gateway.properties");
    private static final Pattern KEY_LINE = Pattern.compile("(#?)([a-z][a-z0-9.-]*)=(.*)");

    @TempDir
    Path directory;

    @Test
    void listsEveryKeyOnceInOrderWithItsDefaultAndComment() throws Exception {
        String text = Files.readString(REFERENCE);

        assertThat(documented(text)).containsExactlyElementsOf(expected());
    }

    @Test
    void setsOnlyWhatHasNoDefault() throws Exception {
        List<String> set = Files.readAllLines(REFERENCE).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();

        assertThat(set)
                .containsExactly(
                        "tls.certificate=../certs-dev/server.crt",
                        "tls.private-key=../certs-dev/server.key",
                        "cluster.brokers=127.0.0.1:1883");
    }

    @Test
    void loadsWithoutProblemOrWarning() throws Exception {
        Configuration loaded = Configuration.load(REFERENCE, Map.of(), List.of());

        assertThat(loaded.warnings()).isEmpty();
        assertThat(loaded.gateway().tls().get(0).certificate())
                .isEqualTo(REFERENCE.resolveSibling("../certs-dev/server.crt").normalize());
    }

    @Test
    void namesDefaultsThatAreInForceWithoutThem() throws Exception {
        String written = Files.readString(REFERENCE).replaceAll("(?m)^#([a-z][a-z0-9.-]*=.+)$", "$1");
        Path file = Files.writeString(directory.resolve("gateway.properties"), written);

        Configuration all = Configuration.load(file, Map.of(), List.of());
        Configuration none = Configuration.load(REFERENCE, Map.of(), List.of());

        assertThat(all.settings()).noneMatch(setting -> setting.origin().equals("default"));
        assertThat(all.gateway().listeners()).isEqualTo(none.gateway().listeners());
        assertThat(all.gateway().routes()).isEqualTo(none.gateway().routes());
        assertThat(all.gateway().clusters()).isEqualTo(none.gateway().clusters());
        assertThat(all.gateway().limits()).isEqualTo(none.gateway().limits());
        assertThat(all.gateway().address()).isEqualTo(none.gateway().address());
        assertThat(all.gateway().maxSessions()).isEqualTo(none.gateway().maxSessions());
        assertThat(all.gateway().ioThreads()).isEqualTo(none.gateway().ioThreads());
    }

    @Test
    void noticesAMissingAnExtraAndAChangedLine() throws Exception {
        String text = Files.readString(REFERENCE);

        assertThat(documented(text.replace("#route.bridges=deny\n", ""))).isNotEqualTo(expected());
        assertThat(documented(text + "#route.bridges=deny\n")).isNotEqualTo(expected());
        assertThat(documented(text.replace("=deny", "=allow"))).isNotEqualTo(expected());
        assertThat(documented(text.replace("MQTT versions", "Versions"))).isNotEqualTo(expected());
    }

    @Test
    void listsSettingsInTheOrderOfTheReference() throws Exception {
        Configuration loaded = Configuration.load(REFERENCE, Map.of(), List.of());

        assertThat(loaded.settings())
                .extracting(Setting::key)
                .containsExactlyElementsOf(Keys.ALL.stream()
                        .map(Key::path)
                        .filter(path -> !Set.of(
                                        "tls.private-key-password-file",
                                        "admin.token-file",
                                        "tls.client-ca",
                                        "tls.crl",
                                        "cluster.tls.ca",
                                        "cluster.tls.certificate",
                                        "cluster.tls.private-key",
                                        "cluster.tls.server-name")
                                .contains(path))
                        .toList());
    }

    private static List<String> expected() {
        return Keys.ALL.stream()
                .map(key ->
                        key.path() + "=" + (key.defaultValue() == null ? "" : key.defaultValue()) + " # " + key.doc())
                .toList();
    }

    /** Each key line as {@code key=default # comment}; a line that sets a value has no default. */
    private static List<String> documented(String text) {
        List<String> found = new ArrayList<>();
        StringBuilder comment = new StringBuilder();
        for (String line : text.lines().toList()) {
            Matcher key = KEY_LINE.matcher(line);
            if (key.matches()) {
                String value = key.group(1).isEmpty() ? "" : key.group(3);
                found.add(key.group(2) + "=" + value + " # " + comment);
            }
            if (line.startsWith("# ")) {
                comment.append(comment.isEmpty() ? "" : " ").append(line.substring(2));
            } else {
                comment.setLength(0);
            }
        }
        return found;
    }
}
