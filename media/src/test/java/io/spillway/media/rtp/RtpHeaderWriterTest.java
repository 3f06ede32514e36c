package io.spillway.media.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RtpHeaderWriterTest {

    private static final int OFFSET = 5;
    private static final String FIXED = "e0fffe89abcdef12345678";

    private final RtpHeaderWriter writer = new RtpHeaderWriter();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(2000);

    private void begin() {
        // Left over from the packet before.
        for (int i = 0; i < 200; i++) {
            buffer.put(OFFSET + i, (byte) 0xEE);
        }
        writer.begin(buffer, OFFSET, 96, true, 0xFFFE, 0x89ABCDEF, 0x12345678);
    }

    private String finish() {
        return Hex.text(buffer, OFFSET, writer.finish());
    }

    @Test
    void shouldWriteTheBareHeader() {
        begin();
        assertEquals("80" + FIXED, finish());
    }

    @Test
    void shouldWriteTheOneByteForm() {
        begin();
        writer.extension(1, 0xAA, 1);
        writer.extension(14, Hex.buffer("00bbbb"), 1, 2);
        writer.extension(4, "hi".getBytes(StandardCharsets.US_ASCII));
        assertEquals("90" + FIXED + "bede0002" + "10aae1bbbb416869", finish());
    }

    @Test
    void shouldFillTheLastWordWithZeros() {
        begin();
        writer.extension(3, 0x0102030405060708L, 8);
        assertEquals("90" + FIXED + "bede0003" + "370102030405060708000000", finish());
    }

    @Test
    void shouldTurnToTheTwoByteFormWhenAnIdNeedsIt() {
        begin();
        writer.extension(1, 0xAA, 1);
        writer.extension(2, 0xBBBB, 2);
        writer.extension(15, 0xCC, 1);
        writer.extension(3, 0xDD, 1);
        assertEquals("90" + FIXED + "10000004" + "0101aa" + "0202bbbb" + "0f01cc" + "0301dd" + "000000", finish());
    }

    @Test
    void shouldTurnToTheTwoByteFormWhenALengthNeedsIt() {
        begin();
        writer.extension(1, 0xAA, 1);
        writer.extension(2, new byte[17]);
        assertEquals("90" + FIXED + "10000006" + "0101aa" + "0211" + "00".repeat(17) + "0000", finish());
        begin();
        writer.extension(1, 0xAA, 1);
        writer.extension(2, new byte[0]);
        assertEquals("90" + FIXED + "10000002" + "0101aa" + "0200" + "000000", finish());
    }

    @Test
    void shouldUseTheTwoByteFormWhenAsked() {
        begin();
        writer.useTwoByteForm();
        writer.extension(1, 0xAA, 1);
        writer.useTwoByteForm();
        assertEquals("90" + FIXED + "10000001" + "0101aa00", finish());
        begin();
        writer.extension(1, 0xAA, 1);
        assertEquals("90" + FIXED + "bede0001" + "10aa0000", finish());
    }

    @Test
    void shouldThrowWhenAnElementCannotBe() {
        begin();
        assertThrows(IllegalArgumentException.class, () -> writer.extension(0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> writer.extension(256, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> writer.extension(1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> writer.extension(1, 1, 9));
        assertThrows(IllegalArgumentException.class, () -> writer.extension(1, new byte[256]));
        for (int i = 0; i < RtpPacket.MAX_EXTENSIONS; i++) {
            writer.extension(1, 1, 1);
        }
        assertThrows(IllegalStateException.class, () -> writer.extension(1, 1, 1));
    }

    @Seeds(200)
    void shouldBeReadBackByThePacket(long seed) {
        Random random = new Random(seed);
        List<Integer> ids = new ArrayList<>();
        List<byte[]> elements = new ArrayList<>();
        boolean small = random.nextBoolean();
        for (int i = random.nextInt(RtpPacket.MAX_EXTENSIONS + 1); i > 0; i--) {
            ids.add(1 + random.nextInt(small ? 14 : 255));
            byte[] data = new byte[small ? 1 + random.nextInt(16) : random.nextInt(40)];
            random.nextBytes(data);
            elements.add(data);
        }
        begin();
        for (int i = 0; i < ids.size(); i++) {
            writer.extension(ids.get(i), elements.get(i));
        }
        int length = writer.finish();
        assertEquals(0, length % 4);
        RtpPacket packet = new RtpPacket();
        assertTrue(packet.wrap(buffer, OFFSET, length + 7));
        assertEquals(7, packet.payloadLength());
        assertEquals(0xFFFE, packet.sequence());
        assertEquals(ids.size(), packet.extensionCount());
        for (int i = 0; i < ids.size(); i++) {
            assertEquals(ids.get(i), packet.extensionIdAt(i));
            assertEquals(
                    HexFormat.of().formatHex(elements.get(i)),
                    Hex.text(buffer, packet.extensionOffsetAt(i), packet.extensionLengthAt(i)));
        }
        if (!ids.isEmpty() && small) {
            assertEquals((short) RtpPacket.ONE_BYTE_PROFILE, buffer.getShort(OFFSET + 12));
        }
    }
}
