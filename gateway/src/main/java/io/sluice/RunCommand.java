package io.sluice;

import static java.util.stream.Collectors.joining;

import io.sluice.config.Configuration;
import io.sluice.config.GatewayConfig;
import io.sluice.config.HostPort;
import io.sluice.config.LogConfig;
import io.sluice.telemetry.LogSetup;
import java.security.Security;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Serves until a signal: SIGTERM drains, another one then ends at once, as SIGINT does.
 *
 * <p>Confined to the main thread.
 */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description =
                "Runs the gateway until SIGTERM (drains as drain.* says, ends with 0, or with 3 when sessions had to"
                        + " be cut; a second one cuts at once) or SIGINT (ends at once, with 130).",
        optionListHeading = "%nOptions:%n")
final class RunCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);
    private static final int INTERRUPTED = 128 + 2;

    /** Not all sessions have ended before the process had to. */
    private static final int CUT = 3;

    @Mixin
    private final ConfigurationOptions options = new ConfigurationOptions();

    /** How long Java may keep what a name resolves to, in place of 30 s: cluster.resolve-interval says how often to ask. */
    private static final String NAMES_KEPT_SECONDS = "1";

    private final CountDownLatch terminated = new CountDownLatch(1);
    private final CountDownLatch hurried = new CountDownLatch(1);

    @Override
    public Integer call() throws UsageException, StartException, InterruptedException {
        Security.setProperty("networkaddress.cache.ttl", NAMES_KEPT_SECONDS);
        Security.setProperty("networkaddress.cache.negative.ttl", NAMES_KEPT_SECONDS);
        Configuration configuration = options.load();
        if (configuration.gateway().log().format() == LogConfig.Format.JSON) {
            LogSetup.toJson();
        }
        configuration.warnings().forEach(log::warn);
        listenToSignals();
        try (Gateway gateway = Gateway.start(configuration)) {
            gateway.onDrain(terminated::countDown);
            gateway.onReload(options::load);
            Signals.on("HUP", () -> reload(gateway));
            gateway.adminAddress().ifPresent(address -> log.info("status page at http://{}/", HostPort.of(address)));
            log.info("{}", serving(gateway, configuration.gateway()));
            terminated.await();
            boolean drained = new Drain(gateway, gateway.drainTimes(), hurried).run();
            log.info("stopped");
            return drained ? Main.OK : CUT;
        }
    }

    private void listenToSignals() {
        Signals.on("TERM", () -> {
            if (terminated.getCount() > 0) {
                terminated.countDown();
            } else {
                log.info("another SIGTERM: ends at once");
                hurried.countDown();
            }
        });
        Signals.on("INT", () -> {
            log.info("SIGINT: ends at once");
            System.exit(INTERRUPTED);
        });
        Signals.on("HUP", () -> log.info("SIGHUP: nothing to reload yet"));
    }

    private static void reload(Gateway gateway) {
        try {
            gateway.reload().forEach(line -> log.info("SIGHUP: {}", line));
        } catch (IllegalStateException unchanged) {
            String problems = String.valueOf(unchanged.getMessage());
            problems.lines().forEach(line -> log.error("SIGHUP: nothing is reloaded: {}", line));
        } catch (RuntimeException bug) {
            log.error("bug in the gateway; nothing is reloaded", bug);
        }
    }

    private static String serving(Gateway gateway, GatewayConfig config) {
        String brokers = config.clusters().stream()
                .flatMap(cluster -> cluster.brokers().stream())
                .map(broker -> broker.address().toString())
                .collect(joining(", "));
        return "sluice %s serves %s -> %s (%d I/O threads, pid %d)"
                .formatted(
                        Main.version(),
                        String.join(", ", gateway.urls()),
                        brokers,
                        config.ioThreads(),
                        ProcessHandle.current().pid());
    }
}
