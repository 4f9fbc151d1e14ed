package io.sluice.admin;

import io.sluice.config.Quote;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one call.
 *
 * <p>Confined to its call's thread.
 */
record Query(Map<String, Deque<String>> parameters) {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})([smhd])");

    /** Nothing that a resolver would have to be asked for. */
    private static final Pattern NETWORK =
            Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*)(?:/([0-9]{1,3}))?");

    /** An address and how many of its bits count. */
    record Network(InetAddress address, int prefixLength) {}

    @Nullable
    String find(String name) {
        Deque<String> values = parameters.get(name);
        return values == null || values.getFirst().isEmpty() ? null : values.getFirst();
    }

    String need(String name) throws Refused {
        String value = find(name);
        if (value == null) {
            throw new Refused(400, "The parameter " + name + " is missing.");
        }
        return value;
    }

    int number(String name, int otherwise, int most) throws Refused {
        String text = find(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) > most) {
            throw new Refused(400, "The parameter " + name + " is a number from 0 to " + most + ".");
        }
        return Integer.parseInt(text);
    }

    Duration duration(String name, Duration otherwise) throws Refused {
        String text = find(name);
        if (text == null) {
            return otherwise;
        }
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new Refused(400, "The parameter " + name + " is a duration, e.g. 90s, 15m, 1h or 7d.");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    Network network() throws Refused {
        String text = find("address");
        Matcher matcher = NETWORK.matcher(text == null ? "" : text);
        try {
            if (matcher.matches()) {
                InetAddress address = InetAddress.getByName(matcher.group(1)); // a literal: nothing is looked up
                int bits = address.getAddress().length * 8;
                return new Network(address, matcher.group(2) == null ? bits : Integer.parseInt(matcher.group(2)));
            }
        } catch (UnknownHostException noLiteral) {
            // told below
        }
        throw new Refused(400, "Name a client-id, or an address such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.");
    }

    String subject() {
        String clientId = find("client-id");
        return clientId == null ? "address=" + find("address") : "client-id=" + Quote.quote(clientId);
    }
}
