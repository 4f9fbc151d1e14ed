package io.sluice.loadtest.load;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes a job of options: defaults, limits, and what does not fit together.
 *
 * <p>Confined to the thread that runs the command.
 */
final class LoadSetup {
    private static final int MOST_CLIENTS = 1_000_000;
    private static final int MOST_THREADS = 64;
    private static final int MOST_SIZE = 1 << 20;
    private static final int MOST_BATCH = 1000;
    private static final int MOST_WINDOW = 10_000;
    private static final int MOST_CONCURRENCY = 20_000;
    private static final double LEAST_RATE = 0.1;
    private static final double MOST_RATE = 10_000_000;
    private static final int MOST_SECONDS = 86_400;
    private static final int MOST_PUBLISHERS = 1000;
    private static final int MOST_KEEP_ALIVE = 0xFFFF;

    private final Scenario scenario;
    private final LoadOptions options;
    private final SortedMap<String, String> settings = new TreeMap<>();

    LoadSetup(Scenario scenario, LoadOptions options) {
        this.scenario = scenario;
        this.options = options;
    }

    /**
     * The job.
     *
     * @param stub the port of a stub broker that runs in this process; 0: there is none
     * @throws IllegalArgumentException an option is wrong; the message names it
     * @throws LoadException a file cannot be read, or a name is not known
     */
    Job job(int stub) throws LoadException {
        Plan plan = plan();
        Target target = target();
        return new Job(plan, target, broker(stub, target.level()));
    }

    /** What {@link #job} has heeded, by name. */
    SortedMap<String, String> settings() {
        return settings;
    }

    private Plan plan() {
        int loops = number("--threads", options.threads, 1, 1, MOST_THREADS);
        Plan plan = new Plan(
                Integer.toHexString(new SplittableRandom().nextInt(1 << 24)),
                number("--clients", options.clients, 100, 1, MOST_CLIENTS),
                number("--window", options.window, 16, 1, MOST_WINDOW),
                number("--batch", options.batch, 1, 1, MOST_BATCH),
                number("--size", options.size, 100, Message.LEAST, MOST_SIZE),
                number("--qos", options.qos, scenario.qos(), 0, 1),
                rate(),
                number("--concurrency", options.concurrency, 16, 1, MOST_CONCURRENCY),
                scenario.publishers(number("--publishers", options.publishers, 10, 1, MOST_PUBLISHERS)),
                number("--keep-alive", options.keepAlive, 60, 1, MOST_KEEP_ALIVE),
                loops,
                seconds("--warmup", options.warmup, 0),
                seconds("--duration", options.duration == null ? scenario.seconds() : options.duration, 0.1));
        if (options.rate != null && options.concurrency != null) {
            throw new IllegalArgumentException("--rate and --concurrency do not go together: one is open, one closed");
        }
        if (plan.loops() > plan.clients() && scenario.options().contains("--clients")) {
            throw wrong("--threads", plan.loops(), "at most --clients, which is " + plan.clients());
        }
        if (plan.batch() > plan.window()) {
            throw wrong("--batch", plan.batch(), "at most --window, which is " + plan.window());
        }
        if ((long) plan.window() * Message.most(plan.size()) > Wire.MOST_PENDING / 2) {
            throw wrong("--window", plan.window(), "so many that --window times --size is at most 8 MiB");
        }
        return plan;
    }

    private int number(String name, @Nullable Integer given, int otherwise, int least, int most) {
        int value = given == null ? otherwise : given;
        if (value < least || value > most) {
            throw wrong(name, value, least + " to " + most);
        }
        note(name, Integer.toString(value));
        return value;
    }

    private double rate() {
        double rate = scenario.rate(options.rate);
        if (options.rate != null && !(rate >= LEAST_RATE && rate <= MOST_RATE)) {
            throw wrong("--rate", options.rate, LEAST_RATE + " to " + (long) MOST_RATE + " a second");
        }
        if (rate > 0) {
            note("--rate", shortest(rate));
        }
        return rate;
    }

