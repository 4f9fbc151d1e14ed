/** What is told about sessions: the session log, in one place. */
@NullMarked
package io.sluice.telemetry;

import org.jspecify.annotations.NullMarked;
