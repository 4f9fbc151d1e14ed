package io.sluice.loadtest.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The machine that something is measured on.
 *
 * <p>Immutable.
 */
final class Machine {
    private static final Pattern MODEL = Pattern.compile("model name\\s*: (.+)");
    private static final Pattern MEMORY = Pattern.compile("MemTotal:\\s+([0-9]+) kB");

    private Machine() {}

    /** E.g. {@code 2 cores (AMD EPYC), 23.5 GiB, Linux 6.18, amd64; Java 17.0.15}. */
    static String text() {
        String cores = Runtime.getRuntime().availableProcessors() + " cores" + first(MODEL, "/proc/cpuinfo", " (", ")");
        String memory = first(MEMORY, "/proc/meminfo", "", "");
        String gib = memory.isEmpty() ? "" : ", " + Figure.plain(Long.parseLong(memory) / 1048576.0) + " GiB";
        return cores + gib + ", " + System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + System.getProperty("os.arch") + "; Java " + System.getProperty("java.version");
    }

    private static String first(Pattern pattern, String file, String before, String after) {
        try {
            Matcher matcher = pattern.matcher(Files.readString(Path.of(file)));
            return matcher.find() ? before + matcher.group(1).strip() + after : "";
        } catch (IOException e) {
            return "";
        }
    }
}
