package io.sluice.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads host names, IP literals and {@code host:port}; never asks the resolver.
 *
 * <p>Immutable.
 */
final class Hosts {
    private static final Pattern PARTS =
            Pattern.compile("(?:\\[([^\\[\\]]*)\\]|([^:\\[\\]]*))(?::(.*))?", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*");
    private static final Pattern ALL_NUMERIC_END = Pattern.compile("(.*\\.)?[0-9]+");
    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,9}");
    private static final int GREATEST_PORT = 65535;

    private Hosts() {}

    /**
     * {@code host:port}, where a host is a name, an IPv4 address or an IPv6 address in brackets; lower-cased.
     *
     * @param leastPort 0 where a free port may be asked for, else 1
     * @param example the accepted form
     */
    static Format<HostPort> hostPort(int leastPort, String example) {
        return (text, problems) -> {
            Parts parts = split(text.toLowerCase(Locale.ROOT));
            if (parts == null) {
                problems.accept(Quote.quote(text) + " is not host:port; write e.g. " + example
                        + (text.indexOf('/') >= 0 ? "" : ", an IPv6 address in brackets"));
                return null;
            }
            if (parts.host().isEmpty()) {
                problems.accept(Quote.quote(text) + " has no host; write host:port, e.g. " + example);
                return null;
            }
            if (!parts.isHost()) {
                problems.accept(
                        Quote.quote(text) + " holds neither a host name nor an IP address; write e.g. " + example);
                return null;
            }
            if (parts.port() == null) {
                problems.accept(Quote.quote(text) + " has no port; write host:port, e.g. " + example);
                return null;
            }
            int port = port(text, parts.port(), leastPort, problems);
            return port < 0 ? null : new HostPort(parts.host(), port);
        };
    }

    /** -1 after a problem. */
    static int port(String text, String port, int least, Consumer<String> problems) {
        if (PORT.matcher(port).matches()) {
            int number = Integer.parseInt(port);
            if (number >= least && number <= GREATEST_PORT) {
                return number;
            }
        }
        problems.accept(Quote.quote(text) + " has no usable port; ports are " + least + " to " + GREATEST_PORT);
        return -1;
    }

    /** {@code app.example.com} or {@code *.example.com}, without a port; lower-cased. */
    static Format<String> namePattern() {
        return (text, problems) -> {
            String pattern = text.toLowerCase(Locale.ROOT);
            boolean wildcard = pattern.startsWith("*.");
            String name = wildcard ? pattern.substring(2) : pattern;
            if (isName(name) || (!wildcard && isIpv4(name))) {
                return pattern;
            }
            problems.accept(Quote.quote(text) + " is not a host; write a name without scheme, port and path,"
                    + " e.g. app.example.com or *.example.com" + asciiHint(name));
            return null;
        };
    }

    /** One host, a name or an IP address without brackets; lower-cased. */
    static Format<String> host() {
        return (text, problems) -> {
            String host = text.toLowerCase(Locale.ROOT);
            if (isName(host) || address(host).isPresent()) {
                return host;
            }
            problems.accept(Quote.quote(text) + " is neither a host name nor an IP address; write e.g."
                    + " broker.example.com" + asciiHint(host));
            return null;
        };
    }

    /** An IP address of one machine, without brackets and zone. */
    static Format<InetAddress> address() {
        return (text, problems) -> {
            Optional<InetAddress> address = address(text.toLowerCase(Locale.ROOT))
                    .filter(one -> !one.isAnyLocalAddress() && !one.isMulticastAddress());
            if (address.isEmpty()) {
                problems.accept(
                        Quote.quote(text) + " is not an IP address of one machine; write e.g. 10.0.0.5 or 2001:db8::5");
            }
            return address.orElse(null);
        };
    }

    static String asciiHint(String host) {
        return host.chars().anyMatch(character -> character > 0x7E)
                ? "; other letters than a to z in their xn-- form"
                : "";
    }

    /**
     * A host and what follows its colon.
     *
     * @param host without brackets
     * @param port as written; null where there is no colon
     */
    record Parts(String host, boolean bracketed, @Nullable String port) {
        boolean isHost() {
            return bracketed ? isIpv6(host) : isName(host) || isIpv4(host);
        }
    }

    /** Null where a colon or bracket stands where it cannot. */
    static @Nullable Parts split(String text) {
        Matcher matcher = PARTS.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        String port = matcher.group(3);
        if (port != null && port.indexOf(':') >= 0) {
            return null;
        }
        String address = matcher.group(1);
        String name = matcher.group(2);
        return address != null ? new Parts(address, true, port) : new Parts(name == null ? "" : name, false, port);
    }

    /** A lower-case host name; one whose last label is all digits could only be meant as an address. */
    static boolean isName(String host) {
        return NAME.matcher(host).matches() && !ALL_NUMERIC_END.matcher(host).matches();
    }

    static boolean isIpv4(String host) {
        return IPV4.matcher(host).matches();
    }

    /** A zone ({@code fe80::1%eth0}) is not looked up: the interface may come later. */
    static boolean isIpv6(String host) {
        int zone = host.indexOf('%');
        return zone != host.length() - 1
                && address(zone < 0 ? host : host.substring(0, zone)).isPresent();
    }

    /** The address of a literal without zone; empty for a name. */
    private static Optional<InetAddress> address(String host) {
        boolean literal = host.indexOf('%') < 0 && (host.indexOf(':') >= 0 || isIpv4(host));
        if (!literal) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(host.indexOf(':') >= 0 ? "[" + host + "]" : host));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    static boolean isLoopback(HostPort bind) {
        return bind.host().equals("localhost")
                || address(bind.host()).map(InetAddress::isLoopbackAddress).orElse(false);
    }

    /** Whether one process cannot listen on both: the same port of the same address, or of all addresses. */
    static boolean overlap(HostPort one, HostPort other) {
        if (one.port() != other.port() || one.port() == 0) {
            return false;
        }
        if (one.host().equals(other.host()) || isAllAddresses(one) || isAllAddresses(other)) {
            return true;
        }
        Optional<InetAddress> first = address(one.host());
        Optional<InetAddress> second = address(other.host());
        if (first.isEmpty() || second.isEmpty()) {
            return false;
        }
        InetAddress a = first.get();
        InetAddress b = second.get();
        boolean sameFamily = a.getClass().equals(b.getClass());
        return a.equals(b) || (sameFamily && (a.isAnyLocalAddress() || b.isAnyLocalAddress()));
    }

    /** {@code [::]} takes IPv4 as well. */
    private static boolean isAllAddresses(HostPort bind) {
        return bind.host().indexOf(':') >= 0
                && address(bind.host()).map(InetAddress::isAnyLocalAddress).orElse(false);
    }
}
