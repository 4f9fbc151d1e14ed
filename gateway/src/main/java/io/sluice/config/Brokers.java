package io.sluice.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the brokers of a cluster: {@code host:port}, each with a weight where it differs from the others.
 *
 * <p>Immutable.
 */
final class Brokers implements Format<List<BrokerConfig>> {
    private static final Pattern WEIGHTED = Pattern.compile("(\\S*)\\s+weight=(.+)", Pattern.DOTALL);
    private static final Format<HostPort> ADDRESS = Hosts.hostPort(1, "10.0.0.11:1883");
    private static final Format<Integer> WEIGHT = Quantity.count(1, 1000);
    private static final Format<List<BrokerConfig>> LIST = Format.list(Brokers::broker);

    @Override
    public @Nullable List<BrokerConfig> read(String text, Consumer<String> problems) {
        List<BrokerConfig> brokers = LIST.read(text, problems);
        if (brokers == null) {
            return null;
        }
        Set<HostPort> addresses = new HashSet<>();
        List<HostPort> twice = new ArrayList<>();
        for (BrokerConfig broker : brokers) {
            if (!addresses.add(broker.address())) {
                twice.add(broker.address());
            }
        }
        twice.forEach(address -> problems.accept(Quote.quote(address.toString()) + " is listed twice"));
        return twice.isEmpty() ? brokers : null;
    }

    private static @Nullable BrokerConfig broker(String text, Consumer<String> problems) {
        Matcher weighted = WEIGHTED.matcher(text);
        if (!weighted.matches()) {
            if (text.chars().anyMatch(Character::isWhitespace)) {
                problems.accept(Quote.quote(text) + " is not a broker; write host:port or host:port weight=2");
                return null;
            }
            HostPort address = ADDRESS.read(text, problems);
            return address == null ? null : new BrokerConfig(address, 1);
        }
        HostPort address = ADDRESS.read(weighted.group(1), problems);
        Integer weight =
                WEIGHT.read(weighted.group(2), problem -> problems.accept(Quote.quote(text) + ": weight " + problem));
        return address == null || weight == null ? null : new BrokerConfig(address, weight);
    }
}
