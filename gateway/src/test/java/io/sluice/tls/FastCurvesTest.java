package io.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.XECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The provider in front of the JDK's, together with them. */
final class FastCurvesTest {
    private static final byte[] MESSAGE = "hello".getBytes(StandardCharsets.UTF_8);

    @BeforeAll
    static void install() {
        FastCurves.install();
        FastCurves.install();
    }

    @Test
    void agreesWithTheJdk() throws Exception {
        KeyPair ours = KeyPairGenerator.getInstance("XDH").generateKeyPair();
        KeyPair theirs = KeyPairGenerator.getInstance("X25519", "SunEC").generateKeyPair();

        byte[] here = agree(ours, theirs.getPublic());
        byte[] there = agree(theirs, decoded(ours.getPublic()));

        assertThat(ours.getPrivate()).isInstanceOf(X25519Key.Private.class);
        assertThat(here).hasSize(32).isEqualTo(there);
    }

    @Test
    void itsKeysAreReadByTheJdk() throws Exception {
        KeyPair ours = KeyPairGenerator.getInstance("X25519").generateKeyPair();
        KeyFactory factory = KeyFactory.getInstance("X25519", "SunEC");

        PublicKey publicKey =
                factory.generatePublic(new X509EncodedKeySpec(ours.getPublic().getEncoded()));
        PrivateKey privateKey = factory.generatePrivate(
                new PKCS8EncodedKeySpec(ours.getPrivate().getEncoded()));

        assertThat(agree(new KeyPair(publicKey, privateKey), ours.getPublic())).isEqualTo(agree(ours, publicKey));
    }

    /** The provider's key as JSSE makes it of the wire form. */
    private static PublicKey decoded(PublicKey key) throws Exception {
        BigInteger coordinate = ((XECPublicKey) key).getU();
        return KeyFactory.getInstance("XDH")
                .generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, coordinate));
    }

    @Test
    @DisplayName("RFC 7748 5.2")
    void givesTheSecretOfTheStandard() throws Exception {
        X25519Key.Private own =
                new X25519Key.Private(hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"));
        PublicKey peer = key("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");

        byte[] secret = agree(new KeyPair(peer, own), peer);

        assertThat(secret).isEqualTo(hex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
            })
    @DisplayName("RFC 8446 7.4.2: a secret of zeros ends the handshake")
    void refusesPointsOfSmallOrder(String point) throws Exception {
        KeyAgreement agreement = KeyAgreement.getInstance("XDH");
        agreement.init(KeyPairGenerator.getInstance("XDH").generateKeyPair().getPrivate());

        assertThatThrownBy(() -> agreement.doPhase(key(point), true)).isInstanceOf(InvalidKeyException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0900000000000000000000000000000000000000000000000000000000000000",
                "00000000000000000000000000000000000000000000000000000000000000ff",
                "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80",
                "ff00000000000000000000000000000000000000000000000000000000000000"
            })
    void coordinatesKeepTheirWireForm(String wire) {
        assertThat(X25519Key.wire(X25519Key.coordinate(hex(wire)), 32)).isEqualTo(hex(wire));
    }

    @ParameterizedTest
    @CsvSource({
        "secp256r1, SHA256withECDSA, true",
        "secp384r1, SHA384withECDSA, false",
        "secp384r1, SHA256withECDSA, false"
    })
    void signsOnItsOwnCurveAndLeavesOthers(String curve, String algorithm, boolean ours) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        KeyPair pair = generator.generateKeyPair();

        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(pair.getPrivate());
        signer.update(MESSAGE, 0, 4);
        signer.update(MESSAGE[4]);
        byte[] signature = signer.sign();

        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(pair.getPublic());
        verifier.update(MESSAGE);
        assertThat(verifier.verify(signature)).isTrue();
        assertThat(signer.getProvider().getName().equals(FastCurves.NAME)).isEqualTo(ours);
        assertThat(verifier.getProvider().getName().equals(FastCurves.NAME)).isEqualTo(ours);
    }

    @Test
    void understandsTheJdkAndIsUnderstood() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();

        for (String signing : List.of(FastCurves.NAME, "SunEC")) {
            String verifying = signing.equals("SunEC") ? FastCurves.NAME : "SunEC";
            byte[] signature = sign(Signature.getInstance("SHA256withECDSA", signing), pair);
            assertThat(verifies(Signature.getInstance("SHA256withECDSA", verifying), pair, signature))
                    .isTrue();
            signature[signature.length - 1] ^= 1;
            assertThat(verifies(Signature.getInstance("SHA256withECDSA", verifying), pair, signature))
                    .isFalse();
        }
    }

    @Test
    void oneObjectSignsAndVerifies() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        Signature signature = Signature.getInstance("SHA256withECDSA");

        byte[] signed = sign(signature, pair);

        assertThat(verifies(signature, pair, signed)).isTrue();
        for (String garbage : List.of("010203", "", "30040500 0500".replace(" ", ""))) {
            assertThatThrownBy(() -> verifies(signature, pair, hex(garbage))).isInstanceOf(SignatureException.class);
        }
    }

    private static byte[] sign(Signature signature, KeyPair pair) throws Exception {
        signature.initSign(pair.getPrivate());
        signature.update(MESSAGE);
        return signature.sign();
    }

    private static boolean verifies(Signature signature, KeyPair pair, byte[] signed) throws Exception {
        signature.initVerify(pair.getPublic());
        signature.update(MESSAGE);
        return signature.verify(signed);
    }

    @Test
    void leavesX448() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("XDH");
        generator.initialize(NamedParameterSpec.X448);
        KeyPair own = generator.generateKeyPair();
        KeyPair peer = generator.generateKeyPair();

        assertThat(agree(own, peer.getPublic())).hasSize(56).isEqualTo(agree(peer, own.getPublic()));
    }

    private static PublicKey key(String wire) {
        return new X25519Key.Public(X25519Key.coordinate(hex(wire)));
    }

    private static byte[] agree(KeyPair own, PublicKey peer) throws Exception {
        KeyAgreement agreement = KeyAgreement.getInstance("XDH");
        agreement.init(own.getPrivate());
        agreement.doPhase(peer, true);
        return agreement.generateSecret("TlsPremasterSecret").getEncoded();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
