package io.spillway.media.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;

/** Packets as bytes: laid out so that a read past their end fails, and read through every accessor. */
final class RtpBytes {

    /** Where {@link #surrounded} puts the bytes: not 0, so that a forgotten offset shows. */
    static final int OFFSET = 3;

    private RtpBytes() {}

    /** The bytes in a direct buffer that ends with them. */
    static ByteBuffer surrounded(byte[] bytes) {
        return ByteBuffer.allocateDirect(OFFSET + bytes.length).put(OFFSET, bytes);
    }

    /** Wraps the first {@code length} bytes and, if it is a packet, asks everything of it and checks that the parts add up. */
    static void read(RtpPacket packet, byte[] bytes, int length) {
        ByteBuffer buffer = surrounded(bytes).limit(OFFSET + length);
        if (!packet.wrap(buffer, OFFSET, length)) {
            return;
        }
        assertTrue(packet.payloadType() >= 0 && packet.sequence() >= 0 && packet.csrcCount() >= 0);
        int read = packet.timestamp() ^ packet.ssrc() ^ (packet.marker() ? 1 : 0);
        for (int i = 0; i < packet.csrcCount(); i++) {
            read ^= packet.csrc(i);
        }
        assertEquals(
                packet.length(),
                packet.headerLength() + packet.payloadLength() + packet.paddingLength(),
                () -> "parts");
        assertTrue(packet.payloadLength() >= 0 && packet.paddingLength() <= 255);
        int payloadOffset = packet.payloadOffset();
        for (int i = 0; i < packet.extensionCount(); i++) {
            int dataOffset = packet.extensionOffsetAt(i);
            int dataLength = packet.extensionLengthAt(i);
            assertTrue(packet.extensionIdAt(i) >= 1 && packet.extensionIdAt(i) <= 255);
            assertTrue(dataOffset > OFFSET + RtpPacket.FIXED_HEADER_LENGTH && dataOffset + dataLength <= payloadOffset);
            for (int at = dataOffset; at < dataOffset + dataLength; at++) {
                read ^= buffer.get(at);
            }
        }
        for (int at = payloadOffset; at < OFFSET + packet.length(); at++) {
            read ^= buffer.get(at);
        }
        ByteBuffer out = ByteBuffer.allocate(packet.length());
        int restored = Rtx.decapsulate(packet, 96, read, out, 0);
        assertEquals(packet.payloadLength() < 2 ? -1 : packet.headerLength() + packet.payloadLength() - 2, restored);
    }
}
