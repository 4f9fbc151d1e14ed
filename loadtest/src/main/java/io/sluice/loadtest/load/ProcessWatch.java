package io.sluice.loadtest.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Watches what processes, and all that descend from them, take of the machine: proc(5) of Linux tells.
 *
 * <p>CPU time is that of each process that lives and of those of its children that it has waited for; a daemon that is not waited
 * for by its parent takes its time along when it ends.
 *
 * <p>Immutable.
 */
final class ProcessWatch {
    private static final Pattern WATCHED = Pattern.compile("([^=]+)=([0-9]{1,9})");
    private static final Path PROC = Path.of("/proc");
    /** USER_HZ, which is the same on all that Java runs on. */
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1) / 100;

    private final Path proc;
    private final List<Watched> watched;

    /**
     * A process to watch.
     *
     * @param started in ticks since the machine started, which tells it from a later one with its number
     */
    private record Watched(String label, long pid, long started) {}

    /** What {@code stat} tells of a process. CPU time is in ticks. */
    private record Stat(long pid, long parent, long cpu, long started) {}

    /**
     * What a process with its descendants has taken.
     *
     * @param cpuNanos since it began
     * @param rssBytes now resident; what several share counts for each
     */
    record Sample(long cpuNanos, long rssBytes) {}

    private ProcessWatch(Path proc, List<Watched> watched) {
        this.proc = proc;
        this.watched = watched;
    }

    /**
     * Watches processes.
     *
     * @param each {@code LABEL=PID}, e.g. {@code gateway=4711}; no label twice
     * @throws IllegalArgumentException one is not of this form; the message says so
     * @throws LoadException a process does not exist, or this system does not tell; one line
     */
    static ProcessWatch of(List<String> each) throws LoadException {
        return of(PROC, each);
    }

    static ProcessWatch of(Path proc, List<String> each) throws LoadException {
        if (!each.isEmpty() && !Files.isReadable(proc.resolve("self/stat"))) {
            throw new LoadException("processes cannot be watched: this system has no " + proc);
        }
        List<Watched> watched = new ArrayList<>();
        for (String text : each) {
            Matcher matcher = WATCHED.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" names no process; write LABEL=PID, e.g. gateway=4711");
            }
            String label = matcher.group(1);
            if (watched.stream().anyMatch(other -> other.label.equals(label))) {
                throw new IllegalArgumentException("two processes are labelled " + label);
            }
            long pid = Long.parseLong(matcher.group(2));
            try {
                watched.add(new Watched(label, pid, stat(proc, pid).started));
            } catch (IOException e) {
                throw new LoadException("there is no process " + pid + ", which " + text + " names");
            }
        }
        return new ProcessWatch(proc, List.copyOf(watched));
    }

    /** {@code LABEL=PID} of the process that this runs in. */
    static String own(String label) {
        return label + "=" + ProcessHandle.current().pid();
    }

    /** Of the processes, in the order of {@link #sample}. */
    List<String> labels() {
        return watched.stream().map(Watched::label).toList();
    }

    /**
     * What each has taken up to now.
     *
     * @throws LoadException one has ended; one line
     */
    List<Sample> sample() throws LoadException {
        if (watched.isEmpty()) {
            return List.of();
        }
        Map<Long, Stat> all = new HashMap<>();
        Map<Long, List<Stat>> children = new HashMap<>();
        for (Stat stat : all()) {
            all.put(stat.pid, stat);
            children.computeIfAbsent(stat.parent, parent -> new ArrayList<>()).add(stat);
        }
        List<Sample> samples = new ArrayList<>();
        for (Watched process : watched) {
            Stat stat = all.get(process.pid);
            if (stat == null || stat.started != process.started) {
                throw new LoadException("process " + process.pid + " (" + process.label + ") has ended");
            }
            samples.add(sample(stat, children));
        }
        return List.copyOf(samples);
    }

    private Sample sample(Stat root, Map<Long, List<Stat>> children) {
        long cpu = 0;
        long rss = 0;
        ArrayDeque<Stat> left = new ArrayDeque<>(List.of(root));
        for (Stat next = left.poll(); next != null; next = left.poll()) {
            cpu += next.cpu;
            rss += rssBytes(next.pid);
            left.addAll(children.getOrDefault(next.pid, List.of()));
        }
        return new Sample(cpu * TICK_NANOS, rss);
    }

    private List<Stat> all() throws LoadException {
        List<Stat> all = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path directory : directories) {
                try {
                    all.add(stat(proc, Long.parseLong(directory.getFileName().toString())));
                } catch (IOException e) {
                    // it has ended since the directory was read
                }
            }
        } catch (IOException e) {
            throw new LoadException("processes cannot be watched: " + e.getMessage(), e);
        }
        return all;
    }

    /** The name, in parentheses, may hold spaces and parentheses; the fields are counted behind it. */
    private static Stat stat(Path proc, long pid) throws IOException {
        String line = read(proc, pid, "stat");
        String[] fields = line.substring(line.lastIndexOf(')') + 2).strip().split(" ", -1);
        long cpu = 0;
        for (int i = 11; i <= 14; i++) { // utime, stime, cutime, cstime: fields 14 to 17
            cpu += Long.parseLong(fields[i]);
        }
        return new Stat(pid, Long.parseLong(fields[1]), cpu, Long.parseLong(fields[19]));
    }

    private long rssBytes(long pid) {
        try {
            Matcher matcher = Pattern.compile("VmRSS:\\s+([0-9]+) kB").matcher(read(proc, pid, "status"));
            return matcher.find() ? Long.parseLong(matcher.group(1)) << 10 : 0; // a zombie has none
        } catch (IOException e) {
            return 0;
        }
    }

    /** A process names itself in whatever bytes it likes. */
    private static String read(Path proc, long pid, String file) throws IOException {
        Path path = proc.resolve(Long.toString(pid)).resolve(file);
        return new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
    }

    /** CPU time by time of each process between two samples. */
    static List<Double> cores(List<Sample> from, List<Sample> to, long nanos) {
        List<Double> cores = new ArrayList<>();
        for (int i = 0; i < to.size(); i++) {
            cores.add((double) (to.get(i).cpuNanos - from.get(i).cpuNanos) / Math.max(1, nanos));
        }
        return List.copyOf(cores);
    }

    /**
     * What each took.
     *
     * @param idle sampled before any client came
     * @param from sampled when the measured time began
     * @param to sampled when it ended
     */
    List<Run.Use> uses(List<Sample> idle, List<Sample> from, List<Sample> to) {
        List<Run.Use> uses = new ArrayList<>();
        for (int i = 0; i < watched.size(); i++) {
            double cpuSeconds = (to.get(i).cpuNanos - from.get(i).cpuNanos) / 1e9;
            uses.add(new Run.Use(watched.get(i).label, cpuSeconds, idle.get(i).rssBytes, to.get(i).rssBytes));
        }
        return List.copyOf(uses);
    }
}
