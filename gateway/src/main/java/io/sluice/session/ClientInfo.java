package io.sluice.session;

import java.net.InetSocketAddress;

/**
 * Who the client is, as the listener knows it.
 *
 * <p>Immutable.
 */
public record ClientInfo(String listener, InetSocketAddress address) {}
