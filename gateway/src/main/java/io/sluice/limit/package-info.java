/** How much and how fast: rates, admission by client address, bans. Imports only {@code java.*}, jspecify and Caffeine. */
@NullMarked
package io.sluice.limit;

import org.jspecify.annotations.NullMarked;
