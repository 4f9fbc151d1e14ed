package io.sluice.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * Keys and certificates as other tools make them.
 *
 * <p>Thread-safe.
 */
final class TestCertificates {
    static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    static final Instant FROM = Instant.parse("2026-05-01T00:00:00Z");
    static final Instant UNTIL = Instant.parse("2026-07-01T00:00:00Z");

    private TestCertificates() {}

    static KeyPair keys(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(256);
        } else if (algorithm.equals("RSA")) {
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    static X509Certificate selfSigned(KeyPair keys) throws GeneralSecurityException, IOException {
        return issued("CN=localhost", keys, "CN=localhost", keys, FROM, UNTIL);
    }

    static X509Certificate issued(
            String subject, KeyPair keys, String issuer, KeyPair issuerKeys, Instant from, Instant until)
            throws GeneralSecurityException, IOException {
        String algorithm = switch (issuerKeys.getPrivate().getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> "Ed25519";
        };
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                BigInteger.valueOf(from.toEpochMilli() + subject.hashCode() % 1000),
                Date.from(from),
                Date.from(until),
                new X500Name(subject),
                keys.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")));
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder(algorithm).build(issuerKeys.getPrivate())));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    static String pem(X509Certificate certificate) throws GeneralSecurityException, IOException {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    static String pem(String type, byte[] content) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, content));
        }
        return text.toString();
    }

    static String pkcs8(PrivateKey key) throws IOException {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    static String pkcs1(PrivateKey key) throws IOException {
        return pem(
                "RSA PRIVATE KEY",
                PrivateKeyInfo.getInstance(key.getEncoded())
                        .parsePrivateKey()
                        .toASN1Primitive()
                        .getEncoded());
    }

    static String sec1(PrivateKey key) throws IOException {
        return pem(
                "EC PRIVATE KEY",
                new org.bouncycastle.asn1.sec.ECPrivateKey(
                                256, ((ECPrivateKey) key).getS(), SECObjectIdentifiers.secp256r1)
                        .getEncoded());
    }

    static Path write(Path file, String... parts) throws IOException {
        return Files.writeString(file, String.join("", parts));
    }
}
