package io.spillway.media.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RtxTest {

    private static final int PAYLOAD_TYPE = 96;
    private static final int SSRC = 0x11111111;

    private final RtpPacket packet = new RtpPacket();

    /** RFC 4588 §4: only payload type, sequence and SSRC differ, the OSN goes, and with it padding. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            plain            | 80e1 0001 0000000a 22222222 fffe 010203                 | 80e0 fffe 0000000a 11111111 010203
            without marker   | 8061 0001 0000000a 22222222 0003 01                     | 8060 0003 0000000a 11111111 01
            with extensions  | 90e1 0001 0000000a 22222222 bede0001 10aa0000 0005 0102 | 90e0 0005 0000000a 11111111 bede0001 10aa0000 0102
            with padding     | a0e1 0001 0000000a 22222222 0005 0102 0002              | 80e0 0005 0000000a 11111111 0102
            nothing but OSN  | 80e1 0001 0000000a 22222222 0005                        | 80e0 0005 0000000a 11111111
            """)
    void shouldRestoreTheOriginal(String what, String rtx, String original) {
        ByteBuffer buffer = Hex.buffer(rtx);
        assertTrue(packet.wrap(buffer, 0, buffer.limit()), what);
        ByteBuffer out = ByteBuffer.allocate(100);
        int length = Rtx.decapsulate(packet, PAYLOAD_TYPE, SSRC, out, 7);
        assertEquals(original.replace(" ", ""), Hex.text(out, 7, length));
        int inPlace = Rtx.decapsulate(packet, PAYLOAD_TYPE, SSRC, buffer, 0);
        assertEquals(original.replace(" ", ""), Hex.text(buffer, 0, inPlace));
    }

    /** R19: probes on the repair stream carry no original. */
    @ParameterizedTest
    @CsvSource({
        "a0e1 0001 0000000a 22222222 00000004",
        "80e1 0001 0000000a 22222222",
        "80e1 0001 0000000a 22222222 01",
        "a0e1 0001 0000000a 22222222 01 0002",
    })
    void shouldFindNoOriginalInAProbe(String rtx) {
        ByteBuffer buffer = Hex.buffer(rtx);
        assertTrue(packet.wrap(buffer, 0, buffer.limit()));
        assertEquals(-1, Rtx.originalSequence(packet));
        assertEquals(-1, Rtx.decapsulate(packet, PAYLOAD_TYPE, SSRC, ByteBuffer.allocate(100), 0));
    }

    /** R18: what we encapsulate comes back as it was. */
    @Test
    void shouldRestoreWhatWasEncapsulated() {
        String original = "90e0 fffe 0000000a 11111111 bede0001 10aa0000 01020304";
        ByteBuffer source = Hex.buffer(original);
        assertTrue(packet.wrap(source, 0, source.limit()));
        ByteBuffer out = ByteBuffer.allocate(100);
        RtpHeaderWriter writer = new RtpHeaderWriter();
        writer.begin(out, 0, 97, packet.marker(), 77, packet.timestamp(), 0x22222222);
        writer.extension(1, source, packet.extensionOffset(1), packet.extensionLength(1));
        int headerLength = writer.finish();
        Rtx.writeOriginalSequence(out, headerLength, packet.sequence());
        out.put(headerLength + Rtx.OSN_LENGTH, source, packet.payloadOffset(), packet.payloadLength());
        int length = headerLength + Rtx.OSN_LENGTH + packet.payloadLength();
        assertEquals("90e1004d0000000a22222222bede000110aa0000fffe01020304", Hex.text(out, 0, length));
        assertTrue(packet.wrap(out, 0, length));
        assertEquals(0xFFFE, Rtx.originalSequence(packet));
        int restored = Rtx.decapsulate(packet, PAYLOAD_TYPE, SSRC, out, 0);
        assertEquals(original.replace(" ", ""), Hex.text(out, 0, restored));
    }
}
