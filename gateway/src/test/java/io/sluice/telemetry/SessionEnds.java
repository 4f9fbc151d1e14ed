package io.sluice.telemetry;

import java.net.InetSocketAddress;

/** Ended sessions to tell of. */
final class SessionEnds {

    private SessionEnds() {}

    static SessionEnd of(String cause, String closedBy) {
        return new SessionEnd(
                cause,
                closedBy,
                "public",
                "web",
                InetSocketAddress.createUnresolved("192.0.2.7", 50_000),
                0,
                60,
                5,
                "one",
                "10.0.0.1:1883",
                1_000_000_000,
                0,
                0,
                1,
                1,
                20,
                4,
                true);
    }
}
