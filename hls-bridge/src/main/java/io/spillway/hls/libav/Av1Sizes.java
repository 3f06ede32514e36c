package io.spillway.hls.libav;

import io.spillway.media.codec.Av1SequenceHeader;
import java.util.Arrays;

/**
 * How large the pictures are that an AV1 frame announces: its library reserves memory for them before FFmpeg learns of it. AV1 §5.3.
 *
 * <pre>
 * |F| type  |X|S|-|   OBU header; X: a byte follows   S: a size of seven bits a byte follows
 * </pre>
 */
final class Av1Sizes {

    private static final int SEQUENCE_HEADER = 1;
    private static final int EXTENSION = 0x04;
    private static final int HAS_SIZE = 0x02;

    /** Bytes of a size that can matter: 4 hold 2^28. */
    private static final int MAX_SIZE_BYTES = 4;

    private Av1Sizes() {}

    /** Whether all of a frame's bytes are OBUs that tell their sizes, and no sequence header among them asks for more than so many pixels. */
    static boolean fit(byte[] frame, long maxPixels) {
        int at = 0;
        while (at < frame.length) {
            int head = frame[at];
            at += (head & EXTENSION) != 0 ? 2 : 1;
            long size = 0;
            int bytes = 0;
            boolean more = (head & HAS_SIZE) != 0;
            while (more && at < frame.length && bytes < MAX_SIZE_BYTES) {
                size |= (frame[at] & 0x7FL) << (7 * bytes++);
                more = frame[at++] < 0;
            }
            if (bytes == 0 || more || size > frame.length - at) {
                return false;
            }
            int end = at + (int) size;
            if ((head >> 3 & 0x0F) == SEQUENCE_HEADER && !fits(Arrays.copyOfRange(frame, at, end), maxPixels)) {
                return false;
            }
            at = end;
        }
        return true;
    }

    private static boolean fits(byte[] header, long maxPixels) {
        Av1SequenceHeader said = Av1SequenceHeader.of(header);
        return said != null && (long) said.width() * said.height() <= maxPixels;
    }
}
