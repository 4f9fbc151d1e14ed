package io.sluice;

import static java.util.stream.Collectors.joining;

import io.sluice.config.Configuration;
import io.sluice.config.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options by which a command is told its configuration.
 *
 * <p>Confined to the main thread.
 */
final class ConfigurationOptions {
    private static final Path SYSTEM = Path.of("/etc/sluice/gateway.properties");

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The configuration file; without it config/gateway.properties beside the launcher, "
                    + "else /etc/sluice/gateway.properties.")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets one key, over file and environment; repeatable.")
    private List<String> settings = new ArrayList<>();

    /** Whether the command line tells of one. */
    boolean given() {
        return file != null || !settings.isEmpty();
    }

    /** Reads file, environment and settings. Without any file the other two must do. */
    Configuration load() throws UsageException {
        Path found = file != null ? file : defaultFile();
        try {
            return Configuration.load(found, System.getenv(), settings);
        } catch (ConfigurationException e) {
            List<String> problems = new ArrayList<>(e.problems());
            if (found == null) {
                problems.add(nowhere());
            }
            throw new UsageException(problems);
        }
    }

    private static String nowhere() {
        return "there is no configuration file at "
                + defaultFiles().map(Path::toString).collect(joining(" or "))
                + "; name one with -c";
    }

    private static @Nullable Path defaultFile() {
        return defaultFiles().filter(Files::exists).findFirst().orElse(null);
    }

    private static Stream<Path> defaultFiles() {
        return Stream.concat(
                Main.home().map(home -> home.resolve("config/gateway.properties")).stream(), Stream.of(SYSTEM));
    }
}
