package io.sluice.net;

/**
 * What one connection may read: at once, and between two ticks of its I/O thread.
 *
 * <p>A read is of one TLS record's worth, and of twice as much after each that found plenty, up to {@link IoContext#MOST_RECORDS}: large
 * packets and bursts take fewer system calls. It is of one again when the other side did not take what was read, and held bytes
 * are what is read at once.
 *
 * <p>A TLS connection's records are read one by one from the I/O thread's queue, which goes before all sockets: who sends without
 * end would keep the thread for itself.
 *
 * <p>Confined to its connection's I/O thread.
 */
final class ReadBudget {
    private static final int MOST_READS = 2048;
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    private int tick;
    private int reads;
    private int bytes;
    private int records = 1;

    /** How many records' worth the next read is of; 1, 2 or 4. */
    int records() {
        return records;
    }

    /** The last read had more than half of what it had room for. */
    void filled() {
        records = Math.min(IoContext.MOST_RECORDS, 2 * records);
    }

    /** The other side does not take what was read. */
    void blocked() {
        records = 1;
    }

    /** Counts a read since a tick of the thread; true when the connection must let all others have their turn. */
    boolean overdrawn(int read, int now) {
        if (tick != now) {
            tick = now;
            renew();
        }
        reads++;
        bytes += read;
        return reads > MOST_READS || bytes > MOST_BYTES;
    }

    /** The others have had their turn. */
    void renew() {
        reads = 0;
        bytes = 0;
    }
}
