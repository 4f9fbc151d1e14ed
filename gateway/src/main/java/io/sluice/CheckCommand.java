package io.sluice;

import io.sluice.config.ClusterConfig;
import io.sluice.config.Configuration;
import io.sluice.config.GatewayConfig;
import io.sluice.config.LinkConfig;
import io.sluice.config.Setting;
import io.sluice.config.TlsConfig;
import io.sluice.tls.BrokerTls;
import io.sluice.tls.TlsBundle;
import io.sluice.tls.TlsException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Prints the effective configuration, or every problem in it.
 *
 * <p>Confined to the main thread.
 */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Prints the effective configuration with the origin of each value, or every problem in it.",
        optionListHeading = "%nOptions:%n")
final class CheckCommand implements Callable<Integer> {
    /** A longer setting pushes its own origin to the right, not everyone's. */
    private static final int WIDEST = 60;

    @Mixin
    private final ConfigurationOptions options = new ConfigurationOptions();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws UsageException {
        Configuration configuration = options.load();
        List<String> warnings = new ArrayList<>(configuration.warnings());
        warnings.addAll(loadCertificates(configuration.gateway()));
        PrintWriter err = spec.commandLine().getErr();
        warnings.forEach(warning -> err.println("warning: " + warning));
        print(configuration.settings());
        return Main.OK;
    }

    /** Returns the warnings of all bundles and clusters. */
    private static List<String> loadCertificates(GatewayConfig config) throws UsageException {
        List<String> problems = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (TlsConfig bundle : config.tls()) {
            try {
                warnings.addAll(TlsBundle.load(List.of(bundle)).warnings());
            } catch (TlsException e) {
                problems.add(e.getMessage());
            }
        }
        for (ClusterConfig cluster : config.clusters()) {
            LinkConfig.Tls tls = cluster.link().tls().orElse(null);
            try {
                warnings.addAll(
                        tls == null
                                ? List.of()
                                : BrokerTls.load(cluster.name(), tls).warnings());
            } catch (TlsException e) {
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new UsageException(problems);
        }
        return warnings;
    }

    private void print(List<Setting> settings) {
        PrintWriter out = spec.commandLine().getOut();
        int width = settings.stream()
                .mapToInt(setting -> text(setting).length())
                .filter(length -> length <= WIDEST)
                .max()
                .orElse(1);
        settings.forEach(
                setting -> out.println(("%-" + width + "s   # %s").formatted(text(setting), setting.origin())));
    }

    private static String text(Setting setting) {
        return setting.key() + "=" + setting.value();
    }
}
