package io.spillway.sfu.srtp.openssl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.sfu.srtp.SrtpKeys;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.testkit.Hex;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionKeysTest {

    /** RFC 3711 B.3. */
    @Test
    void shouldDeriveThePublishedKeys() {
        SessionKeys keys = SessionKeys.forRtp(new SrtpKeys(
                SrtpProfile.AES128_CM_SHA1_80,
                Hex.bytes("E1F97A0D3E018BE0D64FA32C06DE4139"),
                Hex.bytes("0EC675AD498AFEEBB6960B3AABE6")));
        assertEquals("c61e7a93744f39ee10734afe3ff7a087", Hex.text(keys.encryption()));
        assertEquals("30cbbc08863d8c85d49db34a9ae1", Hex.text(keys.salt()));
        assertEquals("cebe321f6ff7716b6fd4ab49af256a156d38baa4", Hex.text(keys.authentication()));
    }

    /** RFC 7714 §16.1.1: one packet under given session keys. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldEncryptThePublishedPacket(boolean viaProvider) {
        assumeTrue(!viaProvider || GcmProvider.isPresent(), "OpenSSL 1.1 has no providers");
        assertTrue(LibCrypto.isPresent(), "libcrypto is missing: install libssl3, or what your system calls OpenSSL 3");
        SessionKeys keys = new SessionKeys(
                Hex.bytes("000102030405060708090a0b0c0d0e0f"), Hex.bytes("517569642070726f2071756f"), new byte[20]);
        ByteBuffer plain = Hex.buffer("""
                8040f17b 8041f8d3 5501a0b2
                47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573
                """);
        String expected = """
                8040f17b 8041f8d3 5501a0b2
                f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833
                899d7f27 beb16a91 52cf765e e4390cce
                """;
        NativeMemory memory = new NativeMemory();
        GcmSealer sealer = new GcmSealer(memory, keys, keys, viaProvider);
        ByteBuffer out = ByteBuffer.allocate(100);
        int length = sealer.sealRtp(0x5501a0b2, 0xf17b, plain, 12, 12, plain, 12, plain.limit() - 12, out, 0);
        assertEquals(Hex.text(Hex.bytes(expected)), Hex.text(out, 0, length));
        GcmOpener opener = new GcmOpener(memory, keys, keys, viaProvider);
        ByteBuffer opened = ByteBuffer.allocate(100);
        assertEquals(plain.limit(), opener.openRtp(0x5501a0b2, 0xf17b, out, 0, 12, length, opened));
        assertEquals(Hex.text(plain, 0, plain.limit()), Hex.text(opened, 0, plain.limit()));
        sealer.close();
        opener.close();
        assertTrue(memory.iv != 0);
    }

    /** RFC 7714 §17.1: one SRTCP packet under given session keys, encrypted and tagged. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldEncryptThePublishedRtcpPacket(boolean viaProvider) {
        assumeTrue(!viaProvider || GcmProvider.isPresent(), "OpenSSL 1.1 has no providers");
        assertTrue(LibCrypto.isPresent(), "libcrypto is missing: install libssl3, or what your system calls OpenSSL 3");
        SessionKeys keys = new SessionKeys(
                Hex.bytes("000102030405060708090a0b0c0d0e0f"), Hex.bytes("517569642070726f2071756f"), new byte[20]);
        ByteBuffer plain = Hex.buffer("""
                81c8000d 4d617273
                4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef deadbeef
                """);
        String expected = """
                81c8000d 4d617273
                63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b
                c84aa458 96cf4d2f c5abf872 45d9eade
                800005d4
                """;
        NativeMemory memory = new NativeMemory();
        GcmSealer sealer = new GcmSealer(memory, keys, keys, viaProvider);
        ByteBuffer out = ByteBuffer.allocate(100);
        int length = sealer.sealRtcp(0x4d617273, 0x5d4, plain, 0, plain.limit(), out, 0);
        assertEquals(Hex.text(Hex.bytes(expected)), Hex.text(out, 0, length));
        GcmOpener opener = new GcmOpener(memory, keys, keys, viaProvider);
        ByteBuffer opened = ByteBuffer.allocate(100);
        assertEquals(plain.limit(), opener.openRtcp(0x4d617273, 0x800005d4, out, 0, length, opened));
        assertEquals(Hex.text(plain, 0, plain.limit()), Hex.text(opened, 0, plain.limit()));
        sealer.close();
        opener.close();
        assertTrue(memory.iv != 0);
    }
}
