package io.spillway.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.hls.ladder.Picture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class RawPicturesTest {

    /** 6x4, in rows of 8 and 4 bytes. */
    @Test
    void shouldLeaveOutWhatIsBetweenRows() throws IOException {
        byte[] planes = {
            1, 1, 1, 1, 1, 1, 9, 9, //
            2, 2, 2, 2, 2, 2, 9, 9, //
            3, 3, 3, 3, 3, 3, 9, 9, //
            4, 4, 4, 4, 4, 4, 9, 9, //
            5, 5, 5, 9, 6, 6, 6, 9, //
            7, 7, 7, 9, 8, 8, 8
        };
        byte[] raw = {
            1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, planes);
            long at = memory.address();
            RawPictures.write(out, new Picture(6, 4, at, at + 32, at + 40, 8, 4));
        }
        assertArrayEquals(raw, out.toByteArray());
        assertEquals(raw.length, RawPictures.bytes(6, 4));
    }

    @Test
    void shouldFindAPictureByItsNumber() {
        MemorySegment all = MemorySegment.ofAddress(1_000);
        assertEquals(new Picture(6, 4, 1_072, 1_096, 1_102, 6, 3), RawPictures.at(all, 2, 6, 4));
    }
}
