package io.sluice.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.config.HostPort;
import io.sluice.config.LogConfig;
import io.sluice.config.Quote;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line for each ended session; with {@code log.sessions=off} for those alone that an operator wonders about, which are
 * also remembered for a while. Neither payloads nor passwords, cookies or query strings are known here.
 *
 * <p>Thread-safe.
 */
public final class SessionLog {
    private static final int REMEMBERED = 64;
    private static final int HASH_BYTES = 8;

    /** Lines a second of sessions that no broker has let in: whoever can connect can have as many of them as they like. */
    static final int MOST_STRANGERS = 100;

    private final Logger log = LoggerFactory.getLogger("io.sluice.session");
    private final LogConfig config;
    private final AtomicReferenceArray<@Nullable Ending> remembered = new AtomicReferenceArray<>(REMEMBERED);
    private final AtomicLong count = new AtomicLong();
    private final LineRate strangers = new LineRate(MOST_STRANGERS);
    private final LongSupplier clock;

    /**
     * An ending and when it was.
     *
     * <p>Immutable.
     */
    public record Ending(Instant time, SessionEnd end) {}

    public SessionLog(LogConfig config) {
        this(config, System::nanoTime);
    }

    SessionLog(LogConfig config, LongSupplier clock) {
        this.config = config;
        this.clock = clock;
    }

    /** Writes the line; of sessions that no broker has let in, at most {@link #MOST_STRANGERS} a second. */
    public void ended(SessionEnd end) {
        if (!end.ordinary()) {
            remembered.set((int) (count.getAndIncrement() % REMEMBERED), new Ending(Instant.now(), end));
        }
        Level level = end.ordinary() && !config.sessions() ? Level.DEBUG : Level.INFO;
        if (!log.isEnabledForLevel(level)) {
            return;
        }
        boolean welcome = end.session().mqtt().connackCode() == 0;
        if (welcome || strangers.mayTell(clock.getAsLong())) {
            long untold = welcome ? 0 : strangers.takeUntold();
            line(level, "ended", to -> write(end, untold, to));
        }
    }

    /**
     * Writes that a session goes on, which a limit would have ended if it were enforced.
     *
     * @param cause label of the close cause
     */
    public void spared(SessionReport session, String cause) {
        line(Level.INFO, "spared", to -> {
            to.word("cause", cause);
            who(session, to);
        });
    }

    private void line(Level level, String what, Consumer<Sink> members) {
        if (config.format() == LogConfig.Format.JSON) {
            Pairs pairs = new Pairs(log.atLevel(level));
            members.accept(pairs);
            pairs.event.log("session " + what);
        } else {
            Line line = new Line(what);
            members.accept(line);
            log.atLevel(level).log(line.text.toString());
        }
    }

    /** The last endings that were not ordinary, the newest first. */
    public List<Ending> remembered() {
        List<Ending> endings = new ArrayList<>();
        long end = count.get();
        for (long i = end - 1; i >= Math.max(0, end - REMEMBERED); i--) {
            Ending ending = remembered.get((int) (i % REMEMBERED));
            if (ending != null) {
                endings.add(ending);
            }
        }
        return endings;
    }

    /** A user name as {@code log.user-name} lets it be seen; null where it does not. */
    public @Nullable String shown(@Nullable String userName) {
        if (userName == null) {
            return null;
        }
        return switch (config.userName()) {
            case PLAIN -> userName;
            case HASH -> hash(userName);
            case OFF -> null;
        };
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }

    /** Takes the members of a line; names are those of the text form. */
    private interface Sink {
        /** Our own word. */
        void word(String name, @Nullable String value);

        /** What others wrote. */
        void text(String name, @Nullable String value);

        void number(String name, long value);

        void code(String name, int value);

        void time(String name, long nanos);
    }

    private void write(SessionEnd end, long untold, Sink to) {
        SessionReport session = end.session();
        SessionReport.Mqtt mqtt = session.mqtt();
        to.word("cause", end.cause());
        to.word("by", end.closedBy());
        to.code("code", end.mqttCode());
        if (end.webSocketCode() > 0) {
            to.number("close", end.webSocketCode());
        }
        who(session, to);
        what(session, mqtt, to);
        if (untold > 0) {
            to.number("untold", untold);
        }
    }

