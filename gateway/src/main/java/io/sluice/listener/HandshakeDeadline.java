package io.sluice.listener;

import io.sluice.session.TimerWheel;
import java.lang.ref.WeakReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/**
 * Bounds a connection's whole time before the upgrade, whatever it does with it: TLS, requests that are refused, bodies that
 * never end, answers that are never read. It knows the connection weakly, for most are closed long before.
 *
 * <p>Confined to its connection's I/O thread.
 */
final class HandshakeDeadline extends TimerWheel.Timer {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeDeadline.class);

    private final TimerWheel wheel;
    private final WeakReference<StreamConnection> connection;

    HandshakeDeadline(TimerWheel wheel, StreamConnection connection) {
        this.wheel = wheel;
        this.connection = new WeakReference<>(connection);
    }

    void in(long nanos) {
        wheel.schedule(this, wheel.now() + nanos);
    }

    /** The connection is upgraded. */
    void met() {
        wheel.cancel(this);
    }

    @Override
    protected void expired() {
        StreamConnection late = connection.get();
        if (late != null && late.isOpen()) {
            LOG.debug("connection closed, it was not upgraded in time client={}", late.getPeerAddress());
            IoUtils.safeClose(late);
        }
    }
}
