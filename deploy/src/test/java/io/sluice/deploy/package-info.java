/** The packages as an operator gets them. */
@NullMarked
package io.sluice.deploy;

import org.jspecify.annotations.NullMarked;