    private void who(SessionReport session, Sink to) {
        SessionReport.Client client = session.client();
        SessionReport.Mqtt mqtt = session.mqtt();
        to.word("id", session.id());
        to.word("client", HostPort.of(client.address()).toString());
        to.word(
                "forwarded-by",
                client.forwardedBy() == null
                        ? null
                        : HostPort.of(client.forwardedBy()).toString());
        to.text("client-id", mqtt.clientId());
        to.text("user-name", shown(mqtt.userName()));
        to.word("listener", session.listener());
        to.word("route", session.route());
        to.word("tls", client.tlsVersion());
        to.text("server-name", client.serverName());
        to.text("certificate", client.certificate());
        to.text("origin", client.origin());
        to.word("subprotocol", client.subprotocol());
    }

    private static void what(SessionReport session, SessionReport.Mqtt mqtt, Sink to) {
        SessionReport.Upstream upstream = session.upstream();
        SessionReport.Counts counts = session.counts();
        to.word("cluster", upstream.cluster());
        to.word("broker", upstream.broker());
        if (upstream.tries() > 0) {
            to.number("tries", upstream.tries());
            to.time("dial", upstream.dialNanos());
        }
        to.word("mqtt", mqtt.version());
        to.number("keep-alive", mqtt.keepAliveSeconds());
        if (mqtt.serverKeepAliveSeconds() >= 0) {
            to.number("server-keep-alive", mqtt.serverKeepAliveSeconds());
        }
        to.code("connack", mqtt.connackCode());
        to.time("duration", session.durationNanos());
        to.time("throttled", counts.throttledNanos());
        to.number("rates-reached", counts.ratesReached());
        to.number("packets-in", counts.packetsIn());
        to.number("packets-out", counts.packetsOut());
        to.number("bytes-in", counts.bytesIn());
        to.number("bytes-out", counts.bytesOut());
    }

    /** {@code key=value}, what is unknown left out. */
    private static final class Line implements Sink {
        private static final HexFormat HEX = HexFormat.of().withUpperCase();
        private static final long NANOS_PER_MILLI = 1_000_000;
        private static final long MILLIS_PER_SECOND = 1000;

        private final StringBuilder text;

        Line(String what) {
            text = new StringBuilder(what);
        }

        @Override
        public void word(String name, @Nullable String value) {
            if (value != null) {
                text.append(' ').append(name).append('=').append(value);
            }
        }

        @Override
        public void text(String name, @Nullable String value) {
            word(name, value == null ? null : Quote.quote(value));
        }

        @Override
        public void number(String name, long value) {
            word(name, Long.toString(value));
        }

        @Override
        public void code(String name, int value) {
            word(name, value < 0 ? null : "0x" + HEX.toHexDigits((byte) value));
        }

        @Override
        public void time(String name, long nanos) {
            long millis = (Math.max(0, nanos) + NANOS_PER_MILLI / 2) / NANOS_PER_MILLI;
            String fraction = Long.toString(MILLIS_PER_SECOND + millis % MILLIS_PER_SECOND);
            text.append(' ').append(name).append('=').append(millis / MILLIS_PER_SECOND);
            text.append('.').append(fraction, 1, fraction.length()).append('s');
        }
    }

    /** JSON: typed values, underscores in names, times in milliseconds. */
    private static final class Pairs implements Sink {
        private LoggingEventBuilder event;

        Pairs(LoggingEventBuilder event) {
            this.event = event;
        }

        @Override
        public void word(String name, @Nullable String value) {
            if (value != null) {
                event = event.addKeyValue(name.replace('-', '_'), value);
            }
        }

        @Override
        public void text(String name, @Nullable String value) {
            word(name, value);
        }

        @Override
        public void number(String name, long value) {
            event = event.addKeyValue(name.replace('-', '_'), value);
        }

        @Override
        public void code(String name, int value) {
            if (value >= 0) {
                number(name, value);
            }
        }

        @Override
        public void time(String name, long nanos) {
            event = event.addKeyValue(name + "_ms", Duration.ofNanos(nanos));
        }
    }
}
