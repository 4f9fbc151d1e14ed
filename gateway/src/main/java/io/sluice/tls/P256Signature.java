package io.sluice.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.math.ec.ECPoint;
import org.jspecify.annotations.Nullable;

/**
 * Signs and verifies with SHA-256 and ECDSA on P-256, in DER (RFC 8446 4.2.3, {@code ecdsa_secp256r1_sha256}). Keys of other curves and those that
 * do not show their number are refused, so that another provider takes them.
 *
 * <p>Confined to one thread.
 */
final class P256Signature extends SignatureSpi {
    private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256r1");
    private static final ECDomainParameters DOMAIN = new ECDomainParameters(CURVE);

    private final MessageDigest digest;
    private final SecureRandom random;
    private final ECDSASigner signer = new ECDSASigner();

    /** @param random used where none is given */
    P256Signature(SecureRandom random) {
        this.random = random;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
        engineInitSign(key, random);
    }

    @Override
    protected void engineInitSign(PrivateKey key, @Nullable SecureRandom given) throws InvalidKeyException {
        if (!(key instanceof ECPrivateKey mine) || !isP256(mine.getParams())) {
            throw new InvalidKeyException("not a private key of P-256");
        }
        ECPrivateKeyParameters parameters = new ECPrivateKeyParameters(mine.getS(), DOMAIN);
        signer.init(true, new ParametersWithRandom(parameters, given == null ? random : given));
        digest.reset();
    }

    private static boolean isP256(ECParameterSpec curve) {
        return curve.getOrder().equals(DOMAIN.getN())
                && curve.getCurve().getField() instanceof ECFieldFp field
                && field.getP().equals(DOMAIN.getCurve().getField().getCharacteristic());
    }

    @Override
    protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
        if (!(key instanceof ECPublicKey theirs) || !isP256(theirs.getParams())) {
            throw new InvalidKeyException("not a public key of P-256");
        }
        try {
            ECPoint point = DOMAIN.getCurve()
                    .createPoint(theirs.getW().getAffineX(), theirs.getW().getAffineY());
            signer.init(false, new ECPublicKeyParameters(point, DOMAIN));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeyException("not a point of P-256", e);
        }
        digest.reset();
    }

    @Override
    protected void engineUpdate(byte next) {
        digest.update(next);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int length) {
        digest.update(bytes, offset, length);
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
        BigInteger[] signature = signer.generateSignature(digest.digest());
        try {
            return StandardDSAEncoding.INSTANCE.encode(DOMAIN.getN(), signature[0], signature[1]);
        } catch (IOException e) {
            throw new SignatureException("no DER of two numbers", e);
        }
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
        byte[] hash = digest.digest();
        try {
            BigInteger[] numbers = StandardDSAEncoding.INSTANCE.decode(DOMAIN.getN(), signature);
            return signer.verifySignature(hash, numbers[0], numbers[1]);
        } catch (IOException | RuntimeException e) { // of bytes that a peer has sent; the decoder casts
            throw new SignatureException("not two numbers in DER", e);
        }
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
        throw new UnsupportedOperationException("there are no parameters");
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
        throw new UnsupportedOperationException("there are no parameters");
    }
}
