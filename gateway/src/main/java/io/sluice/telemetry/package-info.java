/** What is told of the gateway: the metrics and the session log, each in one place. */
@NullMarked
package io.sluice.telemetry;

import org.jspecify.annotations.NullMarked;
