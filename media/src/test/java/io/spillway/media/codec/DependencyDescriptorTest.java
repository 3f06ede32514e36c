package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DependencyDescriptorTest {

    /** R10; AV1 RTP specification A.8.2. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            first of a keyframe, with structure | 80 0001 80 0000 | true  | false | 0  | 1     | true
            first and last                      | c3 fffe         | true  | true  | 3  | 65534 | false
            in the middle                       | 3f 0102         | false | false | 63 | 258   | false
            last, own decode targets            | 41 0000 40 00   | false | true  | 1  | 0     | false
            """)
    void shouldRead(
            String what, String hex, boolean starts, boolean ends, int template, int frameNumber, boolean structure) {
        byte[] bytes = Hex.bytes(hex);
        ByteBuffer buffer = ByteBuffer.allocateDirect(2 + bytes.length).put(2, bytes);
        DependencyDescriptor descriptor = new DependencyDescriptor();
        assertTrue(descriptor.wrap(buffer, 2, bytes.length), what);
        assertEquals(starts, descriptor.startsFrame());
        assertEquals(ends, descriptor.endsFrame());
        assertEquals(template, descriptor.templateId());
        assertEquals(frameNumber, descriptor.frameNumber());
        assertEquals(3, descriptor.frameNumberOffset());
        assertEquals(structure, descriptor.hasStructure());
    }

    @Test
    void shouldRefuseWhatIsTooShort() {
        DependencyDescriptor descriptor = new DependencyDescriptor();
        ByteBuffer buffer = ByteBuffer.allocate(4);
        assertFalse(descriptor.wrap(buffer, 0, 2));
        assertFalse(descriptor.wrap(buffer, -1, 3));
        assertFalse(descriptor.wrap(buffer, 2, 3));
        assertTrue(descriptor.wrap(buffer, 1, 3));
    }
}
