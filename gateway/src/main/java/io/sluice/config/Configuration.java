package io.sluice.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A configuration without problems, and where each of its values comes from.
 *
 * <p>Immutable.
 */
public final class Configuration {
    private final GatewayConfig gateway;
    private final List<Setting> settings;
    private final List<String> warnings;

    private Configuration(GatewayConfig gateway, List<Setting> settings, List<String> warnings) {
        this.gateway = gateway;
        this.settings = List.copyOf(settings);
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Reads all sources; the later ones replace the earlier ones key by key. Files that values name are not looked for.
     *
     * @param file UTF-8, one {@code key=value} a line; null for none
     * @param environment variables that begin with {@code SLUICE__} are read: a double underscore is a dot, a single one a
     *     dash; all others are ignored
     * @param overrides {@code key=value} each ({@code --set})
     * @throws ConfigurationException all problems of all sources at once, or the one that the file cannot be read
     */
    public static Configuration load(@Nullable Path file, Map<String, String> environment, List<String> overrides)
            throws ConfigurationException {
        Problems problems = new Problems();
        List<Written> pairs = new ArrayList<>();
        if (file != null) {
            pairs.addAll(Sources.file(file, problems));
        }
        pairs.addAll(Sources.environment(environment, problems));
        pairs.addAll(Sources.overrides(overrides, problems));
        Assignments assignments = new Assignments(pairs, problems);
        List<String> warnings = new Checks(assignments, problems).run();
        problems.throwIfAny();
        Binder binder = new Binder(assignments);
        return new Configuration(binder.gateway(), binder.settings(), warnings);
    }

    /** The records; certificate paths are resolved, and nobody has looked whether the files are there. */
    public GatewayConfig gateway() {
        return gateway;
    }

    /** Every key in force, defaults included, in the order of the reference; paths as written. */
    public List<Setting> settings() {
        return settings;
    }

    /** What works but is odd, one line each. */
    public List<String> warnings() {
        return warnings;
    }
}
