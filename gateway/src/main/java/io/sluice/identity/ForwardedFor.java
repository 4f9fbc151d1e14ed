package io.sluice.identity;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client's address in what HTTP proxies tell of it, X-Forwarded-For or Forwarded (RFC 7239).
 *
 * <p>Every proxy adds at the right whom it was connected to by. So the walk goes from the right, and on only while the address
 * in hand is a trusted proxy's; what stands further left can be anybody's invention. It ends at the last address it has where
 * an element tells none ({@code unknown}, an obfuscated name, nonsense). Elements are also cut from the right: whatever a
 * client has sent, an open quote not least, stands left of what a trusted proxy added.
 *
 * <p>Immutable.
 */
public enum ForwardedFor {
    /** Addresses parted by commas. */
    X_FORWARDED_FOR(false) {
        @Override
        @Nullable
        String node(String element) {
            return element;
        }
    },
    /** RFC 7239 4: elements parted by commas, each of parameters parted by semicolons. */
    FORWARDED(true) {
        @Override
        @Nullable
        String node(String element) {
            String node = null;
            for (int end = element.length(); end >= 0; ) {
                int start = cut(element, end, ';', true);
                String parameter =
                        start < 0 ? "" : element.substring(start, end).strip();
                int equals = parameter.indexOf('=');
                if (equals < 0) {
                    return null;
                }
                if (parameter.substring(0, equals).toLowerCase(Locale.ROOT).equals("for")) {
                    if (node != null) {
                        return null;
                    }
                    node = unquoted(parameter.substring(equals + 1));
                }
                end = start - 1;
            }
            return node;
        }
    };

    private final boolean quotes;

    ForwardedFor(boolean quotes) {
        this.quotes = quotes;
    }

    /** What one element calls the client; null where it is malformed or calls it nothing. */
    abstract @Nullable String node(String element);

    /**
     * Walks from the peer to the client.
     *
     * @param peer the other end of the connection
     * @param lines of the header, in their order
     * @return the peer where it is not trusted; port 0 where a proxy told none
     */
    public InetSocketAddress client(InetSocketAddress peer, CidrSet trusted, List<String> lines) {
        InetSocketAddress client = peer;
        for (int i = lines.size() - 1; i >= 0; i--) {
            String line = lines.get(i);
            for (int end = line.length(); end >= 0; ) {
                if (!trusted.contains(client.getAddress())) {
                    return client;
                }
                int start = cut(line, end, ',', quotes);
                String node = start < 0 ? null : node(line.substring(start, end).strip());
                InetSocketAddress before = node == null ? null : address(node);
                if (before == null) {
                    return client;
                }
                client = before;
                end = start - 1;
            }
        }
        return client;
    }

    /** Where the last part of the text up to the end begins; -1 where a quote is not closed. */
    private static int cut(String text, int end, char separator, boolean quotes) {
        boolean quoted = false;
        int at = end;
        while (at > 0) {
            char c = text.charAt(at - 1);
            if (quotes && c == '"' && !(quoted && escaped(text, at - 1))) {
                quoted = !quoted;
            } else if (!quoted && c == separator) {
                return at;
            }
            at--;
        }
        return quoted ? -1 : 0;
    }

    private static boolean escaped(String text, int at) {
        int backslashes = 0;
        while (at - backslashes > 0 && text.charAt(at - backslashes - 1) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    /** RFC 9110 5.6.4; null for a quoted string that is none. */
    private static @Nullable String unquoted(String value) {
        if (value.indexOf('"') < 0) {
            return value;
        }
        int last = value.length() - 1;
        if (last < 1 || value.charAt(0) != '"' || value.charAt(last) != '"') {
            return null;
        }
        return value.substring(1, last).replaceAll("\\\\(.)", "$1");
    }

    /** RFC 7239 6, and IPv6 without brackets, as X-Forwarded-For often has it; null for what is no address. */
    private static @Nullable InetSocketAddress address(String node) {
        String host = node;
        String port = null;
        if (node.startsWith("[")) {
            int close = node.indexOf(']');
            String behind = close < 0 ? "" : node.substring(close + 1);
            if (close < 0 || !(behind.isEmpty() || behind.startsWith(":")) || node.indexOf(':') > close) {
                return null;
            }
            host = node.substring(1, close);
            port = behind.isEmpty() ? null : behind.substring(1);
        } else if (node.indexOf(':') >= 0 && node.indexOf(':') == node.lastIndexOf(':')) {
            host = node.substring(0, node.indexOf(':'));
            port = node.substring(node.indexOf(':') + 1);
        }
        byte[] bytes = AddressText.parse(host);
        if (bytes == null) {
            return null;
        }
        boolean told = port != null && !port.startsWith("_");
        int number = told && port != null ? ProxyDecoder.port(port) : 0;
        return number < 0 ? null : ProxyHeader.address(bytes, number);
    }
}
