package io.sluice.deploy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Installs Debian packages below a directory, with a list of installed packages of its own; the machine's is not touched.
 *
 * <p>Immutable.
 *
 * @param root stands for /
 * @param state dpkg's own files
 */
record Dpkg(Path root, Path state) {

    /** Skips the test where there is no dpkg. */
    static Dpkg under(Path directory) throws IOException {
        assumeTrue(Command.exists("dpkg"), "there is no dpkg");
        Path state = directory.resolve("dpkg");
        for (String part : List.of("info", "updates", "triggers")) {
            Files.createDirectories(state.resolve(part));
        }
        Files.createFile(state.resolve("status"));
        return new Dpkg(Files.createDirectories(directory.resolve("root")), state);
    }

    /** A file of the installed system. */
    Path file(String path) {
        return root.resolve(path.substring(1));
    }

    void install(Path debianPackage) throws IOException, InterruptedException {
        run("--install", debianPackage.toString());
    }

    /** The scripts of the package run too, and are told by DPKG_ROOT to leave this machine alone. */
    void run(String... action) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "dpkg",
                "--instdir=" + root,
                "--admindir=" + state,
                "--log=" + state.resolve("log"),
                "--force-not-root,script-chrootless,depends,bad-path"));
        command.addAll(List.of(action));
        Command.run(Map.of(), command.toArray(String[]::new));
    }
}
