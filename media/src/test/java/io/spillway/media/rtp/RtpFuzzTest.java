package io.spillway.media.rtp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

class RtpFuzzTest {

    @FuzzTest
    void shouldReadAnyBytes(byte[] bytes) {
        RtpBytes.read(new RtpPacket(), bytes, bytes.length);
    }

    @FuzzTest
    void shouldReadAnyAllocation(byte[] bytes) {
        VideoLayersAllocation allocation = new VideoLayersAllocation();
        if (allocation.parse(ByteBuffer.wrap(bytes), 0, bytes.length)) {
            for (int stream = 0; stream < allocation.streamCount(); stream++) {
                for (int spatial = 0; spatial < VideoLayersAllocation.MAX_SPATIAL_LAYERS; spatial++) {
                    int temporalLayers = allocation.temporalLayers(stream, spatial);
                    assertTrue(temporalLayers >= 0 && temporalLayers <= VideoLayersAllocation.MAX_TEMPORAL_LAYERS);
                    assertTrue(allocation.width(stream, spatial) <= 1 << 16);
                }
            }
        }
    }
}
