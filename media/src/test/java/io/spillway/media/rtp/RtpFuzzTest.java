package io.spillway.media.rtp;

import com.code_intelligence.jazzer.junit.FuzzTest;

class RtpFuzzTest {

    @FuzzTest
    void shouldReadAnyBytes(byte[] bytes) {
        RtpBytes.read(new RtpPacket(), bytes, bytes.length);
    }
}
