package io.sluice.loadtest.load;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread with a selector and the clients that are its own.
 *
 * <p>It waits in the selector until a socket is ready or the script has something due. Close to a due time it asks the selector
 * again and again instead, for the clock's sake; that time is told apart, so that nobody takes it for work.
 *
 * <p>Confined to its thread, but for {@link #figures} as far as those are thread-safe, {@link #failure}, {@link #wake} and the thread itself.
 */
final class LoadLoop implements Runnable {
    static final long NEVER = Long.MAX_VALUE;

    private static final long SPIN = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long ALARMED = TimeUnit.MILLISECONDS.toNanos(3);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_WAIT = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long HANDSHAKE_TIMEOUT = TimeUnit.SECONDS.toNanos(10);
    /** Some servers never end a connection, and wait for the client to do it. */
    private static final long LEAVE_TIMEOUT = TimeUnit.MILLISECONDS.toNanos(250);

    private final LongSupplier clock;
    private final Window window;
    private final LoopFigures figures;
    private final Buffers buffers;
    private final FrameWriter frames = new FrameWriter();
    private final Selector selector;
    private final Alarm alarm;
    private final Timers timers = new Timers();
    /** In the order in which they are due. */
    private final ArrayDeque<Deadline> arrivals = new ArrayDeque<>();

    private final ArrayDeque<Deadline> farewells = new ArrayDeque<>();
    private final Map<Target, TlsClients> tls = new HashMap<>();
    private final Consumer<SelectionKey> ready = this::ready;
    private final Script script;
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    private record Deadline(LoadClient client, long began, long due) {}

    /**
     * A loop, not running.
     *
     * @param clock the run's, in nanoseconds
     * @param script made for this loop
     * @throws IOException no descriptor is left
     */
    LoadLoop(String name, LongSupplier clock, Window window, Buffers buffers, Function<LoadLoop, Script> script)
            throws IOException {
        this.clock = clock;
        this.window = window;
        this.figures = new LoopFigures(window);
        this.buffers = buffers;
        selector = Selector.open();
        alarm = new Alarm(selector, clock, name + "-alarm");
        try {
            this.script = script.apply(this);
        } catch (RuntimeException | Error e) {
            abandon();
            throw e;
        }
        thread = new Thread(this, name);
        thread.setDaemon(true);
    }

    Thread thread() {
        return thread;
    }

    /** What ended it before its time: a defect. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Lets it look at the window. */
    void wake() {
        selector.wakeup();
    }

    @Override
    public void run() {
        alarm.start();
        try {
            while (!window.stopped()) {
                turn();
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
        alarm.close();
        close();
    }

    /** One round: what is due, then what is ready. */
    void turn() throws IOException {
        long now = now();
        long due = Math.min(timers.run(now), script.tick(now));
        await(Math.min(due, expire(now)));
    }

    private void await(long due) throws IOException {
        long before = now();
        long wait = Math.min(due - before, LONGEST_WAIT);
        if (wait <= 0) {
            selector.selectNow(ready);
        } else if (wait <= SPIN) {
            if (selector.selectNow(ready) == 0) {
                Thread.onSpinWait();
                figures.spun(now() - before);
            }
        } else if (wait < ALARMED) {
            alarm.at(due - SPIN);
            selector.select(ready, LONGEST_WAIT / MILLI);
        } else {
            selector.select(ready, wait / MILLI - 1);
        }
    }

    private void ready(SelectionKey key) {
        if (key.isValid() && key.attachment() instanceof LoadClient client) {
            client.ready(key);
        }
    }

    private long expire(long now) {
        return Math.min(expire(arrivals, now), expire(farewells, now));
    }

    private static long expire(ArrayDeque<Deadline> deadlines, long now) {
        Deadline head = deadlines.peek();
        while (head != null && (head.due <= now || !isWaiting(head))) {
            deadlines.remove();
            if (isWaiting(head)) {
                head.client.timeout();
            }
            head = deadlines.peek();
        }
        return head == null ? NEVER : head.due;
    }

    private static boolean isWaiting(Deadline deadline) {
        return deadline.client.isUnderWay() && deadline.client.began() == deadline.began;
    }

    /**
     * Begins a client's connection, with a time until it must be there.
     *
     * @param due since when it is counted
     */
    void begin(LoadClient client, long due) {
        client.begin(due);
        arrivals.add(new Deadline(client, due, now() + HANDSHAKE_TIMEOUT));
    }

    /** Ends a client's connection with a goodbye, with a time until the other side must have closed; then this one does. */
    void leave(LoadClient client) {
        client.leave();
        farewells.add(new Deadline(client, client.began(), now() + LEAVE_TIMEOUT));
    }

    /** Does something later, once. */
    void at(long due, Runnable task) {
        timers.at(due, task);
    }

    long now() {
        return clock.getAsLong();
    }

    Window window() {
        return window;
    }

    LoopFigures figures() {
        return figures;
    }

    Buffers buffers() {
        return buffers;
    }

    FrameWriter frames() {
        return frames;
    }

    Script script() {
        return script;
    }

    /** What makes TLS engines for a target; null for one without TLS. */
    @Nullable
    TlsClients tls(Target target) {
        Trust trust = target.trust();
        return trust == null ? null : tls.computeIfAbsent(target, added -> new TlsClients(added, trust));
    }

    SelectionKey register(SocketChannel channel, int interest, LoadClient client) throws IOException {
        return channel.register(selector, interest, client);
    }

    void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // its descriptor is gone all the same
        }
    }

    private void close() {
        for (SelectionKey key : selector.keys()) {
            try {
                if (key.attachment() instanceof LoadClient client && client.isOpen()) {
                    client.leave();
                }
            } catch (RuntimeException | Error e) {
                failure = failure == null ? e : failure;
            }
            if (key.channel() instanceof SocketChannel channel) {
                close(channel);
            }
        }
        abandon();
    }

    /** Gives back what it holds without clients; in place of the others where it never runs. */
    final void abandon() {
        try {
            selector.close();
        } catch (IOException e) {
            // nothing is left to do with it
        }
    }
}
