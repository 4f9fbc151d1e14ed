package io.sluice;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a test starts a Java of its own: the one that runs the test, with the compiler that suits a life of seconds. */
final class ChildJvm {
    private ChildJvm() {}

    /** The command line that ends with these flags and arguments. */
    static List<String> command(String... flagsAndArguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(List.of(flagsAndArguments));
        return command;
    }
}
