/** The commands, the wiring and the life of the process. */
@NullMarked
package io.sluice;

import org.jspecify.annotations.NullMarked;
