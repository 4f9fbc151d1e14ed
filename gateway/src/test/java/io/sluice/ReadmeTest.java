package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents for operators name is there. */
class ReadmeTest {
    private static final Path TOP = Path.of("..");
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern KEY = Pattern.compile(
            "((?:listener|tls|route|cluster|limit|address|gateway|memory|health|admin|drain|log)\\.[a-z0-9.*-]+)(?:=.*)?");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(?:#[^)]*)?\\)");

    static Stream<Path> documents() throws IOException {
        List<Path> all = new ArrayList<>(List.of(TOP.resolve("README.md"), TOP.resolve("certs-dev/README.md")));
        try (Stream<Path> files = Files.walk(TOP.resolve("deploy"))) {
            files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !file.startsWith(TOP.resolve("deploy/target")))
                    .forEach(all::add);
        }
        assertThat(all).hasSizeGreaterThan(8);
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void namesKeysThatThereAre(Path document) throws IOException {
        Set<String> known = keys();

        for (String code : codes(Files.readString(document))) {
            Matcher key = KEY.matcher(code);
            if (key.matches() && !code.endsWith(".properties")) {
                assertThat(known).as("%s names %s", document, code).anyMatch(one -> fits(key.group(1), one));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void linksToFilesThatThereAre(Path document) throws IOException {
        Matcher links = LINK.matcher(Files.readString(document));
        while (links.find()) {
            if (!links.group(1).startsWith("http")) {
                assertThat(document.resolveSibling(links.group(1)))
                        .as("%s links to %s", document, links.group(1))
                        .exists();
            }
        }
    }

    @Test
    void troubleshootingNamesLabelsOfTheOtherTables() throws IOException {
        String readme = Files.readString(TOP.resolve("README.md"));
        String table = readme.substring(
                readme.indexOf("<!-- troubleshooting -->"), readme.indexOf("<!-- /troubleshooting -->"));
        int labels = 0;

        for (String row : table.split("\n", -1)) {
            String[] cells = row.split("\\|", -1);
            if (cells.length > 3) {
                for (String label : codes(cells[1] + cells[2])) {
                    if (label.matches("[a-z-]+") && !label.equals("subPath")) {
                        assertThat(readme).contains("\n| `" + label + "` | ");
                        labels++;
                    }
                }
            }
        }
        assertThat(labels).isGreaterThan(10);
    }

    /** Each stands once in the file of all keys, commented out or not. */
    private static Set<String> keys() throws IOException {
        Set<String> keys = new TreeSet<>();
        Matcher found = Pattern.compile("(?m)^#?([a-z]+\\.[a-z.-]+)=")
                .matcher(Files.readString(TOP.resolve("config/gateway.properties")));
        while (found.find()) {
            keys.add(found.group(1));
        }
        assertThat(keys).hasSizeGreaterThan(50);
        return keys;
    }

    /** {@code limit.packet.*} stands for its keys, {@code cluster.eu.brokers} for that of a named entry. */
    private static boolean fits(String named, String key) {
        return named.endsWith(".*")
                ? key.startsWith(named.substring(0, named.length() - 1))
                : key.equals(named) || key.equals(named.replaceFirst("\\.[a-z0-9]+\\.", "."));
    }

    private static List<String> codes(String text) {
        List<String> codes = new ArrayList<>();
        Matcher found = CODE.matcher(text);
        while (found.find()) {
            codes.add(found.group(1));
        }
        return codes;
    }
}
