package io.sluice.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * A credential and the server names it is for.
 *
 * <p>Immutable.
 *
 * @param names lower case, exact or {@code *.example.com}
 */
record Served(Credential credential, List<String> names) {
    private static final int DNS_NAME = 2;

    Served {
        names = List.copyOf(names);
    }

    /** For these names, or without any for the DNS names in the certificate (RFC 5280 4.2.1.6). */
    static Served of(Credential credential, List<String> names) {
        return new Served(credential, names.isEmpty() ? namesIn(credential.certificate()) : names);
    }

    private static List<String> namesIn(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                for (List<?> name : all) {
                    if (name.get(0).equals(DNS_NAME)) {
                        names.add(name.get(1).toString().toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException unreadable) {
            return List.of(); // then it is served to who names nothing better
        }
        return names;
    }
}
