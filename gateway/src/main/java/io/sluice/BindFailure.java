package io.sluice;

import io.sluice.config.HostPort;

/** Why the gateway cannot listen, in a line that says what to do. */
final class BindFailure {
    private BindFailure() {}

    /** @param key whose value the address is */
    static StartException of(String key, HostPort bind, Exception failed) {
        String reason = String.valueOf(failed.getMessage());
        String hint = "";
        if (reason.contains("ermission denied")) {
            reason = "permission denied";
            hint = "; ports below 1024 need CAP_NET_BIND_SERVICE";
        } else if (reason.contains("in use")) {
            reason = "the address is in use";
            hint = "; another process listens there";
        }
        return new StartException("cannot listen on " + bind + " (" + key + "): " + reason + hint);
    }
}
