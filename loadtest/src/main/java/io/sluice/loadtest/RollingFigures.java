package io.sluice.loadtest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What clients noticed of what was done to the gateways.
 *
 * <p>Immutable.
 *
 * @param sent different messages that clients made
 * @param arrived of these, at the broker's subscriber
 * @param repeated that came more than once
 * @param refused by the broker
 * @param longestWait of a message for its PUBACK
 * @param longestOffline from a connection's end to the next CONNACK
 * @param codes endings by WebSocket close code
 * @param rates reconnects by phase
 */
record RollingFigures(
        int clients,
        long sent,
        long arrived,
        long repeated,
        long refused,
        Duration longestWait,
        Duration longestOffline,
        Map<Integer, Integer> codes,
        Map<String, ReconnectRate> rates) {

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("clients       " + clients + ", each with one QoS 1 message a second");
        lines.add("messages      %d sent, %d lost, %d came twice".formatted(sent, sent - arrived, repeated));
        lines.add("longest wait  %s for a PUBACK, %s without connection"
                .formatted(seconds(longestWait), seconds(longestOffline)));
        lines.add("closed with   " + codes);
        rates.forEach((phase, rate) -> lines.add(phase + ": " + rate));
        return lines;
    }

    /** Empty when all is well. */
    List<String> complaints(Duration mostWait, double mostUneven) {
        List<String> complaints = new ArrayList<>();
        if (sent == 0) {
            complaints.add("nothing was sent");
        }
        if (arrived < sent) {
            complaints.add((sent - arrived) + " messages lost");
        }
        if (refused > 0) {
            complaints.add("the broker refused " + refused + " messages");
        }
        if (longestWait.compareTo(mostWait) > 0 || longestOffline.compareTo(mostWait) > 0) {
            complaints.add("a client waited longer than " + seconds(mostWait));
        }
        rates.forEach((phase, rate) -> {
            if (rate.unevenness() > mostUneven) {
                complaints.add(phase + ": more than " + mostUneven + " times the mean reconnected in one second");
            }
        });
        return complaints;
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1e3);
    }
}
