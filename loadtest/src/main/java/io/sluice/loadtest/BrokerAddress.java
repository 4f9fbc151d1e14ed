package io.sluice.loadtest;

import io.sluice.config.HostPort;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code host:port} on a command line, an IPv6 literal in brackets.
 *
 * <p>Immutable.
 */
public final class BrokerAddress implements ITypeConverter<HostPort> {
    @Override
    public HostPort convert(String text) {
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            String host = text.substring(0, Math.max(colon, 0));
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            if (!host.isEmpty() && port >= 1 && port <= 65_535) {
                return new HostPort(host, port);
            }
        } catch (NumberFormatException e) {
            throw new TypeConversionException("write host:port, e.g. localhost:1883");
        }
        throw new TypeConversionException("write host:port, e.g. localhost:1883");
    }
}
