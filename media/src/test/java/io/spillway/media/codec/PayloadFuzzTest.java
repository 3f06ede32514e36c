package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

class PayloadFuzzTest {

    @FuzzTest
    void shouldReadAnyH264(byte[] bytes) {
        PayloadBytes.read(Codec.H264, bytes, bytes.length);
    }

    @FuzzTest
    void shouldReadAnyH265(byte[] bytes) {
        PayloadBytes.read(Codec.H265, bytes, bytes.length);
    }

    @FuzzTest
    void shouldReadAnyVp8(byte[] bytes) {
        PayloadBytes.read(Codec.VP8, bytes, bytes.length);
    }

    @FuzzTest
    void shouldReadAnyVp9(byte[] bytes) {
        PayloadBytes.read(Codec.VP9, bytes, bytes.length);
    }

    @FuzzTest
    void shouldReadAnyAv1(byte[] bytes) {
        PayloadBytes.read(Codec.AV1, bytes, bytes.length);
    }

    @FuzzTest
    void shouldReadAnyOpus(byte[] bytes) {
        PayloadBytes.read(Codec.OPUS, bytes, bytes.length);
    }

    @FuzzTest
    void shouldReadAnyDependencyDescriptor(byte[] bytes) {
        DependencyDescriptor descriptor = new DependencyDescriptor();
        ByteBuffer buffer = ByteBuffer.allocateDirect(3 + bytes.length).put(3, bytes);
        if (descriptor.wrap(buffer, 3, bytes.length)) {
            assertTrue(descriptor.frameNumber() >= 0 && descriptor.frameNumber() <= 0xFFFF);
            assertTrue(descriptor.templateId() >= 0 && descriptor.templateId() <= 63);
            assertTrue(!descriptor.hasStructure() || bytes.length > 3);
            assertTrue(descriptor.startsFrame() == bytes[0] < 0);
        }
        DependencyReader reader = new DependencyReader();
        PayloadInfo info = new PayloadInfo();
        for (int i = 0; i < 2; i++) {
            if (reader.read(buffer, 3, bytes.length, info)) {
                assertTrue(info.spatialId() >= 0 && info.spatialId() < DependencyStructure.MAX_SPATIAL_LAYERS);
                assertTrue(info.temporalId() >= 0 && info.temporalId() < DependencyStructure.MAX_TEMPORAL_LAYERS);
            }
        }
    }
}
