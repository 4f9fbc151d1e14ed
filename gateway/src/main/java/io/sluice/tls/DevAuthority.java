package io.sluice.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority for development: signs certificates for this machine's loopback names and for nothing else,
 * so that a stolen key of it is worth little to a thief.
 *
 * <p>Immutable.
 */
final class DevAuthority {
    static final Duration AUTHORITY_LIFETIME = Duration.ofDays(5 * 365);
    /** Browsers refuse server certificates of more than 398 days. */
    static final Duration LEAF_LIFETIME = Duration.ofDays(180);

    /** For devices whose clock is behind. */
    private static final Duration BACKDATE = Duration.ofHours(1);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SERIAL_BITS = 127;
    private static final String ORGANIZATION = ",O=Sluice development";

    private final Credential credential;

    DevAuthority(Credential credential) {
        this.credential = credential;
    }

    /** A new authority with a name of its own: two of the same name confuse trust stores. */
    static DevAuthority create(Instant now) throws IOException {
        byte[] suffix = new byte[4];
        RANDOM.nextBytes(suffix);
        X500Name name =
                new X500Name("CN=Sluice development CA " + HexFormat.of().formatHex(suffix) + ORGANIZATION);
        try {
            KeyPair keys = newKeys();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    newSerial(),
                    Date.from(now.minus(BACKDATE)),
                    Date.from(now.plus(AUTHORITY_LIFETIME)),
                    name,
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(Extension.nameConstraints, true, loopbackOnly())
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
            X509Certificate certificate = sign(builder, keys.getPrivate());
            return new DevAuthority(new Credential(keys.getPrivate(), List.of(certificate), List.of()));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("cannot make the development CA: " + e.getMessage(), e);
        }
    }

    Credential credential() {
        return credential;
    }

    X509Certificate certificate() {
        return credential.certificate();
    }

    /** A certificate for {@code localhost}, {@code 127.0.0.1} and {@code ::1}, with the authority's behind it. */
    Credential issueServer(Instant now) throws IOException {
        GeneralNames names = new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.dNSName, "localhost"),
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
            new GeneralName(GeneralName.iPAddress, "::1")
        });
        return issue("CN=localhost", KeyPurposeId.id_kp_serverAuth, names, now);
    }

    /** A certificate that a client shows, with the authority's behind it. */
    Credential issueClient(Instant now) throws IOException {
        return issue("CN=Sluice development client", KeyPurposeId.id_kp_clientAuth, null, now);
    }

    private Credential issue(String commonName, KeyPurposeId purpose, @Nullable GeneralNames names, Instant now)
            throws IOException {
        X509Certificate issuer = certificate();
        try {
            KeyPair keys = newKeys();
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            Instant end = earlier(now.plus(LEAF_LIFETIME), issuer.getNotAfter().toInstant());
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()),
                    newSerial(),
                    Date.from(now.minus(BACKDATE)),
                    Date.from(end),
                    new X500Name(commonName + ORGANIZATION),
                    keys.getPublic());
            PublicKey issuerKey = issuer.getPublicKey();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            identifiers.createSubjectKeyIdentifier(keys.getPublic()))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            identifiers.createAuthorityKeyIdentifier(issuerKey));
            if (names != null) {
                builder.addExtension(Extension.subjectAlternativeName, false, names);
            }
            X509Certificate certificate = sign(builder, credential.key());
            return new Credential(keys.getPrivate(), List.of(certificate, issuer), List.of());
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("cannot make a development certificate: " + e.getMessage(), e);
        }
    }

    private static NameConstraints loopbackOnly() {
        return new NameConstraints(
                new GeneralSubtree[] {
                    new GeneralSubtree(new GeneralName(GeneralName.dNSName, "localhost")),
                    new GeneralSubtree(new GeneralName(GeneralName.iPAddress, "127.0.0.0/8")),
                    new GeneralSubtree(new GeneralName(GeneralName.iPAddress, "::1/128"))
                },
                new GeneralSubtree[0]);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws OperatorCreationException, GeneralSecurityException {
        String algorithm = Objects.requireNonNull(Credential.signatureAlgorithm(key.getAlgorithm()));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
        return generator.generateKeyPair();
    }

    /** Positive and of a fixed length (RFC 5280 4.1.2.2); browsers refuse a serial number twice from one issuer. */
    private static BigInteger newSerial() {
        return new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS - 1);
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
