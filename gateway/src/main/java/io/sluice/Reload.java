package io.sluice;

import io.sluice.config.Changes;
import io.sluice.config.Configuration;
import io.sluice.config.Setting;
import io.sluice.tls.TlsBundle;
import io.sluice.tls.TlsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads configuration and certificates again, all of them before any takes effect: one mistake, and nothing has changed. No live
 * connection is touched.
 *
 * <p>Thread-safe; one reload at a time.
 */
final class Reload {

    /** Reads the configuration from where it was read at the start. */
    interface Source {
        Configuration read() throws UsageException;
    }

    private final Gateway gateway;
    private final Map<String, TlsBundle> bundles;
    private volatile @Nullable Source source;

    Reload(Gateway gateway, Map<String, TlsBundle> bundles) {
        this.gateway = gateway;
        this.bundles = bundles;
    }

    void from(Source named) {
        source = named;
    }

    /**
     * Does it.
     *
     * @return what came of it, a line for each changed key
     * @throws IllegalStateException what is wrong, a line each; nothing has changed
     */
    synchronized List<String> run() {
        List<String> lines = new ArrayList<>();
        List<Runnable> exchanges = new ArrayList<>();
        Source named = source;
        try {
            Configuration next = named == null ? null : named.read();
            for (Map.Entry<String, TlsBundle> bundle : bundles.entrySet()) {
                exchanges.add(bundle.getValue().prepare());
                lines.add("The certificates of listener " + bundle.getKey() + " are read again.");
            }
            if (next != null) {
                lines.addAll(apply(next));
            }
        } catch (UsageException wrong) {
            throw new IllegalStateException(String.valueOf(wrong.getMessage()));
        } catch (TlsException wrong) {
            throw new IllegalStateException(wrong.getMessage());
        }
        exchanges.forEach(Runnable::run);
        return lines;
    }

    private List<String> apply(Configuration next) {
        List<Setting> before = gateway.settings();
        Changes changes = Changes.between(before, next.settings());
        gateway.use(next.gateway(), changes.inForce());
        if (changes.list().isEmpty()) {
            return List.of("No key has changed.");
        }
        return changes.list().stream()
                .map(change -> change.key() + ": " + change.effect())
                .toList();
    }
}
