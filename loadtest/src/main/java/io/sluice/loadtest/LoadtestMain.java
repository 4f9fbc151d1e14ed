package io.sluice.loadtest;

import io.sluice.Main;
import io.sluice.loadtest.load.LoadCommand;
import picocli.CommandLine;

/**
 * The gateway's command line with the commands that are not production.
 *
 * <p>Immutable.
 */
public final class LoadtestMain {
    private LoadtestMain() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(Main.run(commandLine(), arguments));
    }

    static CommandLine commandLine() {
        return Main.commandLine()
                .addSubcommand(new DemoCommand())
                .addSubcommand(new RollingCommand())
                .addSubcommand(new LoadCommand());
    }
}
