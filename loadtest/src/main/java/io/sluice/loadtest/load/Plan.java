package io.sluice.loadtest.load;

import java.time.Duration;

/**
 * What a scenario is to do. A scenario reads what concerns it.
 *
 * <p>Immutable.
 *
 * @param id of this run, in client ids and topics
 * @param clients of all loops
 * @param window messages under way per client, in a closed loop
 * @param batch messages sent at once
 * @param size bytes of payload
 * @param qos 0 or 1
 * @param rate a second, of all loops; 0: as fast as it goes
 * @param concurrency connections under way at a time, of all loops
 * @param publishers of fan-out
 * @param keepAliveSeconds in CONNECT, with a PINGREQ after three quarters of it
 */
record Plan(
        String id,
        int clients,
        int window,
        int batch,
        int size,
        int qos,
        double rate,
        int concurrency,
        int publishers,
        int keepAliveSeconds,
        int loops,
        Duration warmup,
        Duration duration) {

    String clientId(int number) {
        return "load-" + id + "-" + number;
    }

    String topic(int number) {
        return "sluice-load/" + id + "/" + number;
    }

    /** How many of so many are a loop's: those whose number leaves its own when divided by the number of loops. */
    int share(int all, int loop) {
        return (all - loop + loops - 1) / loops;
    }
}
