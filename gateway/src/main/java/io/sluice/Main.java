package io.sluice;

import io.sluice.config.ConfigurationException;
import io.sluice.config.Quote;
import io.sluice.telemetry.LogSetup;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. Exit codes: {@value #OK}, {@value #FAILED} when it cannot run, {@value #USAGE} when the command or the
 * configuration is wrong.
 *
 * <p>Confined to the main thread.
 */
@Command(
        name = "sluice",
        description = "Lets browsers speak MQTT over WebSocket to any MQTT broker.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%n",
        footer = {
            "Exit codes: 0 done, 1 cannot run, 2 wrong command or configuration,",
            "3 clients were cut off at the end, 130 ended by Ctrl-C.",
            "Environment: JAVA_HOME picks the Java, JAVA_OPTS adds JVM flags."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main implements Callable<Integer> {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    private static final String RUN = "run";
    private static final List<Class<?>> OTHERS = List.of(
            CheckCommand.class,
            DevCertsCommand.class,
            TrainCommand.class,
            OperatorCommand.Status.class,
            OperatorCommand.Brokers.class,
            OperatorCommand.Sessions.class,
            OperatorCommand.Kick.class,
            OperatorCommand.Ban.class,
            OperatorCommand.Unban.class,
            OperatorCommand.Reload.class,
            OperatorCommand.Drain.class,
            AutoComplete.GenerateCompletion.class,
            HelpCommand.class);
    private static final List<String> LEVELS = List.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE", "OFF");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] arguments) {
        boolean runs = arguments.length > 0 && arguments[0].equals(RUN);
        System.exit(run(commandLine(runs ? List.of() : OTHERS), arguments));
    }

    /** The commands of the gateway; a tool adds its own to them. */
    public static CommandLine commandLine() {
        return commandLine(OTHERS);
    }

    /** @param others than to run, of which picocli reads every annotation: a start does without */
    private static CommandLine commandLine(List<Class<?>> others) {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.addSubcommand(RunCommand.class);
        others.forEach(commandLine::addSubcommand);
        commandLine.setExpandAtFiles(false);
        commandLine.setUsageHelpAutoWidth(true);
        return commandLine;
    }

    /**
     * Parses and executes.
     *
     * @return the exit code
     */
    public static int run(CommandLine commandLine, String... arguments) {
        if (System.getProperty("org.jboss.logging.provider") == null) {
            System.setProperty("org.jboss.logging.provider", "slf4j");
        }
        // read once, when JSSE loads: a TLS 1.2 client could else ask for handshake after handshake on one connection
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        String level = System.getProperty(LogSetup.LEVEL_PROPERTY);
        if (level != null && !LEVELS.contains(level)) {
            commandLine
                    .getErr()
                    .println("sluice: " + LogSetup.LEVEL_PROPERTY + ": " + Quote.quote(level)
                            + " is not a level; write one of " + String.join(", ", LEVELS));
            return USAGE;
        }
        commandLine.setParameterExceptionHandler(Main::misused);
        commandLine.setExecutionExceptionHandler(Main::failed);
        return commandLine.execute(arguments);
    }

    /** The directory of the launcher, where it told us. */
    static Optional<Path> home() {
        return Optional.ofNullable(System.getProperty("sluice.home")).map(Path::of);
    }

    static String version() {
        try (InputStream resource = Main.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            properties.load(resource);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return USAGE;
    }

    private static int misused(ParameterException e, String[] arguments) {
        CommandLine commandLine = e.getCommandLine();
        PrintWriter err = commandLine.getErr();
        err.println("sluice: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + commandLine.getCommandSpec().qualifiedName() + " --help'.");
        return USAGE;
    }

    private static int failed(Exception e, CommandLine commandLine, ParseResult result) {
        PrintWriter err = commandLine.getErr();
        if (e instanceof UsageException || e instanceof ConfigurationException) {
            err.println(e.getMessage());
            return USAGE;
        }
        if (e instanceof StartException start) {
            err.println("sluice: " + e.getMessage());
            return start.isMisconfigured() ? USAGE : FAILED;
        }
        LoggerFactory.getLogger(Main.class).error("a bug ended sluice {}", result.originalArgs(), e);
        return FAILED;
    }

    /** What {@code --version} prints. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"sluice " + version() + " (Java " + Runtime.version() + ")"};
        }
    }
}
