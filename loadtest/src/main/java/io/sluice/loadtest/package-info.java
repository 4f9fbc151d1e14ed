/** Everything that is not production: the demo with its page and embedded broker, the clients that measure and load. */
@NullMarked
package io.sluice.loadtest;

import org.jspecify.annotations.NullMarked;
