/** The client edge: accept, TLS, HTTP, the ordered handshake checks, and WebSocket frames on the upgraded connection. */
@NullMarked
package io.sluice.listener;

import org.jspecify.annotations.NullMarked;
