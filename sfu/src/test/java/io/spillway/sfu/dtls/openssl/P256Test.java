package io.spillway.sfu.dtls.openssl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** libcrypto's P-256 beside the JDK's, and against what a stranger may send. */
class P256Test {

    /** A secret with a leading zero, which must not be cut off, is one in 256. */
    private static final int AGREEMENTS = 1_500;

    private static final int SIGNATURES = 200;

    private static final BigInteger PRIME =
            new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);

    private P256 curve;

    P256Test() {
        Optional<P256> here = P256.load();
        assumeTrue(here.isPresent(), "libcrypto is not on this machine");
        curve = here.get();
    }

    @BeforeEach
    void shouldBeginWithNothing() {
        assertEquals(0, curve.alive());
    }

    @AfterEach
    void shouldFreeAll() {
        assertEquals(0, curve.alive(), "in native memory");
    }

    @Test
    void shouldAgreeWithTheJdk() throws GeneralSecurityException {
        boolean leadingZero = false;
        KeyPair theirs = keyPair();
        KeyAgreement jdk = KeyAgreement.getInstance("ECDH");
        jdk.init(theirs.getPrivate());
        for (int i = 0; i < AGREEMENTS; i++) {
            try (EphemeralKey ours = curve.newKey()) {
                jdk.doPhase(publicKey(ours.point(), theirs), true);
                byte[] secret = ours.agree(encoded(theirs.getPublic())).orElseThrow();
                assertArrayEquals(jdk.generateSecret(), secret);
                leadingZero |= secret[0] == 0;
            }
        }
        assertTrue(leadingZero, "none of " + AGREEMENTS + " secrets began with a zero");
    }

    @Test
    void shouldSignForTheJdkAndVerifyWhatItSigned() throws GeneralSecurityException {
        Random random = new Random(1);
        KeyPair pair = keyPair();
        byte[] scalar = fixed(((ECPrivateKey) pair.getPrivate()).getS());
        byte[] point = encoded(pair.getPublic());
        Signature jdk = Signature.getInstance("NONEwithECDSA");
        for (int i = 0; i < SIGNATURES; i++) {
            // SHA-256, SHA-384 and SHA-512: of a longer hash the leftmost bits count.
            byte[] hash = new byte[32 + 16 * (i % 3)];
            random.nextBytes(hash);
            jdk.initVerify(pair.getPublic());
            jdk.update(hash);
            assertTrue(jdk.verify(curve.sign(scalar, hash)));
            jdk.initSign(pair.getPrivate());
            jdk.update(hash);
            byte[] signature = jdk.sign();
            assertTrue(curve.verifies(point, hash, signature));
            hash[random.nextInt(32)] ^= 1;
            assertFalse(curve.verifies(point, hash, signature), "another hash");
        }
    }

    @Test
    void shouldRefuseWhateverIsNoSignature() throws GeneralSecurityException {
        KeyPair pair = keyPair();
        byte[] scalar = fixed(((ECPrivateKey) pair.getPrivate()).getS());
        byte[] point = encoded(pair.getPublic());
        byte[] hash = new byte[32];
        byte[] good = curve.sign(scalar, hash);
        assertTrue(curve.verifies(point, hash, good));
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            assertFalse(curve.verifies(point, hash, bad), "byte " + i);
            assertFalse(curve.verifies(point, hash, Arrays.copyOf(good, i)), "cut to " + i);
        }
        assertFalse(curve.verifies(point, hash, Arrays.copyOf(good, good.length + 1)), "longer");
        assertFalse(curve.verifies(encoded(keyPair().getPublic()), hash, good), "another's");
    }

    @TestFactory
    Stream<DynamicTest> shouldRefuseWhateverIsNoPoint() throws GeneralSecurityException {
        byte[] good = encoded(keyPair().getPublic());
        byte[] compressed = Arrays.copyOf(good, 33);
        compressed[0] = (byte) (2 + (good[64] & 1));
        byte[] hybrid = good.clone();
        hybrid[0] = (byte) (6 + (good[64] & 1));
        byte[] otherCurve = good.clone();
        otherCurve[64] ^= 1;
        byte[] zero = new byte[P256.POINT_BYTES];
        zero[0] = 4;
        byte[] beyondPrime = good.clone();
        Arrays.fill(beyondPrime, 1, 33, (byte) 0xFF);
        Map<String, byte[]> rows = new TreeMap<>(Map.of(
                "nothing",
                new byte[0],
                "infinity",
                new byte[1],
                "infinity, as long as a point",
                new byte[P256.POINT_BYTES],
                "compressed",
                compressed,
                "hybrid",
                hybrid,
                "on another curve",
                otherCurve,
                "zero",
                zero,
                "beyond the prime",
                beyondPrime,
                "short",
                Arrays.copyOf(good, 64),
                "long",
                Arrays.copyOf(good, 66)));
        return rows.entrySet().stream()
                .map(row -> DynamicTest.dynamicTest(row.getKey(), () -> {
                    try (EphemeralKey key = curve.newKey()) {
                        assertTrue(key.agree(row.getValue()).isEmpty());
                        assertTrue(key.agree(good).isPresent(), "goes on after it");
                    }
                    assertFalse(curve.verifies(row.getValue(), new byte[32], new byte[70]));
                }));
    }

    /** x of which x + p is still 256 bits long: another name of the same coordinate. */
    @Test
    void shouldRefuseACoordinateThatIsNotReduced() throws GeneralSecurityException {
        KeyFactory keys = KeyFactory.getInstance("EC");
        ECPublicKey any = (ECPublicKey) keyPair().getPublic();
        BigInteger x = BigInteger.ZERO;
        BigInteger y = root(any, x);
        byte[] reduced = point(x, y);
        keys.generatePublic(new ECPublicKeySpec(new ECPoint(x, y), any.getParams()));
        try (EphemeralKey key = curve.newKey()) {
            assertTrue(key.agree(reduced).isPresent());
            assertTrue(key.agree(point(x.add(PRIME), y)).isEmpty());
        }
    }

    @Test
    void shouldNotUseAClosedKey() {
        EphemeralKey key = curve.newKey();
        byte[] point = key.point();
        key.close();
        key.close();
        assertThrows(IllegalStateException.class, key::point);
        assertThrows(IllegalStateException.class, () -> key.agree(point));
    }

    @Test
    void shouldSignWithAWholeScalarOnly() {
        for (int length : new int[] {0, 31, 33}) {
            assertThrows(IllegalArgumentException.class, () -> curve.sign(new byte[length], new byte[32]));
        }
    }

    private static KeyPair keyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static PublicKey publicKey(byte[] point, KeyPair like) throws GeneralSecurityException {
        BigInteger x = new BigInteger(1, Arrays.copyOfRange(point, 1, 33));
        BigInteger y = new BigInteger(1, Arrays.copyOfRange(point, 33, 65));
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(new ECPoint(x, y), ((ECPublicKey) like.getPublic()).getParams()));
    }

    private static byte[] encoded(PublicKey key) {
        ECPoint w = ((ECPublicKey) key).getW();
        return point(w.getAffineX(), w.getAffineY());
    }

    private static byte[] point(BigInteger x, BigInteger y) {
        return ByteBuffer.allocate(P256.POINT_BYTES)
                .put((byte) 4)
                .put(fixed(x))
                .put(fixed(y))
                .array();
    }

    /** y of x: the prime is 3 modulo 4. */
    private static BigInteger root(ECPublicKey like, BigInteger x) {
        BigInteger a = like.getParams().getCurve().getA();
        BigInteger b = like.getParams().getCurve().getB();
        BigInteger square = x.pow(3).add(a.multiply(x)).add(b).mod(PRIME);
        return square.modPow(PRIME.add(BigInteger.ONE).shiftRight(2), PRIME);
    }

    private static byte[] fixed(BigInteger number) {
        byte[] all = number.toByteArray();
        byte[] out = new byte[P256.SCALAR_BYTES];
        int n = Math.min(all.length, out.length);
        System.arraycopy(all, all.length - n, out, out.length - n, n);
        return out;
    }
}
