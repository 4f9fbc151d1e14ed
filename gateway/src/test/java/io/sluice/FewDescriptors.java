package io.sluice;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.net.IoThreads;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A gateway that believes to have descriptors without end, in a process of its own. On its input it is told to take all that
 * are left, or to give them back; it answers each by a line.
 */
final class FewDescriptors {
    static final String LISTENS = "listens at ";
    static final String TAKE = "take";
    static final String GIVE = "give";
    static final String DONE = "done ";

    private static final long MANY = 1_000_000;
    private static final int LOOKS = 20;

    private FewDescriptors() {}

    public static void main(String[] settings) throws Exception {
        loadClasses(Path.of(Gateway.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI()));
        List<Closeable> taken = new ArrayList<>();
        try (TestGateway gateway = TestGateway.start(IoThreads.mostBuffers(), MANY, settings)) {
            System.out.println(LISTENS + gateway.plainAddress().getPort());
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                if (order.equals(TAKE)) {
                    takeAll(taken);
                } else {
                    for (Closeable one : taken) {
                        one.close();
                    }
                    taken.clear();
                }
                System.out.println(DONE + order);
            }
        }
        System.exit(0);
    }

    /** Looks several times: what the gateway has open for a moment, to read from /proc, is free in the next. */
    private static void takeAll(List<Closeable> taken) throws InterruptedException {
        for (int look = 0; look < LOOKS; look++) {
            try {
                while (true) {
                    taken.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException none) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }
    }

    /** The classes of a build lie in files of their own, and could not be loaded without a descriptor; those of a jar can. */
    private static void loadClasses(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(one -> one.toString().endsWith(".class"))
                    .filter(one -> !one.endsWith("package-info.class"))
                    .filter(one -> !one.endsWith("module-info.class"))
                    .toList()) {
                String path = directory.relativize(file).toString();
                Class.forName(
                        path.substring(0, path.length() - ".class".length()).replace('/', '.'));
            }
        }
        ClassLoader.getSystemResource("nowhere"); // opens all jars
    }
}
