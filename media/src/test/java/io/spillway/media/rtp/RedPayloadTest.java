package io.spillway.media.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.spillway.testkit.Hex;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 2198 §3. */
class RedPayloadTest {

    private final RedPayload red = new RedPayload();

    /** As Chromium writes it: 63 is RED, 111 is Opus, 960 ticks a packet. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            own payload alone | 6f 0102                                | own 111 0102
            one before it     | ef0f0003 6f 0a0b0c 0102                | 111 -960 0a0b0c, own 111 0102
            two before it     | ef1e0002 ef0f0001 6f 0a0b 0c 0102      | 111 -1920 0a0b, 111 -960 0c, own 111 0102
            an empty one      | ef0f0000 6f 0102                       | 111 -960 , own 111 0102
            of another type   | 800f0001 6f 0a 01                      | 0 -960 0a, own 111 01
            the farthest      | effffc01 6f 0a 01                      | 111 -16383 0a, own 111 01
            without own       | ef0f0001 6f 0a                         | 111 -960 0a, own 111
            """)
    void shouldReadWhatIsInIt(String what, String hex, String content) {
        ByteBuffer bytes = Hex.buffer("ffff" + hex.replace(" ", ""));
        assertTrue(red.wrap(bytes, 2, bytes.limit() - 2), what);
        StringBuilder read = new StringBuilder();
        for (int i = 0; i < red.count(); i++) {
            read.append(red.payloadTypeAt(i))
                    .append(" -")
                    .append(red.offsetTicksAt(i))
                    .append(' ')
                    .append(Hex.text(bytes, red.offsetAt(i), red.lengthAt(i)))
                    .append(", ");
        }
        read.append("own ")
                .append(red.ownPayloadType())
                .append(' ')
                .append(Hex.text(bytes, red.ownOffset(), red.ownLength()));
        assertEquals(content.strip(), read.toString().strip());
    }

    @ParameterizedTest
    @CsvSource({
        "nothing,''",
        "half a header,ef0f",
        "no own header,ef0f0000",
        "payloads longer than the packet,ef0f0004 6f 0a0b0c",
        "too many,ef0f0000ef0f0000ef0f0000ef0f0000ef0f0000ef0f0000ef0f0000ef0f0000ef0f0000ef0f00006f01",
    })
    void shouldRefuseWhatIsMalformed(String what, String hex) {
        ByteBuffer bytes = Hex.buffer(hex.replace(" ", ""));
        assertFalse(red.wrap(bytes, 0, bytes.limit()), what);
    }

    @FuzzTest
    void shouldReadAnyBytes(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (red.wrap(buffer, 0, bytes.length)) {
            int end = red.ownOffset() + red.ownLength();
            assertEquals(bytes.length, end);
            for (int i = 0; i < red.count(); i++) {
                assertTrue(red.offsetAt(i) >= 0 && red.offsetAt(i) + red.lengthAt(i) <= red.ownOffset());
            }
        }
    }
}
