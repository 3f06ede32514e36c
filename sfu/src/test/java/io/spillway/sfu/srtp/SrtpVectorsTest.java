package io.spillway.sfu.srtp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.Hex;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whole packets under known master keys: the reference packets of libsrtp's srtp_validate and srtp_validate_gcm (test/srtp_driver.c). */
class SrtpVectorsTest {

    private record Vector(
            String name,
            SrtpProfile profile,
            String key,
            String salt,
            String rtp,
            String srtp,
            String rtcp,
            String srtcp) {}

    private static final String RTP = "800f1234 decafbad cafebabe" + "ab".repeat(16);
    private static final String RTCP = "81c8000b cafebabe" + "ab".repeat(16);

    private static final Vector[] VECTORS = {
        new Vector(
                "AES128_CM_SHA1_80",
                SrtpProfile.AES128_CM_SHA1_80,
                "e1f97a0d3e018be0d64fa32c06de4139",
                "0ec675ad498afeebb6960b3aabe6",
                RTP,
                "800f1234 decafbad cafebabe 4e55dc4c e79978d8 8ca4d215 949d2402 b78d6acc 99ea179b 8dbb",
                RTCP,
                "81c8000b cafebabe 7128035b e487b9bd bef89041 f977a5a8 80000001 993e08cd 54d6c123 0798"),
        new Vector(
                "AEAD_AES_128_GCM",
                SrtpProfile.AEAD_AES_128_GCM,
                "000102030405060708090a0b0c0d0e0f",
                "a0a1a2a3a4a5a6a7a8a9aaab",
                RTP,
                "800f1234 decafbad cafebabe c5002ede 04cfdd2e b91159e0 880aa06e d2976826 f796b201 df3131a1 27e8a392",
                RTCP,
                "81c8000b cafebabe c98b8b5d f0392a55 852b6c21 ac8e7025 c52c6fbe a2b3b446 ea31123b a88ce61e 80000001"),
    };

    @TestFactory
    Stream<DynamicTest> shouldMakeAndReadTheReferencePackets() {
        return Stream.of(VECTORS)
                .flatMap(vector -> Providers.all().stream()
                        .map(provider -> DynamicTest.dynamicTest(vector.name + " by " + provider.name(), () -> {
                            SrtpKeys keys = new SrtpKeys(vector.profile, Hex.bytes(vector.key), Hex.bytes(vector.salt));
                            try (SrtpSender sender = new SrtpSender(provider, keys);
                                    SrtpReceiver receiver = new SrtpReceiver(provider, keys)) {
                                checkRtp(vector, sender, receiver);
                                checkRtcp(vector, sender, receiver);
                            }
                        })));
    }

    private static void checkRtp(Vector vector, SrtpSender sender, SrtpReceiver receiver) {
        ByteBuffer plain = Hex.buffer(vector.rtp);
        ByteBuffer out = ByteBuffer.allocate(200);
        int length = sender.protectRtp(plain, 12, 12, plain, 12, plain.limit() - 12, out, 5);
        assertEquals(Hex.text(Hex.bytes(vector.srtp)), Hex.text(out, 5, length));
        ByteBuffer opened = ByteBuffer.allocate(200);
        int n = receiver.unprotectRtp(out, 5, length, opened);
        assertEquals(Hex.text(Hex.bytes(vector.rtp)), Hex.text(opened, 0, n));
    }

    private static void checkRtcp(Vector vector, SrtpSender sender, SrtpReceiver receiver) {
        ByteBuffer plain = Hex.buffer(vector.rtcp);
        ByteBuffer out = ByteBuffer.allocate(200);
        // The reference packet is the sender's second: its index is 1.
        sender.protectRtcp(plain, 0, plain.limit(), out, 0);
        int length = sender.protectRtcp(plain, 0, plain.limit(), out, 3);
        assertEquals(Hex.text(Hex.bytes(vector.srtcp)), Hex.text(out, 3, length));
        ByteBuffer opened = ByteBuffer.allocate(200);
        int n = receiver.unprotectRtcp(out, 3, length, opened);
        assertEquals(Hex.text(Hex.bytes(vector.rtcp)), Hex.text(opened, 0, n));
    }
}
