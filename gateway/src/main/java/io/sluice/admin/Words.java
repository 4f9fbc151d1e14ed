package io.sluice.admin;

import io.sluice.config.Quote;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Values as people read them.
 *
 * <p>Immutable.
 */
final class Words {
    private Words() {}

    /** For a terminal. */
    static String tame(@Nullable String text) {
        String quoted = text == null ? "-" : Quote.quote(text);
        return text == null ? quoted : quoted.substring(1, quoted.length() - 1);
    }

    static String human(long nanos) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nanos);
        if (seconds < 60) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 60) {
            return minutes + "m" + seconds % 60 + "s";
        }
        return minutes < 48 * 60
                ? minutes / 60 + "h" + minutes % 60 + "m"
                : minutes / 1440 + "d" + minutes / 60 % 24 + "h";
    }
}
