package io.sluice.listener;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/**
 * A socket that is not read again once a short read has emptied it, until it tells that there is more: Undertow's TLS reads after
 * each step of a handshake, mostly for nothing. Readiness is of the level, so that nothing is missed.
 *
 * <p>Confined to its connection's I/O thread, or to the thread that waits for it.
 */
final class EmptiedSource extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private boolean emptied;

    EmptiedSource(StreamSourceConduit socket) {
        super(socket);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (emptied) {
            return 0;
        }
        int room = target.remaining();
        int read = super.read(target);
        emptied = read >= 0 && read < room;
        return read;
    }

    @Override
    public void setReadReadyHandler(ReadReadyHandler handler) {
        super.setReadReadyHandler(new ReadReadyHandler() {
            @Override
            public void readReady() {
                emptied = false;
                handler.readReady();
            }

            @Override
            public void forceTermination() {
                handler.forceTermination();
            }

            @Override
            public void terminated() {
                handler.terminated();
            }
        });
    }

    @Override
    public void awaitReadable() throws IOException {
        super.awaitReadable();
        emptied = false;
    }

    @Override
    public void awaitReadable(long time, TimeUnit unit) throws IOException {
        super.awaitReadable(time, unit);
        emptied = false;
    }
}
