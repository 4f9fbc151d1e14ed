/** The operator's listener: health, metrics, status page, and the calls behind them and behind the commands. */
@NullMarked
package io.sluice.admin;

import org.jspecify.annotations.NullMarked;
