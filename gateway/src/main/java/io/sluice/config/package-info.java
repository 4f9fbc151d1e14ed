/** The one properties file, bound to validated immutable records. Anyone may read the records; nothing here reads anything but {@code java.*}. */
@NullMarked
package io.sluice.config;

import org.jspecify.annotations.NullMarked;
