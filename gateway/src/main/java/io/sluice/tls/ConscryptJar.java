package io.sluice.tls;

import io.sluice.config.Quote;
import io.sluice.config.TlsConfig;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.GeneralSecurityException;

/**
 * The library behind {@code tls.provider=conscrypt}, which the operator puts in place: whether it is there and runs here.
 *
 * <p>Immutable.
 */
final class ConscryptJar {
    /** As the manifest of the gateway's jar names it, beside that. */
    static final String NAME = "conscrypt-openjdk-uber-2.5.2.jar";

    private static final String ARTIFACT = "org.conscrypt:conscrypt-openjdk-uber:2.5.2";
    private static final String OTHERWISE = ", or write ";

    private ConscryptJar() {}

    /**
     * Loads it.
     *
     * @param config names the key for the operator
     * @throws TlsException one line: it is absent, or its native part does not load
     */
    static void require(TlsConfig config) throws TlsException {
        String key = prefix(config) + "provider";
        try {
            ConscryptTls.load();
        } catch (NoClassDefFoundError absent) {
            throw new TlsException(key + ": \"conscrypt\" needs a jar that is not there; put " + NAME
                    + " (Maven Central, " + ARTIFACT + ") into " + directory() + OTHERWISE + key + "=jdk");
        } catch (LinkageError useless) {
            throw new TlsException(key + ": \"conscrypt\" does not run on " + System.getProperty("os.name") + " "
                    + System.getProperty("os.arch") + ", " + Quote.quote(reason(useless)) + "; it needs x86-64, glibc,"
                    + " and a directory to unpack to, without noexec (JAVA_OPTS=-Dorg.conscrypt.native.workdir=DIR)"
                    + OTHERWISE + key
                    + "=jdk");
        }
    }

    /**
     * The same credential with a key that it can use at once.
     *
     * @throws TlsException one line: it has no such keys
     */
    static Credential adopt(TlsConfig config, Credential credential) throws TlsException {
        try {
            return new Credential(ConscryptTls.key(credential.key()), credential.chain(), credential.warnings());
        } catch (GeneralSecurityException unknown) {
            String prefix = prefix(config);
            throw new TlsException(prefix + "private-key: " + PemFile.quoted(config.privateKey())
                    + " is of a type that conscrypt does not serve; make an RSA key or an EC key on P-256, P-384 or P-521"
                    + OTHERWISE + prefix + "provider=jdk");
        }
    }

    private static String prefix(TlsConfig config) {
        return config.name().equals("default") ? "tls." : "tls." + config.name() + ".";
    }

    private static String reason(Throwable useless) {
        return String.valueOf(useless.getMessage()).lines().findFirst().orElse("");
    }

    /** Where the gateway's jar is; with classes outside a jar nobody but a developer has to do. */
    private static String directory() {
        CodeSource source = ConscryptJar.class.getProtectionDomain().getCodeSource();
        try {
            Path jar = source == null ? null : Path.of(source.getLocation().toURI());
            Path parent = jar == null ? null : jar.getParent();
            return parent == null ? "the directory of sluice-gateway.jar" : parent.toString();
        } catch (URISyntaxException | IllegalArgumentException strange) {
            return "the directory of sluice-gateway.jar";
        }
    }
}
