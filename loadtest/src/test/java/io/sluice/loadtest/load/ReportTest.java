package io.sluice.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ReportTest {
    @TempDir
    Path directory;

    private String html = "";

    private Document report(Run... runs) throws Exception {
        Path file = directory.resolve("report.html");
        Report.write(file, List.of(runs), List.of("two cores <& more>"));
        html = Files.readString(file);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    }

    private static List<String> texts(Document report, String element, String style) {
        List<String> texts = new ArrayList<>();
        NodeList all = report.getElementsByTagName(element);
        for (int i = 0; i < all.getLength(); i++) {
            Element found = (Element) all.item(i);
            if (style.isEmpty()
                    || List.of(found.getAttribute("class").split(" ", -1)).contains(style)) {
                texts.add(found.getTextContent());
            }
        }
        return texts;
    }

    @Test
    void aRunHasItsFiguresAndCharts() throws Exception {
        Document report = report(RunExamples.throughput("sluice", 2.5));

        assertThat(texts(report, "h2", "")).containsExactly("throughput – sluice");
        assertThat(texts(report, "figcaption", ""))
                .containsExactly("latency by percentile", "messages a second", "latency in each second", "CPU, cores");
        assertThat(texts(report, "text", "tick")).contains("50 %", "90 %", "99 %", "99.9 %", "99.99 %");
        assertThat(texts(report, "td", ""))
                .contains(
                        "1,100,000 in 10.0 s, 110,000 a second",
                        "50 %: 180 µs, 75 %: 234 µs, 90 %: 342 µs, 95 %: 432 µs, 99 %: 936 µs, 99.5 %: 1.44 ms, "
                                + "99.9 %: 2.61 ms, 99.99 %: 5.58 ms, longest 7.92 ms, mean 225 µs",
                        "none",
                        "0.28 cores, 2.50 µs for each; memory 131 MiB, at the beginning 90.0 MiB",
                        "clients 100, size 64, window 8");
        assertThat(texts(report, "p", "alarm")).isEmpty();
        assertThat(texts(report, "p", "verdict")).hasSize(1);
    }

    @Test
    void aGeneratorAtItsEndIsLoudAndErrorsAreMarked() throws Exception {
        Document report = report(RunExamples.broken("sluice"));

        assertThat(texts(report, "p", "alarm"))
                .containsExactly("The generator set the figures: its busiest thread was busy 97 % of the time.");
        assertThat(texts(report, "td", "bad")).containsExactly("HTTP status 503: 3, connection refused: 12");
        assertThat(texts(report, "path", "mark")).containsExactly("15 errors");
    }

    @Test
    void targetsThatDidTheSameAreCompared() throws Exception {
        Document report = report(
                RunExamples.throughput("sluice", 2.5),
                RunExamples.throughput("nginx", 2.8),
                RunExamples.throughput("sluice", 2.3),
                RunExamples.throughput("sluice", 2.6),
                RunExamples.broken("sluice"));

        assertThat(texts(report, "h2", ""))
                .startsWith("throughput, wss, clients 100, size 64, window 8")
                .hasSize(6);
        assertThat(texts(report, "td", "n")).contains("3", "2.50 µs (2.30 µs to 2.60 µs)", "2.80 µs");
        assertThat(texts(report, "text", "value")).containsExactly("2.50 µs", "2.80 µs");
        assertThat(texts(report, "path", "bar")).hasSize(2);
        assertThat(texts(report, "line", "whisker"))
                .as("of one with several runs")
                .hasSize(3);
    }

    @Test
    void manyRunsAreFolded() throws Exception {
        Run run = RunExamples.throughput("sluice", 2.5);

        Document report = report(run, run, run, run, run, run, run);

        assertThat(texts(report, "summary", "")).hasSize(7);
    }

    @Test
    void whatOthersNamedIsOnlyText() throws Exception {
        Document report = report(RunExamples.throughput(RunExamples.HOSTILE, 1), RunExamples.broken("{{title}}"));

        assertThat(html).doesNotContain("<script").contains("<p class=\"note\">two cores &lt;&amp; more&gt;</p>");
        assertThat(texts(report, "h2", ""))
                .first()
                .isEqualTo("throughput – nginx & <script>alert(\"1\")</script> '\u2028'");
        assertThat(texts(report, "h2", "")).last().isEqualTo("rate – {{title}}");
    }

    @Test
    void whatXmlCannotSayIsReplaced() throws Exception {
        Document report = report(RunExamples.throughput("a\u0000b\u202Ec\uD800d\uDC00e\uD83D\uDE00", 1));

        assertThat(texts(report, "h2", "")).containsExactly("throughput – a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uD83D\uDE00");
    }

    @Test
    void nothingIsFetched() throws Exception {
        report(RunExamples.throughput("sluice", 1));

        assertThat(Pattern.compile("src=|href=|url\\(|@import|<link")
                        .matcher(html)
                        .find())
                .isFalse();
    }

    @Test
    void aRunThatMeasuredNothingIsToldToo() throws Exception {
        Document report = report(RunExamples.empty());

        assertThat(texts(report, "td", "")).contains("0 in 10.0 s", "none");
        assertThat(texts(report, "figure", "")).isEmpty();
    }

    @Test
    void noRunsAreAReportToo() throws IOException {
        Path file = directory.resolve("empty.html");

        Report.write(file, List.of());

        assertThat(file).content().contains("0 runs");
    }
}
