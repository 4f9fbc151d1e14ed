/**
 * What both edges need of sockets: the pool that buffers come from, what the connections of one I/O thread share, and the
 * writing side of a connection.
 */
@NullMarked
package io.sluice.net;

import org.jspecify.annotations.NullMarked;
