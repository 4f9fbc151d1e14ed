/** The broker edge: clusters, balancing and the dial. */
@NullMarked
package io.sluice.upstream;

import org.jspecify.annotations.NullMarked;
