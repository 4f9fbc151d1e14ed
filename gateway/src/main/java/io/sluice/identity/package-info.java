/** Who is at the other end: addresses and networks. Imports only {@code java.*} and jspecify. */
@NullMarked
package io.sluice.identity;

import org.jspecify.annotations.NullMarked;
