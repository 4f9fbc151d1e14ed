package io.sluice.loadtest.load;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of one loop do.
 *
 * <p>Confined to its loop's thread.
 */
abstract class Script {

    /** Does what is due and returns when it wants to be asked again at the latest; called at every turn of the loop. */
    abstract long tick(long now);

    /** A client has its CONNACK. */
    abstract void connected(LoadClient client, long now);

    /**
     * A packet has come, after CONNACK.
     *
     * @param body what follows the fixed header, between position and limit; not to be kept
     */
    abstract void packet(LoadClient client, int firstByte, ByteBuffer body);

    /**
     * A client's connection is over; it may begin again.
     *
     * @param why an error by its kind; null after its own goodbye
     */
    abstract void ended(LoadClient client, long now, @Nullable String why);
}
