package io.sluice.tls;

import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.MinVersion;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A private key with the certificate it belongs to.
 *
 * <p>Immutable.
 *
 * @param chain at least one; the first holds the public half of the key
 * @param warnings one line each for the operator; the credential works all the same
 */
record Credential(PrivateKey key, List<X509Certificate> chain, List<String> warnings) {

    Credential {
        chain = List.copyOf(chain);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads certificate and key and sees that they fit.
     *
     * @param now what validity is measured against; being out of it is a warning only
     */
    static Credential load(TlsConfig config, Instant now) throws TlsException {
        return load(config, Keys.of(config.name()), now);
    }

    /** As the other, for keys that begin with the prefix; the private key is not encrypted. */
    static Credential load(String prefix, Path certificate, Path privateKey, Instant now) throws TlsException {
        TlsConfig files = new TlsConfig(prefix, certificate, privateKey, Optional.empty(), MinVersion.TLS_1_2);
        return load(files, new Keys(prefix + "certificate", prefix + "private-key", null), now);
    }

    private static Credential load(TlsConfig config, Keys keys, Instant now) throws TlsException {
        PemFile file = PemFile.read(keys.certificate, config.certificate());
        List<X509Certificate> chain = file.certificates();
        List<String> warnings = new ArrayList<>();
        PrivateKey key = key(config, keys, warnings);
        requireFit(config, keys, key, chain);
        addValidityWarnings(warnings, file, chain, now);
        addChainWarnings(warnings, file, chain);
        return new Credential(key, chain, warnings);
    }

    /** The certificate of the key. */
    X509Certificate certificate() {
        return chain.get(0);
    }

    /**
     * The JDK's name of a signature that keys of this type can make.
     *
     * @return null when there is none
     */
    static @Nullable String signatureAlgorithm(String keyAlgorithm) {
        return switch (keyAlgorithm) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            case "EdDSA" -> "EdDSA";
            default -> null;
        };
    }

    private static PrivateKey key(TlsConfig config, Keys keys, List<String> warnings) throws TlsException {
        PemFile file = PemFile.read(keys.privateKey, config.privateKey());
        PemKey key = PemKey.of(file);
        Path passwordFile = config.privateKeyPasswordFile().orElse(null);
        if (!key.encrypted()) {
            if (passwordFile != null) {
                warnings.add(keys.password + ": " + PemFile.quoted(passwordFile) + " is not used; the key in "
                        + PemFile.quoted(file.path()) + " is not encrypted");
            }
            return key.plain();
        }
        if (keys.password == null) {
            throw file.problem("is encrypted; decrypt it with openssl pkey");
        }
        if (passwordFile == null) {
            throw file.problem("is encrypted; name a file with its password in " + keys.password);
        }
        PrivateKey opened = key.decrypted(PemFile.firstLine(keys.password, passwordFile));
        if (opened == null) {
            throw new TlsException(keys.password + ": the first line of " + PemFile.quoted(passwordFile)
                    + " does not decrypt " + PemFile.quoted(file.path()));
        }
        return opened;
    }

    private static void requireFit(TlsConfig config, Keys keys, PrivateKey key, List<X509Certificate> chain)
            throws TlsException {
        String keyFile = PemFile.quoted(config.privateKey());
        String certificateFile = PemFile.quoted(config.certificate());
        for (int i = 0; i < chain.size(); i++) {
            if (fits(key, chain.get(i).getPublicKey())) {
                if (i == 0) {
                    return;
                }
                throw new TlsException(keys.certificate + ": " + certificateFile + " begins with another certificate; "
                        + "the key in " + keyFile + " fits number " + (i + 1) + ", which must come first");
            }
        }
        throw new TlsException(
                keys.privateKey + ": " + keyFile + " does not fit the certificate in " + certificateFile);
    }

    /** Signs and verifies, because a private key need not carry its public half. */
    static boolean fits(PrivateKey key, PublicKey publicKey) {
        String algorithm = signatureAlgorithm(key.getAlgorithm());
        if (algorithm == null || !key.getAlgorithm().equals(publicKey.getAlgorithm())) {
            return false;
        }
        byte[] probe = {1, 2, 3, 4};
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static void addValidityWarnings(
            List<String> warnings, PemFile file, List<X509Certificate> chain, Instant now) {
        for (int i = 0; i < chain.size(); i++) {
            Instant from = chain.get(i).getNotBefore().toInstant();
            Instant until = chain.get(i).getNotAfter().toInstant();
            String which = chain.size() == 1 ? "the certificate" : "certificate " + (i + 1) + " of " + chain.size();
            if (now.isBefore(from)) {
                warnings.add(file.problem("is not yet valid: " + which + " begins at " + from)
                        .getMessage());
            } else if (now.isAfter(until)) {
                warnings.add(file.problem("is no longer valid: " + which + " ended at " + until)
                        .getMessage());
            }
        }
    }

    private static void addChainWarnings(List<String> warnings, PemFile file, List<X509Certificate> chain) {
        for (int i = 1; i < chain.size(); i++) {
            if (!chain.get(i - 1).getIssuerX500Principal().equals(chain.get(i).getSubjectX500Principal())) {
                warnings.add(file.problem("is no chain: certificate " + (i + 1) + " is not the issuer of certificate "
                                + i + "; some clients refuse that")
                        .getMessage());
            }
        }
    }

    /** The configuration keys; null for the password where there is no such key. */
    private record Keys(
            String certificate, String privateKey, @Nullable String password) {
        /** Those of one bundle; the default one's have no name in them. */
        static Keys of(String bundle) {
            String prefix = bundle.equals("default") ? "tls." : "tls." + bundle + ".";
            return new Keys(prefix + "certificate", prefix + "private-key", prefix + "private-key-password-file");
        }
    }
}
