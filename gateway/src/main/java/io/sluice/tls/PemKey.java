package io.sluice.tls;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.util.io.pem.PemHeader;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/**
 * The private key of one PEM file: PKCS#8 (RFC 5208), PKCS#1 (RFC 8017 A.1.2) or SEC1 (RFC 5915), plain, as encrypted
 * PKCS#8, or encrypted in OpenSSL's old way by {@code Proc-Type} and {@code DEK-Info} (RFC 1421 4.6.1).
 *
 * <p>The key itself is always made by the JDK. BouncyCastle only takes the formats apart.
 *
 * <p>Immutable.
 */
final class PemKey {
    private static final Map<ASN1ObjectIdentifier, String> ALGORITHMS = Map.of(
            PKCSObjectIdentifiers.rsaEncryption, "RSA",
            X9ObjectIdentifiers.id_ecPublicKey, "EC",
            EdECObjectIdentifiers.id_Ed25519, "EdDSA");
    private static final String ACCEPTED = "use RSA, EC (P-256, P-384 or P-521) or Ed25519";

    private static final PemHeader LEGACY_ENCRYPTED = new PemHeader("Proc-Type", "4,ENCRYPTED");

    private final PemFile file;
    private final PemObject block;

    private PemKey(PemFile file, PemObject block) {
        this.file = file;
        this.block = block;
    }

    /**
     * The one private key of the file, still encrypted where it is.
     *
     * @throws TlsException the file holds none or several
     */
    static PemKey of(PemFile file) throws TlsException {
        return new PemKey(file, file.privateKeyBlock());
    }

    boolean encrypted() {
        return block.getType().equals(PEMParser.TYPE_ENCRYPTED_PRIVATE_KEY)
                || block.getHeaders().contains(LEGACY_ENCRYPTED);
    }

    /** The key, when it is not {@link #encrypted}. */
    PrivateKey plain() throws TlsException {
        return decode(parse());
    }

    /**
     * The key, when it is {@link #encrypted}.
     *
     * @return null when the password does not open it
     */
    @Nullable
    PrivateKey decrypted(String password) throws TlsException {
        PrivateKey opened = open(password);
        if (opened != null) {
            return opened;
        }
        // OpenSSL takes a password as bytes. BouncyCastle makes them from characters: with some ciphers as UTF-8, with
        // others by taking the low 8 bits.
        return open(new String(password.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    private @Nullable PrivateKey open(String password) throws TlsException {
        Object parsed = parse();
        PrivateKeyInfo info;
        // An own instance, never registered: the JDK lacks the old key derivations, and TLS stays with the JDK.
        BouncyCastleProvider provider = new BouncyCastleProvider();
        try {
            if (parsed instanceof PKCS8EncryptedPrivateKeyInfo pkcs8) {
                info = pkcs8.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                        .setProvider(provider)
                        .build(password.toCharArray()));
            } else if (parsed instanceof PEMEncryptedKeyPair pair) {
                info = pair.decryptKeyPair(new JcePEMDecryptorProviderBuilder()
                                .setProvider(provider)
                                .build(password.toCharArray()))
                        .getPrivateKeyInfo();
            } else {
                throw damaged();
            }
        } catch (IOException | PKCSException | OperatorCreationException | IllegalArgumentException e) {
            // A wrong password shows only as bad padding or, by chance, as bytes that are no key.
            return null;
        } catch (SecurityException unsigned) {
            throw file.problem(
                    "is encrypted, which only builds of OpenJDK open: this Java wants signed security providers");
        }
        return decode(info);
    }

    /** Hands BouncyCastle this block alone: it fails at types it does not know, which may stand around the key. */
    private Object parse() throws TlsException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(block);
        } catch (IOException e) {
            throw damaged();
        }
        try (PEMParser parser = new PEMParser(new StringReader(text.toString()))) {
            if (!parser.getSupportedTypes().contains(block.getType())) {
                throw file.problem("holds a key of the format " + block.getType()
                        + "; convert it to PKCS#8, for OpenSSH with ssh-keygen -p -m PKCS8");
            }
            return parser.readObject();
        } catch (IOException | IllegalArgumentException e) {
            throw damaged();
        }
    }

    private PrivateKey decode(Object parsed) throws TlsException {
        PrivateKeyInfo info;
        if (parsed instanceof PEMKeyPair pair) {
            info = pair.getPrivateKeyInfo();
        } else if (parsed instanceof PrivateKeyInfo pkcs8) {
            info = pkcs8;
        } else {
            throw damaged();
        }
        ASN1ObjectIdentifier type = info.getPrivateKeyAlgorithm().getAlgorithm();
        String algorithm = ALGORITHMS.get(type);
        if (algorithm == null) {
            throw file.problem("holds a key of the type " + type + "; " + ACCEPTED);
        }
        if (algorithm.equals("EC") && info.getPrivateKeyAlgorithm().getParameters() == null) {
            throw file.problem("holds an EC key that does not name its curve; write it as PKCS#8");
        }
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
        } catch (GeneralSecurityException | IOException e) {
            throw file.problem("holds an " + algorithm + " key that this Java cannot use; " + ACCEPTED);
        }
    }

    private TlsException damaged() {
        return file.problem("has a damaged " + block.getType() + " block; write the file anew");
    }
}
