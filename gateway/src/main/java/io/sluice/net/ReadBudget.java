package io.sluice.net;

/**
 * What one connection may read between two ticks of its I/O thread.
 *
 * <p>A TLS connection's records are read one by one from the I/O thread's queue, which goes before all sockets: who sends without
 * end would keep the thread for itself.
 *
 * <p>Confined to its connection's I/O thread.
 */
public final class ReadBudget {
    private static final int MOST_READS = 2048;
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    private final IoContext io;
    private long tick;
    private int reads;
    private int bytes;

    public ReadBudget(IoContext io) {
        this.io = io;
    }

    /** Counts a read; true when the connection must let all others have their turn. */
    public boolean overdrawn(int read) {
        if (tick != io.ticks()) {
            tick = io.ticks();
            renew();
        }
        reads++;
        bytes += read;
        return reads > MOST_READS || bytes > MOST_BYTES;
    }

    /** The others have had their turn. */
    public void renew() {
        reads = 0;
        bytes = 0;
    }
}
