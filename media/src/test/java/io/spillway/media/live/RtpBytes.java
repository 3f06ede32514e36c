package io.spillway.media.live;

import java.nio.ByteBuffer;

/** Plain RTP packets for tests: a 12 byte header and a payload whose every byte tells the sequence number. */
final class RtpBytes {

    private RtpBytes() {}

    static ByteBuffer packet(long extSeq, int timestamp, int length) {
        ByteBuffer packet = ByteBuffer.allocate(length);
        packet.put(0, (byte) 0x80).put(1, (byte) 96).putShort(2, (short) extSeq).putInt(4, timestamp);
        for (int i = 12; i < length; i++) {
            packet.put(i, (byte) extSeq);
        }
        return packet;
    }

    static boolean isPayloadOf(long extSeq, ByteBuffer buffer, int offset, int length) {
        for (int i = 12; i < length; i++) {
            if (buffer.get(offset + i) != (byte) extSeq) {
                return false;
            }
        }
        return buffer.getShort(offset + 2) == (short) extSeq;
    }
}
