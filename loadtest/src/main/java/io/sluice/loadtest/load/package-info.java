/**
 * The load test: scenarios driven by clients of its own against a gateway or a proxy, and what is made of their figures.
 *
 * <p>A scenario yields one {@link io.sluice.loadtest.load.Run}; the report and the comparison with other proxies know
 * nothing else of it.
 */
@NullMarked
package io.sluice.loadtest.load;

import org.jspecify.annotations.NullMarked;
