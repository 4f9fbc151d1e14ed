package io.sluice.loadtest.load;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.activemq.artemis.json.JsonArray;
import org.apache.activemq.artemis.json.JsonArrayBuilder;
import org.apache.activemq.artemis.json.JsonNumber;
import org.apache.activemq.artemis.json.JsonObject;
import org.apache.activemq.artemis.json.JsonObjectBuilder;
import org.apache.activemq.artemis.json.JsonString;
import org.apache.activemq.artemis.utils.JsonLoader;

/**
 * Runs as a file: an object with {@code format}, which is {@value #FORMAT}, and {@code runs}, whose members are named as the
 * components of {@link Run}.
 *
 * <p>Immutable.
 */
final class RunJson {
    private static final int FORMAT = 1;

    private RunJson() {}

    /** Writes a file anew. */
    static void write(Path file, List<Run> runs) throws IOException {
        JsonObject all = JsonLoader.createObjectBuilder()
                .add("format", FORMAT)
                .add("runs", array(runs, RunJson::json))
                .build();
        try (Writer out = Files.newBufferedWriter(file)) {
            out.write(all.toString());
            out.write('\n');
        }
    }

    /**
     * Reads a file that {@link #write} has written.
     *
     * @throws IOException the file cannot be read, or holds something else
     */
    static List<Run> read(Path file) throws IOException {
        try (Reader in = Files.newBufferedReader(file)) {
            JsonObject all = JsonLoader.readObject(in);
            int format = all.getInt("format");
            if (format != FORMAT) {
                throw new IOException(file + " has format " + format + "; this version reads " + FORMAT);
            }
            return all.getJsonArray("runs").stream()
                    .map(run -> run(run.asJsonObject()))
                    .toList();
        } catch (RuntimeException e) {
            // the parser's own exceptions are those of a library in a library: JSON, casts, missing members, dates
            throw new IOException(file + " does not hold runs of the load test: " + e.getMessage(), e);
        }
    }

    // ----------------------------------------------------------------------------------------------------------- write

    private static JsonObjectBuilder json(Run run) {
        JsonObjectBuilder settings = JsonLoader.createObjectBuilder();
        run.settings().forEach(settings::add);
        JsonObjectBuilder errors = JsonLoader.createObjectBuilder();
        run.errors().forEach(errors::add);
        return JsonLoader.createObjectBuilder()
                .add("scenario", run.scenario())
                .add("target", run.target())
                .add("url", run.url())
                .add("began", run.began().toString())
                .add("seconds", run.seconds())
                .add("settings", settings)
                .add("unit", run.unit())
                .add("count", run.count())
                .add("latency", json(run.latency()))
                .add("course", array(run.course(), RunJson::json))
                .add("errors", errors)
                .add("processes", array(run.processes(), RunJson::json))
                .add("generator", json(run.generator()));
    }

    private static JsonObjectBuilder json(Run.Latency latency) {
        return JsonLoader.createObjectBuilder()
                .add("count", latency.count())
                .add("meanNanos", latency.meanNanos())
                .add(
                        "points",
                        array(
                                latency.points(),
                                point -> JsonLoader.createObjectBuilder()
                                        .add("percentile", point.percentile())
                                        .add("nanos", point.nanos())));
    }

    private static JsonObjectBuilder json(Run.Second second) {
        JsonArrayBuilder cores = JsonLoader.createArrayBuilder();
        second.cores().forEach(cores::add);
        return JsonLoader.createObjectBuilder()
                .add("count", second.count())
                .add("medianNanos", second.medianNanos())
                .add("p99Nanos", second.p99Nanos())
                .add("errors", second.errors())
                .add("cores", cores);
    }

    private static JsonObjectBuilder json(Run.Use use) {
        return JsonLoader.createObjectBuilder()
                .add("label", use.label())
                .add("cpuSeconds", use.cpuSeconds())
                .add("startRssBytes", use.startRssBytes())
                .add("endRssBytes", use.endRssBytes());
    }

    private static JsonObjectBuilder json(Run.Generator generator) {
        return JsonLoader.createObjectBuilder()
                .add("cpuSeconds", generator.cpuSeconds())
                .add("busiestLoop", generator.busiestLoop())
                .add("lateNanos", generator.lateNanos())
                .add("bottleneck", generator.bottleneck())
                .add("verdict", generator.verdict());
    }

    private static <T> JsonArrayBuilder array(List<T> elements, Function<T, JsonObjectBuilder> json) {
        JsonArrayBuilder array = JsonLoader.createArrayBuilder();
        elements.forEach(element -> array.add(json.apply(element)));
        return array;
    }

    // ------------------------------------------------------------------------------------------------------------ read

    private static Run run(JsonObject run) {
        SortedMap<String, String> settings = new TreeMap<>();
        run.getJsonObject("settings").forEach((name, value) -> settings.put(name, ((JsonString) value).getString()));
        SortedMap<String, Long> errors = new TreeMap<>();
        run.getJsonObject("errors").forEach((kind, count) -> errors.put(kind, ((JsonNumber) count).longValue()));
        return new Run(
                run.getString("scenario"),
                run.getString("target"),
                run.getString("url"),
                Instant.parse(run.getString("began")),
                real(run, "seconds"),
                settings,
                run.getString("unit"),
                whole(run, "count"),
                latency(run.getJsonObject("latency")),
                list(run.getJsonArray("course"), RunJson::second),
                errors,
                list(run.getJsonArray("processes"), RunJson::use),
                generator(run.getJsonObject("generator")));
    }

    private static Run.Latency latency(JsonObject latency) {
        return new Run.Latency(
                whole(latency, "count"),
                real(latency, "meanNanos"),
                list(
                        latency.getJsonArray("points"),
                        point -> new Run.Point(real(point, "percentile"), whole(point, "nanos"))));
    }

    private static Run.Second second(JsonObject second) {
        return new Run.Second(
                whole(second, "count"),
                whole(second, "medianNanos"),
                whole(second, "p99Nanos"),
                whole(second, "errors"),
                second.getJsonArray("cores").stream()
                        .map(cores -> ((JsonNumber) cores).doubleValue())
                        .toList());
    }

    private static Run.Use use(JsonObject use) {
        return new Run.Use(
                use.getString("label"),
                real(use, "cpuSeconds"),
                whole(use, "startRssBytes"),
                whole(use, "endRssBytes"));
    }

    private static Run.Generator generator(JsonObject generator) {
        return new Run.Generator(
                real(generator, "cpuSeconds"),
                real(generator, "busiestLoop"),
                whole(generator, "lateNanos"),
                generator.getBoolean("bottleneck"),
                generator.getString("verdict"));
    }

    private static <T> List<T> list(JsonArray array, Function<JsonObject, T> element) {
        return array.stream().map(value -> element.apply(value.asJsonObject())).toList();
    }

    private static long whole(JsonObject object, String name) {
        return object.getJsonNumber(name).longValueExact();
    }

    private static double real(JsonObject object, String name) {
        return object.getJsonNumber(name).doubleValue();
    }
}