    private static String shortest(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private Duration seconds(String name, double given, double least) {
        if (!(given >= least && given <= MOST_SECONDS)) {
            throw wrong(name, given, "%s to %d seconds".formatted(least == 0 ? "0" : least, MOST_SECONDS));
        }
        note(name, shortest(given));
        return Duration.ofMillis((long) (given * 1000));
    }

    private static IllegalArgumentException wrong(String name, Object value, String right) {
        return new IllegalArgumentException(name + ": " + value + " is not possible; write " + right);
    }

    /** Keeps what the scenario heeds. */
    private void note(String name, String value) {
        if (name.equals("--concurrency") && options.rate != null) {
            return;
        }
        boolean always = Set.of("--threads", "--warmup", "--mqtt").contains(name);
        if (always || scenario.options().contains(name)) {
            settings.put(name.substring(2), value);
        }
    }

    private Target target() throws LoadException {
        URI url = url();
        int level = level();
        boolean tls = Target.isTls(url);
        if (!tls && (options.resume || options.insecure || options.ca != null)) {
            throw new IllegalArgumentException("--ca, --insecure and --resume are for wss:// and mqtts://");
        }
        if (options.resume) {
            settings.put("resume", "yes");
        }
        if (options.framePerPacket) {
            settings.put("frame-per-packet", "yes");
        }
        Upgrade upgrade = Target.isWebSocket(url) ? new Upgrade(url, origin(url)) : null;
        return new Target(
                url,
                Target.resolve(url),
                upgrade,
                tls ? trust() : null,
                options.resume,
                level,
                options.framePerPacket,
                sources());
    }

    private URI url() {
        URI url = options.url;
        if (url == null) {
            throw new IllegalArgumentException("--url is missing, e.g. --url wss://localhost:8443/mqtt");
        }
        boolean known = Target.isWebSocket(url) || Set.of("mqtt", "mqtts").contains(String.valueOf(url.getScheme()));
        if (!known || url.getHost() == null) {
            throw new IllegalArgumentException("--url: " + url + " is not possible; write wss://, ws://, mqtt:// or "
                    + "mqtts:// with a host, e.g. wss://localhost:8443/mqtt");
        }
        return url;
    }

    private int level() {
        Integer level = Map.of("5", 5, "5.0", 5, "3.1.1", 4).get(options.mqtt);
        if (level == null) {
            throw wrong("--mqtt", options.mqtt, "3.1.1 or 5");
        }
        note("--mqtt", options.mqtt);
        return level;
    }

    private String origin(URI url) {
        if (options.origin != null) {
            return options.origin;
        }
        String scheme = Target.isTls(url) ? "https://" : "http://";
        return scheme + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }

    private Trust trust() throws LoadException {
        if (options.insecure) {
            return Trust.all();
        }
        return options.ca == null ? Trust.system() : Trust.file(options.ca);
    }

    private @Nullable Target broker(int stub, int level) throws LoadException {
        if (options.broker != null) {
            return Target.broker(options.broker.host(), options.broker.port(), level);
        }
        return stub == 0 ? null : Target.broker("127.0.0.1", stub, level);
    }

    /** {@code FIRST} or {@code FIRST-LAST} of IPv4, several with commas. */
    private List<InetAddress> sources() {
        List<InetAddress> all = new ArrayList<>();
        if (options.sources == null) {
            return all;
        }
        for (String part : options.sources.split(",", -1)) {
            String[] ends = part.strip().split("-", 2);
            long first = address(ends[0]);
            long last = ends.length == 1 ? first : address(ends[1]);
            if (last < first || last - first > 0xFFFF) {
                throw wrong("--sources", part, "FIRST-LAST, e.g. 127.0.0.1-127.0.0.8");
            }
            for (long address = first; address <= last; address++) {
                all.add(address(address));
            }
        }
        settings.put("sources", options.sources);
        return List.copyOf(all);
    }

    private static long address(String text) {
        String[] bytes = text.split("[.]", -1);
        long address = 0;
        for (String digits : bytes) {
            int value = digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : 256;
            if (value > 255 || bytes.length != 4) {
                throw wrong("--sources", text, "IPv4 addresses, e.g. 127.0.0.1-127.0.0.8");
            }
            address = address << 8 | value;
        }
        return address;
    }

    private static InetAddress address(long bits) {
        try {
            return InetAddress.getByAddress(
                    new byte[] {(byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
