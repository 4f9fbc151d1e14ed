package io.sluice.tls;

import static io.sluice.tls.TestCertificates.FROM;
import static io.sluice.tls.TestCertificates.NOW;
import static io.sluice.tls.TestCertificates.UNTIL;
import static io.sluice.tls.TestCertificates.issued;
import static io.sluice.tls.TestCertificates.pem;
import static io.sluice.tls.TestCertificates.pkcs1;
import static io.sluice.tls.TestCertificates.pkcs8;
import static io.sluice.tls.TestCertificates.sec1;
import static io.sluice.tls.TestCertificates.selfSigned;
import static io.sluice.tls.TestCertificates.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.MinVersion;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.MiscPEMGenerator;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
    private static final String PASSWORD = "correct horse";

    private static KeyPair ec;
    private static KeyPair rsa;
    private static KeyPair ed25519;

    @TempDir
    Path dir;

    private Path certificate;
    private Path key;
    private Path password;

    @BeforeAll
    static void makeKeys() throws Exception {
        ec = TestCertificates.keys("EC");
        rsa = TestCertificates.keys("RSA");
        ed25519 = TestCertificates.keys("Ed25519");
    }

    @BeforeEach
    void name() {
        certificate = dir.resolve("fullchain.pem");
        key = dir.resolve("privkey.pem");
        password = dir.resolve("password.txt");
    }

    static Stream<Arguments> plainKeys() throws Exception {
        return Stream.of(
                Arguments.of("PKCS#8 RSA", rsa, pkcs8(rsa.getPrivate())),
                Arguments.of("PKCS#8 EC", ec, pkcs8(ec.getPrivate())),
                Arguments.of("PKCS#8 Ed25519", ed25519, pkcs8(ed25519.getPrivate())),
                Arguments.of("PKCS#1", rsa, pkcs1(rsa.getPrivate())),
                Arguments.of("SEC1", ec, sec1(ec.getPrivate())),
                Arguments.of(
                        "SEC1 behind EC PARAMETERS, as openssl ecparam writes it",
                        ec,
                        pem("EC PARAMETERS", SECObjectIdentifiers.secp256r1.getEncoded()) + sec1(ec.getPrivate())),
                Arguments.of("among text", ec, "Bag Attributes\n  x: y\n" + pkcs8(ec.getPrivate()) + "the end\n"),
                Arguments.of("with CRLF", ec, pkcs8(ec.getPrivate()).replace("\n", "\r\n")),
                Arguments.of("with a byte order mark", ec, "\uFEFF" + pkcs8(ec.getPrivate())),
                Arguments.of("behind its certificate", ec, pem(selfSigned(ec)) + pkcs8(ec.getPrivate())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("plainKeys")
    void readsPlainKeys(String meaning, KeyPair keys, String text) throws Exception {
        write(certificate, pem(selfSigned(keys)));
        write(key, text);

        Credential credential = Credential.load(config("default", Optional.empty()), NOW);

        assertThat(secret(credential.key())).isEqualTo(secret(keys.getPrivate()));
        assertThat(credential.warnings()).isEmpty();
    }

    static Stream<Arguments> encryptedKeys() throws Exception {
        return Stream.of(
                Arguments.of("PKCS#8, AES-256", rsa, encryptedPkcs8(rsa, PKCS8Generator.AES_256_CBC)),
                Arguments.of("PKCS#8, AES-128", ec, encryptedPkcs8(ec, PKCS8Generator.AES_128_CBC)),
                Arguments.of("PKCS#8, 3DES by PBES2", ec, encryptedPkcs8(ec, PKCS8Generator.DES3_CBC)),
                Arguments.of("PKCS#8, 3DES by PKCS#12", ec, encryptedPkcs8(ec, PKCS8Generator.PBE_SHA1_3DES)),
                Arguments.of("legacy PKCS#1, AES-256", rsa, legacy(rsa, "AES-256-CBC")),
                Arguments.of("legacy PKCS#1, 3DES", rsa, legacy(rsa, "DES-EDE3-CBC")),
                Arguments.of("legacy SEC1, AES-128", ec, legacy(ec, "AES-128-CBC")),
                Arguments.of(
                        "legacy SEC1 behind EC PARAMETERS",
                        ec,
                        pem("EC PARAMETERS", SECObjectIdentifiers.secp256r1.getEncoded()) + legacy(ec, "AES-256-CBC")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("encryptedKeys")
    void readsEncryptedKeys(String meaning, KeyPair keys, String text) throws Exception {
        write(certificate, pem(selfSigned(keys)));
        write(key, text);
        write(password, PASSWORD + "\r\nsecond line\n");

        Credential credential = Credential.load(config("default", Optional.of(password)), NOW);

        assertThat(secret(credential.key())).isEqualTo(secret(keys.getPrivate()));
        assertThat(Security.getProvider(BouncyCastleProvider.PROVIDER_NAME)).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("encryptedKeys")
    void tellsAWrongPassword(String meaning, KeyPair keys, String text) throws Exception {
        write(certificate, pem(selfSigned(keys)));
        write(key, text);
        write(password, "battery staple\n");

        assertProblem(
                "eu",
                Optional.of(password),
                "tls.eu.private-key-password-file: the first line of \"%s\" does not decrypt \"%s\"",
                password,
                key);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("encryptedKeys")
    void tellsAMissingPassword(String meaning, KeyPair keys, String text) throws Exception {
        write(certificate, pem(selfSigned(keys)));
        write(key, text);

        assertProblem(
                "default",
                Optional.empty(),
                "tls.private-key: \"%s\" is encrypted; name a file with its password in tls.private-key-password-file",
                key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\nsecond line\n"})
    void tellsAnEmptyPassword(String text) throws Exception {
        write(certificate, pem(selfSigned(ec)));
        write(key, encryptedPkcs8(ec, PKCS8Generator.AES_256_CBC));
        write(password, text);

        assertProblem(
                "default",
                Optional.of(password),
                "tls.private-key-password-file: \"%s\" has an empty first line; write the password there",
                password);
    }

    @Test
    void warnsOfAPasswordThatIsNotNeeded() throws Exception {
        write(certificate, pem(selfSigned(ec)));
        write(key, pkcs8(ec.getPrivate()));

        Credential credential = Credential.load(config("default", Optional.of(password)), NOW);

        assertThat(credential.warnings())
                .containsExactly("tls.private-key-password-file: \"%s\" is not used; the key in \"%s\" is not encrypted"
                        .formatted(password, key));
    }

    @ParameterizedTest
    @CsvSource({"default,tls.certificate", "eu,tls.eu.certificate"})
    void namesTheKeyOfTheBundle(String bundle, String configKey) {
        assertProblem(
                bundle,
                Optional.empty(),
                "%s: \"%s\" does not exist; ./sluice dev-certs makes certificates for development",
                configKey,
                certificate);
    }

    @ParameterizedTest
    @CsvSource({"default,tls.private-key", "eu,tls.eu.private-key"})
    void tellsAMissingKeyFile(String bundle, String configKey) throws Exception {
        write(certificate, pem(selfSigned(ec)));

        assertProblem(
                bundle,
                Optional.empty(),
                "%s: \"%s\" does not exist; ./sluice dev-certs makes certificates for development",
                configKey,
                key);
    }

    @Test
    void tellsAMissingPasswordFile() throws Exception {
        write(certificate, pem(selfSigned(ec)));
        write(key, encryptedPkcs8(ec, PKCS8Generator.AES_256_CBC));

        assertProblem(
                "default", Optional.of(password), "tls.private-key-password-file: \"%s\" does not exist", password);
    }

    @Test
    void tellsADirectory() throws Exception {
        Files.createDirectory(certificate);

        assertProblem(
                "default",
                Optional.empty(),
                "tls.certificate: \"%s\" is a directory; write the path of a file",
                certificate);
    }

    @Test
    void tellsWhyAFileCannotBeRead() {
        String user = System.getProperty("user.name");

        assertThat(PemFile.reason(new AccessDeniedException("x")))
                .isEqualTo("cannot be read: permission denied; let user " + user + " read it");
        assertThat(PemFile.reason(new FileSystemException("x", null, "Too many open files")))
                .isEqualTo("cannot be read: x: Too many open files");
    }

    static Stream<Arguments> certificateFiles() throws Exception {
        String whole = pem(selfSigned(ec));
        String damaged = pem("CERTIFICATE", new byte[] {0x30, 0x03, 0x02, 0x01, 0x01});
        return Stream.of(
                Arguments.of("nothing", "", "is empty"),
                Arguments.of(
                        "text only",
                        "hello\n",
                        "holds no CERTIFICATE block; write the server's certificate there, then its chain"),
                Arguments.of(
                        "the key by mistake",
                        pkcs8(ec.getPrivate()),
                        "holds no CERTIFICATE block but PRIVATE KEY; write the server's certificate there, then its"
                                + " chain"),
                Arguments.of(
                        "no certificate inside",
                        damaged,
                        "has a damaged CERTIFICATE block (number 1); write the file anew"),
                Arguments.of(
                        "the second damaged",
                        whole + damaged,
                        "has a damaged CERTIFICATE block (number 2); write the file anew"),
                Arguments.of(
                        "cut off",
                        whole.substring(0, whole.length() - 30),
                        "has a damaged PEM block (number 1); write the file anew"),
                Arguments.of(
                        "no Base64",
                        whole + "-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n",
                        "has a damaged PEM block (number 2); write the file anew"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("certificateFiles")
    void tellsWhatIsNoCertificate(String meaning, String text, String problem) throws Exception {
        write(certificate, text);
        write(key, pkcs8(ec.getPrivate()));

        assertProblem("default", Optional.empty(), "tls.certificate: \"%s\" %s", certificate, problem);
    }

    static Stream<Arguments> keyFiles() throws Exception {
        String whole = pkcs8(ec.getPrivate());
        KeyPairGenerator generator = KeyPairGenerator.getInstance("XDH");
        generator.initialize(NamedParameterSpec.X25519);
        return Stream.of(
                Arguments.of("nothing", "", "is empty"),
                Arguments.of(
                        "the certificate by mistake",
                        pem(selfSigned(ec)),
                        "holds no PRIVATE KEY block but CERTIFICATE; write the private key of the certificate there"),
                Arguments.of(
                        "two keys",
                        whole + sec1(ec.getPrivate()),
                        "holds 2 private keys; leave only the one of the certificate"),
                Arguments.of(
                        "of OpenSSH",
                        pem("OPENSSH PRIVATE KEY", new byte[] {1}),
                        "holds a key of the format OPENSSH PRIVATE KEY; convert it to PKCS#8, for OpenSSH with"
                                + " ssh-keygen -p -m PKCS8"),
                Arguments.of(
                        "for key agreement only",
                        pkcs8(generator.generateKeyPair().getPrivate()),
                        "holds a key of the type 1.3.101.110; use RSA, EC (P-256, P-384 or P-521) or Ed25519"),
                Arguments.of(
                        "on a curve that Java has not",
                        pem(
                                "EC PRIVATE KEY",
                                new org.bouncycastle.asn1.sec.ECPrivateKey(
                                                256, BigInteger.TEN, new ASN1ObjectIdentifier("1.3.132.0.99"))
                                        .getEncoded()),
                        "holds an EC key that this Java cannot use; use RSA, EC (P-256, P-384 or P-521) or Ed25519"),
                Arguments.of(
                        "SEC1 without its curve, as JcaPEMWriter writes a key of the JDK",
                        pem(
                                "EC PRIVATE KEY",
                                new org.bouncycastle.asn1.sec.ECPrivateKey(256, BigInteger.TEN).getEncoded()),
                        "holds an EC key that does not name its curve; write it as PKCS#8"),
                Arguments.of(
                        "no PKCS#8",
                        pem("PRIVATE KEY", new byte[] {1}),
                        "has a damaged PRIVATE KEY block; write the file anew"),
                Arguments.of(
                        "no PKCS#1",
                        pem("RSA PRIVATE KEY", new byte[] {0x30, 0}),
                        "has a damaged RSA PRIVATE KEY block; write the file anew"),
                Arguments.of(
                        "no SEC1",
                        pem("EC PRIVATE KEY", new byte[] {0x30, 0}),
                        "has a damaged EC PRIVATE KEY block; write the file anew"),
                Arguments.of(
                        "no encrypted PKCS#8, no password",
                        pem("ENCRYPTED PRIVATE KEY", new byte[] {0x30, 0}),
                        "is encrypted; name a file with its password in tls.private-key-password-file"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keyFiles")
    void tellsWhatIsNoKey(String meaning, String text, String problem) throws Exception {
        write(certificate, pem(selfSigned(ec)));
        write(key, text);

        assertProblem("default", Optional.empty(), "tls.private-key: \"%s\" %s", key, problem);
    }

    @Test
    void tellsADamagedEncryptedKey() throws Exception {
        write(certificate, pem(selfSigned(ec)));
        write(key, pem("ENCRYPTED PRIVATE KEY", new byte[] {0x30, 0}));
        write(password, PASSWORD);

        assertProblem(
                "default",
                Optional.of(password),
                "tls.private-key: \"%s\" has a damaged ENCRYPTED PRIVATE KEY block; write the file anew",
                key);
    }

    @Test
    void tellsDerInsteadOfPem() throws Exception {
        Files.write(certificate, selfSigned(ec).getEncoded());

        assertProblem(
                "default",
                Optional.empty(),
                "tls.certificate: \"%s\" is binary (DER or PKCS#12); convert it to PEM with openssl x509, pkey or pkcs12",
                certificate);
    }

    @Test
    void tellsADerKey() throws Exception {
        write(certificate, pem(selfSigned(ec)));
        Files.write(key, ec.getPrivate().getEncoded());

        assertProblem(
                "default",
                Optional.empty(),
                "tls.private-key: \"%s\" is binary (DER or PKCS#12); convert it to PEM with openssl x509, pkey or pkcs12",
                key);
    }

    @ParameterizedTest
    @CsvSource({"-1,false", "0,false", "1,true"})
    void readsAtMostOneMebibyte(int beyond, boolean refused) throws Exception {
        String text = pem(selfSigned(ec));
        write(certificate, text, "x".repeat(PemFile.MAX_BYTES + beyond - text.length()));
        write(key, pkcs8(ec.getPrivate()));

        if (refused) {
            assertProblem(
                    "default",
                    Optional.empty(),
                    "tls.certificate: \"%s\" is greater than 1 MiB; write the path of a PEM file",
                    certificate);
        } else {
            assertThat(Credential.load(config("default", Optional.empty()), NOW).chain())
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tellsAKeyThatDoesNotFit(boolean sameType) throws Exception {
        write(certificate, pem(selfSigned(ec)));
        write(key, pkcs8(sameType ? TestCertificates.keys("EC").getPrivate() : rsa.getPrivate()));

        assertProblem(
                "default",
                Optional.empty(),
                "tls.private-key: \"%s\" does not fit the certificate in \"%s\"",
                key,
                certificate);
    }

    @Test
    void tellsWhichCertificateOfAMisorderedChainFits() throws Exception {
        X509Certificate authority = issued("CN=ca", rsa, "CN=ca", rsa, FROM, UNTIL);
        X509Certificate leaf = issued("CN=localhost", ec, "CN=ca", rsa, FROM, UNTIL);
        write(certificate, pem(authority), pem(leaf));
        write(key, pkcs8(ec.getPrivate()));

        assertProblem(
                "default",
                Optional.empty(),
                "tls.certificate: \"%s\" begins with another certificate; the key in \"%s\" fits number 2, which must"
                        + " come first",
                certificate,
                key);
    }

    @Test
    void readsAChainAmongText() throws Exception {
        X509Certificate authority = issued("CN=ca", rsa, "CN=ca", rsa, FROM, UNTIL);
        X509Certificate leaf = issued("CN=localhost", ec, "CN=ca", rsa, FROM, UNTIL);
        write(certificate, "subject=localhost\n", pem(leaf), "\nissuer=ca\n\n", pem(authority), "end\n");
        write(key, pkcs8(ec.getPrivate()));

        Credential credential = Credential.load(config("default", Optional.empty()), NOW);

        assertThat(credential.chain()).containsExactly(leaf, authority);
        assertThat(credential.warnings()).isEmpty();
    }

    @Test
    void warnsOfAChainThatDoesNotJoin() throws Exception {
        X509Certificate stranger = issued("CN=stranger", rsa, "CN=stranger", rsa, FROM, UNTIL);
        write(certificate, pem(selfSigned(ec)), pem(stranger));
        write(key, pkcs8(ec.getPrivate()));

        Credential credential = Credential.load(config("default", Optional.empty()), NOW);

        assertThat(credential.warnings())
                .containsExactly(
                        "tls.certificate: \"%s\" is no chain: certificate 2 is not the issuer of certificate 1; some clients refuse that"
                                .formatted(certificate));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "2026-04-30T23:59:59Z, is not yet valid: the certificate begins at 2026-05-01T00:00:00Z",
        "2026-05-01T00:00:00Z,",
        "2026-07-01T00:00:00Z,",
        "2026-07-01T00:00:01Z, is no longer valid: the certificate ended at 2026-07-01T00:00:00Z"
    })
    void warnsOfACertificateOutOfItsTime(Instant now, @Nullable String warning) throws Exception {
        write(certificate, pem(selfSigned(ec)));
        write(key, pkcs8(ec.getPrivate()));

        Credential credential = Credential.load(config("eu", Optional.empty()), now);

        assertThat(credential.warnings())
                .isEqualTo(
                        warning == null
                                ? List.of()
                                : List.of("tls.eu.certificate: \"%s\" %s".formatted(certificate, warning)));
    }

    @Test
    void warnsOfAnIssuerOutOfItsTime() throws Exception {
        X509Certificate authority = issued("CN=ca", rsa, "CN=ca", rsa, FROM, NOW.minusSeconds(1));
        X509Certificate leaf = issued("CN=localhost", ec, "CN=ca", rsa, FROM, UNTIL);
        write(certificate, pem(leaf), pem(authority));
        write(key, pkcs8(ec.getPrivate()));

        Credential credential = Credential.load(config("default", Optional.empty()), NOW);

        assertThat(credential.warnings())
                .containsExactly(
                        "tls.certificate: \"%s\" is no longer valid: certificate 2 of 2 ended at 2026-06-01T11:59:59Z"
                                .formatted(certificate));
    }

    @Test
    void keepsMessagesOnOneLine() {
        assertThat(PemFile.quoted(Path.of("a\nb\"c"))).isEqualTo("\"a\\u000ab\\u0022c\"");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "hmacWithSHA1, 1.2.840.113549.2.7, pässwörd",
        "hmacWithSHA256, 1.2.840.113549.2.9, pässwörd",
        "beyond Latin-1, 1.2.840.113549.2.7, пароль"
    })
    void takesAPasswordAsItsUtf8Bytes(String meaning, String prf, String text) throws Exception {
        byte[] salt = {1, 2, 3, 4, 5, 6, 7, 8};
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(certificate, pem(selfSigned(ec)));
        write(key, pem("ENCRYPTED PRIVATE KEY", pbes2(ec.getPrivate(), new ASN1ObjectIdentifier(prf), bytes, salt)));
        write(password, text, "\n");

        Credential credential = Credential.load(config("default", Optional.of(password)), NOW);

        assertThat(credential.key()).isEqualTo(ec.getPrivate());
    }

    /** Encrypts by RFC 8018 6.2 from password bytes, as OpenSSL does, without BouncyCastle's notion of characters. */
    private static byte[] pbes2(PrivateKey key, ASN1ObjectIdentifier prf, byte[] password, byte[] salt)
            throws Exception {
        PKCS5S2ParametersGenerator derivation = new PKCS5S2ParametersGenerator(
                prf.equals(PKCSObjectIdentifiers.id_hmacWithSHA1) ? new SHA1Digest() : new SHA256Digest());
        derivation.init(password, salt, 1000);
        byte[] secret = ((KeyParameter) derivation.generateDerivedParameters(256)).getKey();
        byte[] iv = new byte[16];
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(secret, "AES"), new IvParameterSpec(iv));
        PBES2Parameters parameters = new PBES2Parameters(
                new KeyDerivationFunc(
                        PKCSObjectIdentifiers.id_PBKDF2,
                        new PBKDF2Params(salt, 1000, 32, new AlgorithmIdentifier(prf, DERNull.INSTANCE))),
                new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(iv)));
        return new EncryptedPrivateKeyInfo(
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, parameters),
                        cipher.doFinal(key.getEncoded()))
                .getEncoded();
    }

    private void assertProblem(String bundle, Optional<Path> passwordFile, String format, Object... arguments) {
        assertThatThrownBy(() -> Credential.load(config(bundle, passwordFile), NOW))
                .isExactlyInstanceOf(TlsException.class)
                .hasMessage(format, arguments);
    }

    private TlsConfig config(String bundle, Optional<Path> passwordFile) {
        return new TlsConfig(bundle, certificate, key, passwordFile, MinVersion.TLS_1_2);
    }

    private static String encryptedPkcs8(KeyPair keys, ASN1ObjectIdentifier cipher) throws Exception {
        JceOpenSSLPKCS8EncryptorBuilder encryptor = new JceOpenSSLPKCS8EncryptorBuilder(cipher)
                .setProvider(new BouncyCastleProvider())
                .setPassword(PASSWORD.toCharArray());
        encryptor.setPRF(new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256));
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(new JcaPKCS8Generator(keys.getPrivate(), encryptor.build()));
        }
        return text.toString();
    }

    /** In OpenSSL's old encryption, around PKCS#1 or SEC1. */
    private static String legacy(KeyPair keys, String cipher) throws IOException {
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded());
        if (keys.getPrivate() instanceof ECPrivateKey key) {
            info = new PrivateKeyInfo(
                    info.getPrivateKeyAlgorithm(),
                    new org.bouncycastle.asn1.sec.ECPrivateKey(256, key.getS(), SECObjectIdentifiers.secp256r1));
        }
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new MiscPEMGenerator(
                    info,
                    new JcePEMEncryptorBuilder(cipher)
                            .setProvider(new BouncyCastleProvider())
                            .build(PASSWORD.toCharArray())));
        }
        return text.toString();
    }

    /** What makes a key this key, whatever its encoding carries besides. */
    private static Object secret(PrivateKey key) {
        return key instanceof ECPrivateKey curve ? curve.getS() : key;
    }
}
