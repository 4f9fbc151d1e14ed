package io.sluice.admin;

import io.sluice.config.Setting;
import io.sluice.limit.Bans;
import io.sluice.session.Session;
import io.sluice.session.SessionGroup;
import io.sluice.telemetry.Metrics;
import io.sluice.telemetry.SessionLog;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What an operator can see and do. Any thread may call, but for the I/O threads: calls wait for these, and not for long.
 *
 * <p>Thread-safe.
 */
public interface Operations {

    /** What becomes of a broker. */
    enum BrokerOrder {
        /** It gets sessions again. */
        ENABLE,
        /** It gets no new sessions; those that it has go on. */
        DISABLE,
        /** It gets no new sessions; those that it has are told to connect anew, one after the other. */
        DRAIN
    }

    String version();

    /** The URLs that clients use. */
    List<String> urls();

    /** Nanoseconds since the start. */
    long uptimeNanos();

    /** New sessions have a broker to try. */
    boolean live();

    Metrics.Gauges gauges();

    Metrics metrics();

    SessionLog sessionLog();

    /** Every key in force, with its origin. */
    List<Setting> settings();

    int ioThreads();

    /**
     * Calls on an I/O thread, and waits for the answer.
     *
     * @param thread from 0
     * @throws TimeoutException the thread is held up
     */
    <T> T onThread(int thread, Function<SessionGroup, T> call) throws TimeoutException;

    Bans bans();

    /** Ends the sessions of who is banned. */
    void endBanned();

    /** Ends those sessions that the condition holds for, soon. */
    void kick(Predicate<Session> condition);

    /** Orders a broker; false: there is no such broker. */
    boolean order(String cluster, String broker, BrokerOrder order);

    /**
     * Reads again what can be read again while clients are connected.
     *
     * @return what was done, a line each
     * @throws IllegalStateException one line for the operator: nothing has changed
     */
    List<String> reload();

    /** Begins to say goodbye to all clients and to end the process. */
    void drain();
}
