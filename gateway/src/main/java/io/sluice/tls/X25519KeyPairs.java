package io.sluice.tls;

import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidParameterException;
import java.security.KeyPair;
import java.security.KeyPairGeneratorSpi;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.NamedParameterSpec;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.jspecify.annotations.Nullable;

/**
 * Makes X25519 keys.
 *
 * <p>Confined to one thread.
 */
final class X25519KeyPairs extends KeyPairGeneratorSpi {
    private static final int BITS = 255;

    private SecureRandom random;

    /** @param random used where none is given */
    X25519KeyPairs(SecureRandom random) {
        this.random = random;
    }

    @Override
    public void initialize(int keySize, @Nullable SecureRandom random) {
        if (keySize != BITS) {
            throw new InvalidParameterException("X25519 has keys of 255 bits");
        }
        use(random);
    }

    /** @throws InvalidAlgorithmParameterException for X448, which another provider has */
    @Override
    public void initialize(AlgorithmParameterSpec parameters, @Nullable SecureRandom random)
            throws InvalidAlgorithmParameterException {
        if (!(parameters instanceof NamedParameterSpec named)
                || !named.getName().equalsIgnoreCase(NamedParameterSpec.X25519.getName())) {
            throw new InvalidAlgorithmParameterException("only X25519 is here");
        }
        use(random);
    }

    private void use(@Nullable SecureRandom given) {
        if (given != null) {
            random = given;
        }
    }

    @Override
    public KeyPair generateKeyPair() {
        byte[] scalar = new byte[X25519.SCALAR_SIZE];
        byte[] point = new byte[X25519.POINT_SIZE];
        X25519.generatePrivateKey(random, scalar);
        X25519.generatePublicKey(scalar, 0, point, 0);
        return new KeyPair(new X25519Key.Public(X25519Key.coordinate(point)), new X25519Key.Private(scalar));
    }
}
