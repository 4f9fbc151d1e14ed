package io.sluice.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Hands JSSE the keys of a server, chosen by the name that the client asks for (RFC 6066 3). All can be exchanged while
 * handshakes run.
 *
 * <p>An exact name goes before a wildcard, which stands for one label; the first credential is for every other name and for
 * none. Several credentials of one name serve clients of different key types.
 *
 * <p>JSSE asks in three calls (alias, key, chain), and an exchange may fall between them. So each credential has an
 * alias of its own, and those before the current stay known for handshakes that have already chosen one.
 *
 * <p>Thread-safe.
 */
final class ServerKeyManager extends X509ExtendedKeyManager {

    private volatile Held held;

    /** @param served at least one */
    ServerKeyManager(List<Served> served) {
        held = new Held(new Generation(0, served), null);
    }

    /** From the next handshake on these are served. Not to be called by two threads at once. */
    void exchange(List<Served> served) {
        Generation current = held.current;
        held = new Held(new Generation(current.number + 1, served), current);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return held.current.choose(keyType, engine == null ? null : requested(engine));
    }

    private static @Nullable String requested(SSLEngine engine) {
        String name = RequestedName.of(engine.getHandshakeSession());
        return name == null ? null : name.toLowerCase(Locale.ROOT);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return held.current.choose(keyType, null);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = held.current.choose(keyType, null);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Credential credential = held.find(alias);
        return credential == null ? null : credential.key();
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Credential credential = held.find(alias);
        return credential == null ? null : credential.chain().toArray(new X509Certificate[0]);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    private record Named(String alias, Credential credential) {}

    /** What is served between two exchanges. */
    private static final class Generation {
        private final int number;
        private final Map<String, Credential> byAlias = new HashMap<>();
        private final Map<String, List<Named>> byName = new HashMap<>();
        private final List<Named> otherwise;

        Generation(int number, List<Served> served) {
            this.number = number;
            for (Served each : served) {
                Named named = new Named(number + "." + byAlias.size(), each.credential());
                byAlias.put(named.alias, named.credential);
                each.names()
                        .forEach(name -> byName.computeIfAbsent(name, n -> new ArrayList<>())
                                .add(named));
            }
            otherwise = List.of(new Named(number + ".0", served.get(0).credential()));
        }

        /** JSSE asks once per key type that the client's suites and signature schemes allow; null makes it ask for the next. */
        @Nullable
        String choose(String keyType, @Nullable String name) {
            for (Named named : name == null ? otherwise : of(name)) {
                if (named.credential.key().getAlgorithm().equals(keyType)) {
                    return named.alias;
                }
            }
            return null;
        }

        private List<Named> of(String name) {
            List<Named> exact = byName.get(name);
            if (exact != null) {
                return exact;
            }
            int dot = name.indexOf('.');
            return dot < 0 ? otherwise : byName.getOrDefault("*" + name.substring(dot), otherwise);
        }
    }

    private record Held(Generation current, @Nullable Generation previous) {
        @Nullable
        Credential find(String alias) {
            Credential credential = current.byAlias.get(alias);
            return credential == null && previous != null ? previous.byAlias.get(alias) : credential;
        }
    }
}
