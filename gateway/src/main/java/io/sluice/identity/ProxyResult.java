package io.sluice.identity;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What {@link ProxyDecoder} made of the bytes so far.
 *
 * <p>Immutable.
 */
public sealed interface ProxyResult {

    /**
     * More bytes are needed.
     *
     * @param least so many, at least, still belong to the header: who reads no more never reads beyond it
     */
    record Incomplete(int least) implements ProxyResult {}

    /** No header, or none that is accepted; the reason is one clause for the operator. */
    record Malformed(String reason) implements ProxyResult {}

    /**
     * A whole header.
     *
     * @param length its bytes
     * @param source the client; null where the header tells none: the connection is the proxy's own, or of an unknown kind
     * @param destination where the client connected to; null together with the source
     */
    record Header(
            int length,
            @Nullable InetSocketAddress source,
            @Nullable InetSocketAddress destination) implements ProxyResult {}
}
