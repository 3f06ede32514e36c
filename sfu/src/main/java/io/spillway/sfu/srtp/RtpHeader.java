package io.spillway.sfu.srtp;

import java.nio.ByteBuffer;

/** What SRTP must know of a packet before it is authentic: where the clear header ends. */
final class RtpHeader {

    static final int FIXED_BYTES = 12;
    static final int NOT_RTP = -1;

    private static final int VERSION_2 = 2;
    private static final int EXTENSION_FLAG = 0x10;

    private RtpHeader() {}

    /** Length of header, CSRCs and extension of {@code in[offset..+length)}; {@link #NOT_RTP} when they do not fit. */
    static int length(ByteBuffer in, int offset, int length) {
        if (length < FIXED_BYTES) {
            return NOT_RTP;
        }
        int first = in.get(offset) & 0xFF;
        if (first >>> 6 != VERSION_2) {
            return NOT_RTP;
        }
        int header = FIXED_BYTES + 4 * (first & 0x0F);
        if ((first & EXTENSION_FLAG) != 0) {
            if (header + 4 > length) {
                return NOT_RTP;
            }
            header += 4 + 4 * (in.getShort(offset + header + 2) & 0xFFFF);
        }
        return header <= length ? header : NOT_RTP;
    }
}
