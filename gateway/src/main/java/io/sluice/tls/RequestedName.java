package io.sluice.tls;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The name of the server that a client asks for (RFC 6066 3). */
public final class RequestedName {
    private RequestedName() {}

    /** As it is in the session, under way or made; null where there is none, or none that a host could have. */
    public static @Nullable String of(@Nullable SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            try {
                for (SNIServerName name : extended.getRequestedServerNames()) {
                    if (name instanceof SNIHostName host) {
                        return host.getAsciiName();
                    }
                }
            } catch (IllegalArgumentException noHostName) {
                return null; // Conscrypt looks at it only now
            }
        }
        return null;
    }
}
