package io.spillway.media.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RtpPacketTest {

    private final RtpPacket packet = new RtpPacket();

    private boolean wrap(String hex) {
        byte[] bytes = Hex.bytes(hex);
        return packet.wrap(RtpBytes.surrounded(bytes), RtpBytes.OFFSET, bytes.length);
    }

    @Test
    void shouldReadTheFixedHeader() {
        // RFC 3550 §5.1: V=2, M, PT 96, sequence, timestamp, SSRC.
        assertTrue(wrap("80 e0 fffe 89abcdef 12345678 0102030405"));
        assertEquals(RtpBytes.OFFSET, packet.offset());
        assertEquals(17, packet.length());
        assertEquals(96, packet.payloadType());
        assertTrue(packet.marker());
        assertEquals(0xFFFE, packet.sequence());
        assertEquals(0x89ABCDEF, packet.timestamp());
        assertEquals(0x12345678, packet.ssrc());
        assertEquals(12, packet.headerLength());
        assertEquals(RtpBytes.OFFSET + 12, packet.payloadOffset());
        assertEquals(5, packet.payloadLength());
        assertEquals(0, packet.paddingLength());
        assertEquals(0, packet.extensionCount());
        assertEquals(-1, packet.extensionOffset(1));
        assertEquals(-1, packet.extensionLength(1));
        assertNull(packet.extensionText(1));
    }

    @Test
    void shouldReadContributingSources() {
        assertTrue(wrap("82 60 0001 00000000 00000001 aabbccdd 11223344 ff"));
        assertFalse(packet.marker());
        assertEquals(2, packet.csrcCount());
        assertEquals(0xAABBCCDD, packet.csrc(0));
        assertEquals(0x11223344, packet.csrc(1));
        assertEquals(20, packet.headerLength());
        assertEquals(1, packet.payloadLength());
    }

    @Test
    void shouldReadTheOneByteFormWithPaddingInside() {
        // RFC 8285 §4.2, the figure: ids 1 (1 byte), 2 (2 bytes), two bytes of padding, 3 (4 bytes).
        assertTrue(wrap("90 60 0001 00000000 00000001 bede 0003 10 aa 21 bbbb 0000 33 cccccccc 7f"));
        assertEquals(3, packet.extensionCount());
        assertExtension(0, 1, "aa");
        assertExtension(1, 2, "bbbb");
        assertExtension(2, 3, "cccccccc");
        assertEquals(1, packet.payloadLength());
    }

    @Test
    void shouldReadTheTwoByteFormWithAnEmptyElement() {
        // RFC 8285 §4.3, the figure: id 1 without data, id 2 (1 byte), padding, id 3 (4 bytes); here with appbits and
        // an id over 14.
        assertTrue(wrap("90 60 0001 00000000 00000001 1005 0003 0100 0201bb 00 c804cccccccc 7f"));
        assertEquals(3, packet.extensionCount());
        assertExtension(0, 1, "");
        assertExtension(1, 2, "bb");
        assertExtension(2, 200, "cccccccc");
        assertEquals(4, packet.extensionLength(200));
    }

    private void assertExtension(int i, int id, String hex) {
        assertEquals(id, packet.extensionIdAt(i));
        int offset = packet.extensionOffsetAt(i);
        int length = packet.extensionLengthAt(i);
        assertEquals(hex, Hex.text(packet.buffer(), offset, length));
        assertEquals(offset, packet.extensionOffset(id));
        assertEquals(length, packet.extensionLength(id));
    }

    @Test
    void shouldReadTextElements() {
        assertTrue(wrap("90 60 0001 00000000 00000001 bede 0001 42 686931 7f"));
        assertEquals("hi1", packet.extensionText(4));
    }

    @Test
    void shouldPreferTheFirstOfTwoElementsWithOneId() {
        assertTrue(wrap("90 60 0001 00000000 00000001 bede 0001 10aa 10bb"));
        assertEquals((byte) 0xAA, packet.buffer().get(packet.extensionOffset(1)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            id 15 ends the block            | bede 0002 10aa f0bb 20cc 0000
            id 0 with a length ends it too  | bede 0002 10aa 02bb 20cc 0000
            """)
    void shouldKeepWhatStandsBeforeAnEndOfTheBlock(String what, String block) {
        assertTrue(wrap("90 60 0001 00000000 00000001" + block + "7f"), what);
        assertEquals(1, packet.extensionCount());
        assertEquals(1, packet.payloadLength());
    }

    @Test
    void shouldSkipAnExtensionOfAnotherProfile() {
        assertTrue(wrap("90 60 0001 00000000 00000001 abcd 0001 11223344 7f"));
        assertEquals(0, packet.extensionCount());
        assertEquals(20, packet.headerLength());
    }

    @Test
    void shouldLeavePaddingOutOfThePayload() {
        assertTrue(wrap("a0 60 0001 00000000 00000001 0102 000003"));
        assertEquals(2, packet.payloadLength());
        assertEquals(3, packet.paddingLength());
    }

    @Test
    void shouldTakeAPaddingOnlyPacket() {
        assertTrue(wrap("a0 60 0001 00000000 00000001 00000004"));
        assertEquals(0, packet.payloadLength());
        assertEquals(4, packet.paddingLength());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            empty                               | ''
            shorter than the fixed header       | 80 60 0001 00000000 000000
            version 1                           | 40 60 0001 00000000 00000001 ff
            version 3                           | c0 60 0001 00000000 00000001 ff
            CSRC count past the end             | 8f 60 0001 00000000 00000001 aabbccdd
            extension without its header        | 90 60 0001 00000000 00000001 bede
            extension past the end              | 90 60 0001 00000000 00000001 bede 0002 10aa0000
            longest extension                   | 90 60 0001 00000000 00000001 bede ffff 10aa0000
            one-byte element past its block     | 90 60 0001 00000000 00000001 bede 0001 10aa 31bb 00000000
            two-byte element past its block     | 90 60 0001 00000000 00000001 1000 0001 0103aabb 00000000
            two-byte element without its length | 90 60 0001 00000000 00000001 1000 0001 0101aa 02 00000000
            padding of 0                        | a0 60 0001 00000000 00000001 01020300
            padding longer than the payload     | a0 60 0001 00000000 00000001 01020305
            padding reaching into the extension | b0 60 0001 00000000 00000001 bede 0001 10aa0000 02
            padding bit on a bare header        | a0 60 0001 00000000 00000001
            """)
    void shouldRefuse(String what, String hex) {
        assertFalse(wrap(hex), what);
    }

    @Test
    void shouldRefuseMoreElementsThanTheBound() {
        String full = "10aa".repeat(RtpPacket.MAX_EXTENSIONS);
        assertTrue(wrap("90 60 0001 00000000 00000001 bede 0010" + full));
        assertEquals(RtpPacket.MAX_EXTENSIONS, packet.extensionCount());
        assertFalse(wrap("90 60 0001 00000000 00000001 bede 0011" + full + "10aa 0000"));
    }

    @Test
    void shouldRefuseARegionOutsideTheBuffer() {
        ByteBuffer buffer = Hex.buffer("80 60 0001 00000000 00000001 ff");
        assertFalse(packet.wrap(buffer, -1, 13));
        assertFalse(packet.wrap(buffer, 1, 13));
        assertFalse(packet.wrap(buffer, 0, 14));
        assertFalse(packet.wrap(buffer, Integer.MAX_VALUE, 13));
        assertFalse(packet.wrap(buffer, 0, -1));
        assertTrue(packet.wrap(buffer, 0, 13));
    }

    @Test
    void shouldLeavePositionAndLimitAlone() {
        ByteBuffer buffer = Hex.buffer("80 60 0001 00000000 00000001 ff").position(5);
        assertTrue(packet.wrap(buffer, 0, 13));
        assertEquals(5, buffer.position());
        assertEquals(13, buffer.limit());
    }

    @Seeds(50)
    void shouldStayInBoundsWhenBitsFlip(long seed) {
        Random random = new Random(seed);
        byte[] good = Hex.bytes("b2 e0 0001 00000000 00000001 aabbccdd 11223344 bede 0003 10aa 21bbbb 0000 33cccccccc"
                + "0102030405060708 00000004");
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = good.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            RtpBytes.read(packet, bytes, random.nextInt(bytes.length + 1));
        }
    }

    @Seeds(50)
    void shouldStayInBoundsOnRandomBytes(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            if (bytes.length > 16) {
                // Most random first bytes end the walk at once; let half come further.
                bytes[0] = (byte) (0x80 | (bytes[0] & (random.nextBoolean() ? 0x3F : 0x30)));
                bytes[12] = (byte) 0xBE;
                bytes[13] = (byte) 0xDE;
                bytes[14] = 0;
                bytes[15] &= 0x0F;
            }
            RtpBytes.read(packet, bytes, bytes.length);
        }
    }
}
