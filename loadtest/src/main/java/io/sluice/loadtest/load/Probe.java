package io.sluice.loadtest.load;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One client that connects once, to see whether it can.
 *
 * <p>Confined to its loop's thread, but for {@link #outcome}.
 */
final class Probe extends Script {
    /** What JSSE says of a certificate whose issuer it does not know. */
    private static final String NO_PATH = "PKIX path building failed";

    private final LoadLoop loop;
    private final LoadClient client;
    private boolean begun;
    private volatile @Nullable String outcome;

    Probe(LoadLoop loop, Target target, byte[] connect) {
        this.loop = loop;
        client = new LoadClient(loop, target, 0, 0, connect);
    }

    /** Null while it is under way, empty when it got its CONNACK, else what went wrong. */
    @Nullable
    String outcome() {
        return outcome;
    }

    @Override
    long tick(long now) {
        if (!begun) {
            begun = true;
            loop.begin(client, now);
        }
        return LoadLoop.NEVER;
    }

    @Override
    void connected(LoadClient connected, long now) {
        loop.leave(client);
    }

    @Override
    void packet(LoadClient from, int firstByte, ByteBuffer body) {}

    @Override
    void ended(LoadClient gone, long now, @Nullable String why) {
        if (why == null) {
            outcome = "";
        } else {
            String detail = gone.detail().contains(NO_PATH)
                    ? "the server's certificate is not trusted; name its authority with --ca FILE, or write --insecure"
                    : gone.detail();
            outcome = detail.isEmpty() || detail.equalsIgnoreCase(why) ? why : why + ": " + detail;
        }
    }
}
