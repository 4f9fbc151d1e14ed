package io.sluice.tls;

import java.math.BigInteger;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * The two halves of an X25519 key.
 *
 * <p>Immutable.
 */
final class X25519Key {
    private static final String ALGORITHM = "XDH";

    /** What goes before 32 bytes in a SubjectPublicKeyInfo and in a PKCS #8 PrivateKeyInfo (RFC 8410 4, 7). */
    private static final byte[] PUBLIC_PREFIX = HexFormat.of().parseHex("302a300506032b656e032100");

    private static final byte[] PRIVATE_PREFIX = HexFormat.of().parseHex("302e020100300506032b656e04220420");

    private X25519Key() {}

    /** The u-coordinate of a wire form, which is little-endian (RFC 7748 5). */
    static BigInteger coordinate(byte[] wire) {
        return new BigInteger(1, reversed(wire));
    }

    /** The wire form of a u-coordinate below 2^256, in {@code length} bytes. */
    static byte[] wire(BigInteger coordinate, int length) {
        byte[] bigEndian = coordinate.toByteArray(); // a sign byte more, or less where it begins with zeros
        byte[] wire = new byte[length];
        for (int i = 0; i < Math.min(length, bigEndian.length); i++) {
            wire[i] = bigEndian[bigEndian.length - 1 - i];
        }
        return wire;
    }

    private static byte[] encoded(byte[] prefix, byte[] key) {
        byte[] encoded = Arrays.copyOf(prefix, prefix.length + key.length);
        System.arraycopy(key, 0, encoded, prefix.length, key.length);
        return encoded;
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    /** The public half. */
    record Public(BigInteger coordinate) implements XECPublicKey {
        @Override
        public BigInteger getU() {
            return coordinate;
        }

        @Override
        public NamedParameterSpec getParams() {
            return NamedParameterSpec.X25519;
        }

        @Override
        public String getAlgorithm() {
            return ALGORITHM;
        }

        @Override
        public String getFormat() {
            return "X.509";
        }

        @Override
        public byte[] getEncoded() {
            return encoded(PUBLIC_PREFIX, wire(coordinate, X25519.POINT_SIZE));
        }
    }

    /** The private half; nothing prints it. */
    static final class Private implements XECPrivateKey {
        private static final long serialVersionUID = 1;

        private final byte[] scalar;

        /** @param scalar 32 bytes, kept */
        Private(byte[] scalar) {
            this.scalar = scalar;
        }

        byte[] scalar() {
            return scalar;
        }

        @Override
        public Optional<byte[]> getScalar() {
            return Optional.of(scalar.clone());
        }

        @Override
        public NamedParameterSpec getParams() {
            return NamedParameterSpec.X25519;
        }

        @Override
        public String getAlgorithm() {
            return ALGORITHM;
        }

        @Override
        public String getFormat() {
            return "PKCS#8";
        }

        @Override
        public byte[] getEncoded() {
            return encoded(PRIVATE_PREFIX, scalar);
        }
    }
}
