package io.sluice.tls;

import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.util.List;
import java.util.function.Supplier;

/**
 * A security provider with the two computations that a full TLS handshake mostly consists of, by Bouncy Castle's arithmetic: key
 * agreement on X25519 (RFC 7748) and signatures on P-256. Everything else, and every key of another curve, is left to the
 * providers behind it.
 *
 * <p>Immutable.
 */
public final class FastCurves extends Provider {
    /** As {@link java.security.Security} knows it. */
    public static final String NAME = "SluiceCurves";

    private static final long serialVersionUID = 1;

    private FastCurves() {
        super(NAME, "1.0", "X25519 and ECDSA on P-256 by Bouncy Castle");
        SecureRandom random = new SecureRandom();
        add("KeyPairGenerator", "X25519", List.of("XDH"), () -> new X25519KeyPairs(random));
        add("KeyAgreement", "X25519", List.of("XDH"), X25519Agreement::new);
        add("Signature", "SHA256withECDSA", List.of(), () -> new P256Signature(random));
    }

    /** Puts it in front of all other providers of this JVM; idempotent. */
    public static void install() {
        Security.insertProviderAt(new FastCurves(), 1);
    }

    private void add(String type, String algorithm, List<String> aliases, Supplier<Object> engine) {
        putService(new Service(this, type, algorithm, engine.get().getClass().getName(), aliases, null) {
            @Override
            public Object newInstance(Object parameter) {
                return engine.get();
            }
        });
    }
}
