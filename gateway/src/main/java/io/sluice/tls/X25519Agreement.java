package io.sluice.tls;

import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.SecureRandom;
import java.security.interfaces.XECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.NamedParameterSpec;
import javax.crypto.KeyAgreementSpi;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.jspecify.annotations.Nullable;

/**
 * The X25519 function (RFC 7748 5, 6.1) for keys of {@link X25519KeyPairs}; those of others are refused, so that their own
 * provider takes them.
 *
 * <p>Confined to one thread.
 */
final class X25519Agreement extends KeyAgreementSpi {
    private X25519Key.@Nullable Private own;
    private byte @Nullable [] secret;

    @Override
    protected void engineInit(Key key, @Nullable SecureRandom random) throws InvalidKeyException {
        if (!(key instanceof X25519Key.Private mine)) {
            throw new InvalidKeyException("a key of another provider");
        }
        own = mine;
        secret = null;
    }

    @Override
    protected void engineInit(Key key, @Nullable AlgorithmParameterSpec parameters, @Nullable SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        if (parameters != null) {
            throw new InvalidAlgorithmParameterException("X25519 takes no parameters");
        }
        engineInit(key, random);
    }

    /** @throws InvalidKeyException also where the peer's point makes a secret of zeros (RFC 8446 7.4.2) */
    @Override
    protected @Nullable Key engineDoPhase(Key key, boolean last) throws InvalidKeyException {
        X25519Key.Private mine = own;
        if (mine == null) {
            throw new IllegalStateException("init comes first");
        }
        if (!last) {
            throw new IllegalStateException("X25519 has two parties");
        }
        if (!(key instanceof XECPublicKey peer)
                || !(peer.getParams() instanceof NamedParameterSpec curve)
                || !curve.getName().equalsIgnoreCase(NamedParameterSpec.X25519.getName())) {
            throw new InvalidKeyException("not a public key of X25519");
        }
        byte[] point = X25519Key.wire(peer.getU(), X25519.POINT_SIZE);
        byte[] shared = new byte[X25519.POINT_SIZE];
        if (!X25519.calculateAgreement(mine.scalar(), 0, point, 0, shared, 0)) {
            throw new InvalidKeyException("the peer's point has a small order");
        }
        secret = shared;
        return null;
    }

    @Override
    protected byte[] engineGenerateSecret() {
        byte[] shared = secret;
        if (shared == null) {
            throw new IllegalStateException("doPhase comes first");
        }
        secret = null;
        return shared;
    }

    @Override
    protected int engineGenerateSecret(byte[] into, int offset) throws ShortBufferException {
        if (into.length - offset < X25519.POINT_SIZE) {
            throw new ShortBufferException("a secret has 32 bytes");
        }
        System.arraycopy(engineGenerateSecret(), 0, into, offset, X25519.POINT_SIZE);
        return X25519.POINT_SIZE;
    }

    @Override
    protected SecretKey engineGenerateSecret(String algorithm) {
        return new SecretKeySpec(engineGenerateSecret(), algorithm);
    }
}
