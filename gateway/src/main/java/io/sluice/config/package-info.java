/**
 * The one properties file, bound to validated immutable records. Anyone may read the records; nothing here
 * needs anything but {@code java.*}, and a class that writes addresses.
 */
@NullMarked
package io.sluice.config;

import org.jspecify.annotations.NullMarked;
