package io.sluice.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Hands JSSE the key of a server, which can be exchanged while handshakes run.
 *
 * <p>JSSE asks in three calls (alias, key, chain), and an exchange may fall between them. So each credential has an
 * alias of its own, and the one before the current stays known for handshakes that have already chosen it.
 *
 * <p>Thread-safe.
 */
final class ServerKeyManager extends X509ExtendedKeyManager {

    private volatile Held held;

    ServerKeyManager(Credential credential) {
        held = new Held(new Named("0", credential), null);
    }

    /** From the next handshake on this credential is served. Not to be called by two threads at once. */
    void exchange(Credential credential) {
        Named current = held.current;
        int next = Integer.parseInt(current.alias) + 1;
        held = new Held(new Named(Integer.toString(next), credential), current);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return choose(keyType);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return choose(keyType);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = choose(keyType);
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

    /** JSSE asks once per key type that the client's suites and signature schemes allow; null makes it ask for the next. */
    private @Nullable String choose(String keyType) {
        Named current = held.current;
        return current.credential.key().getAlgorithm().equals(keyType) ? current.alias : null;
    }

    private record Named(String alias, Credential credential) {}

    private record Held(Named current, @Nullable Named previous) {
        @Nullable
        Credential find(String alias) {
            if (current.alias.equals(alias)) {
                return current.credential;
            }
            return previous != null && previous.alias.equals(alias) ? previous.credential : null;
        }
    }
}
