package io.spillway.media.rtcp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.List;

class RtcpFuzzTest {

    @FuzzTest
    void shouldReadAnyBytes(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(3 + bytes.length).put(3, bytes);
        List<String> lines = RtcpLog.of(buffer, 3, bytes.length);
        assertTrue(!lines.contains("refused") || lines.size() == 1, "told of a datagram that it refused");
    }
}
