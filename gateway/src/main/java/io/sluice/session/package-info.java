/** The life of one client's traffic, without I/O: states, deadlines, close causes, back-pressure. */
@NullMarked
package io.sluice.session;

import org.jspecify.annotations.NullMarked;
