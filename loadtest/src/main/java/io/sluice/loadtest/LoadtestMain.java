package io.sluice.loadtest;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command line of everything that is not production.
 *
 * <p>Immutable.
 */
public final class LoadtestMain {
    private LoadtestMain() {}

    @Command(name = "sluice-loadtest", mixinStandardHelpOptions = true, description = "Demo and load test of Sluice.")
    private static final class Root {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Root()).addSubcommand(new DemoCommand());
    }
}
