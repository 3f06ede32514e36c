package io.spillway.media.rtcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RtcpWriterTest {

    private static final int OFFSET = 3;
    private static final int US = 0x11111111;
    private static final int MEDIA = 0x22222222;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(OFFSET + 1200);
    private final RtcpWriter writer = new RtcpWriter();

    private void reset(int capacity) {
        for (int i = 0; i < buffer.limit(); i++) {
            buffer.put(i, (byte) 0xEE);
        }
        writer.reset(buffer, OFFSET, capacity);
    }

    private String written() {
        return Hex.text(buffer, OFFSET, writer.length());
    }

    private static String hex(String spaced) {
        return spaced.replace(" ", "");
    }

    @Test
    void shouldWriteACompoundOfReportAndName() {
        // R26, R27, R29; the packet that RtcpParserTest reads.
        reset(1200);
        assertTrue(writer.senderReport(US, 0x83AA7E8080000000L, 90_000, 100, 10_000));
        assertTrue(writer.reportBlock(MEDIA, 128, 5, 0x1FFFE, 10, 0x7E808000, 0x10000));
        assertTrue(writer.reportBlock(0x33333333, 0, -2, 7, 0xFFFFFFFFL, 0, 0));
        assertTrue(writer.canonicalName(US, "abc".getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                hex("82 c8 0012 11111111 83aa7e80 80000000 00015f90 00000064 00002710"
                        + "22222222 80 000005 0001fffe 0000000a 7e808000 00010000"
                        + "33333333 00 fffffe 00000007 ffffffff 00000000 00000000"
                        + "81 ca 0003 11111111 01 03 616263 00 0000"),
                written());
    }

    @Test
    void shouldWriteEachFeedback() {
        reset(1200);
        assertTrue(writer.receiverReport(US));
        assertTrue(writer.pictureLoss(US, MEDIA));
        assertTrue(writer.fullIntraRequest(US, MEDIA, 255));
        assertTrue(writer.remb(US, 1_000_000, new int[] {MEDIA, 9}, 1));
        assertTrue(writer.receiverReferenceTime(US, 0x83AA7E8080000000L));
        assertTrue(writer.dlrr(US, MEDIA, 0x7E808000, 0x10000));
        assertTrue(writer.bye(US));
        assertEquals(
                hex("80c90001 11111111" + "81ce0002 11111111 22222222" + "84ce0004 11111111 00000000 22222222 ff000000"
                        + "8fce0005 11111111 00000000 52454d42 010bd090 22222222"
                        + "80cf0004 11111111 04000002 83aa7e8080000000"
                        + "80cf0005 11111111 05000003 22222222 7e808000 00010000" + "81cb0001 11111111"),
                written());
        assertEquals(
                List.of(
                        "RR 11111111",
                        "PLI 11111111 of 22222222",
                        "FIR 11111111 of 22222222 255",
                        "REMB 11111111 1000000 22222222",
                        "RRTR 11111111 83aa7e8080000000",
                        "DLRR 11111111 of 22222222 lrr 7e808000 dlrr 10000",
                        "BYE 11111111"),
                RtcpLog.of(buffer, OFFSET, writer.length()));
    }

    /** Each packet needs exactly its length: one byte less and nothing is written. */
    @Test
    void shouldWriteNothingWhenAPacketDoesNotFit() {
        assertNeeds(28, () -> writer.senderReport(US, 0, 0, 0, 0));
        assertNeeds(8, () -> writer.receiverReport(US));
        assertNeeds(16, () -> writer.canonicalName(US, "abc".getBytes(StandardCharsets.UTF_8)));
        assertNeeds(8, () -> writer.bye(US));
        assertNeeds(12, () -> writer.pictureLoss(US, MEDIA));
        assertNeeds(20, () -> writer.fullIntraRequest(US, MEDIA, 0));
        assertNeeds(24, () -> writer.remb(US, 0, new int[] {MEDIA}, 1));
        assertNeeds(20, () -> writer.receiverReferenceTime(US, 0));
        assertNeeds(24, () -> writer.dlrr(US, MEDIA, 0, 0));
        assertNeeds(16, () -> writer.nack(US, MEDIA, new long[] {1}, 0, 1) == 1);
    }

    private void assertNeeds(int length, java.util.function.BooleanSupplier write) {
        reset(length - 1);
        assertFalse(write.getAsBoolean());
        assertEquals(0, writer.length());
        reset(length);
        assertTrue(write.getAsBoolean());
        assertEquals(length, writer.length());
    }

    @Test
    void shouldFillAReportToItsBlockCount() {
        reset(1200);
        assertTrue(writer.receiverReport(US));
        for (int i = 0; i < RtcpWriter.MAX_REPORT_BLOCKS; i++) {
            assertTrue(writer.reportBlock(i, 0, 0, 0, 0, 0, 0));
        }
        assertFalse(writer.reportBlock(99, 0, 0, 0, 0, 0, 0));
        assertEquals(
                1 + RtcpWriter.MAX_REPORT_BLOCKS,
                RtcpLog.of(buffer, OFFSET, writer.length()).size());
        reset(8 + 23);
        assertTrue(writer.receiverReport(US));
        assertFalse(writer.reportBlock(1, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void shouldClampTheCumulativeLoss() {
        reset(1200);
        writer.receiverReport(US);
        writer.reportBlock(1, 255, Integer.MAX_VALUE, 0, 0, 0, 0);
        writer.reportBlock(2, 0, Integer.MIN_VALUE, 0, 0, 0, 0);
        List<String> lines = RtcpLog.of(buffer, OFFSET, writer.length());
        assertTrue(lines.get(1).contains("fraction 255 lost 8388607 "), lines.get(1));
        assertTrue(lines.get(2).contains("fraction 0 lost -8388608 "), lines.get(2));
    }

    @Test
    void shouldThrowWhenACallerErrs() {
        writer.reset(buffer);
        assertThrows(IllegalStateException.class, () -> writer.reportBlock(1, 0, 0, 0, 0, 0, 0));
        writer.receiverReport(US);
        writer.bye(US);
        assertThrows(IllegalStateException.class, () -> writer.reportBlock(1, 0, 0, 0, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> writer.canonicalName(US, new byte[256]));
        assertThrows(IllegalArgumentException.class, () -> writer.remb(US, -1, new int[0], 0));
        assertThrows(IllegalArgumentException.class, () -> writer.remb(US, 1, new int[256], 256));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 254, 255})
    void shouldEndANameAtAWord(int length) {
        reset(1200);
        assertTrue(writer.canonicalName(US, "n".repeat(length).getBytes(StandardCharsets.UTF_8)));
        assertTrue(writer.bye(US));
        assertEquals(
                List.of("CNAME 11111111 " + "n".repeat(length), "BYE 11111111"),
                RtcpLog.of(buffer, OFFSET, writer.length()));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 262_143, 262_144, 300_000, 2_500_000, 4_000_000_000L, Long.MAX_VALUE})
    void shouldKeepTheLeadingBitsOfARate(long bitrateBps) {
        reset(1200);
        assertTrue(writer.remb(US, bitrateBps, new int[0], 0));
        String line = RtcpLog.of(buffer, OFFSET, writer.length()).getFirst();
        long read = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
        assertTrue(read <= bitrateBps && read >= bitrateBps - bitrateBps / 131_072, line);
    }

    @Test
    void shouldPackSequencesIntoMasks() {
        reset(1200);
        // 65534 and what is up to 16 behind it share an entry; the next is 17 behind.
        long[] sequences = {7, 65534, 65535, 65537, 65550, 65551, 65551, 131072};
        assertEquals(7, writer.nack(US, MEDIA, sequences, 1, 7));
        assertEquals(hex("81cd0005 11111111 22222222 fffe8005 000f0000 00000000"), written());
        assertEquals(0, writer.nack(US, MEDIA, sequences, 1, 0));
    }

    @Test
    void shouldTakeOnlyTheSequencesThatFit() {
        reset(4 + 8 + 4 + 3);
        assertEquals(2, writer.nack(US, MEDIA, new long[] {1, 2, 100, 200}, 0, 4));
        assertEquals(
                List.of("NACK 11111111 of 22222222 1", "NACK 11111111 of 22222222 2"),
                RtcpLog.of(buffer, OFFSET, writer.length()));
    }

    @Seeds(100)
    void shouldAskForEverySequenceOnce(long seed) {
        Random random = new Random(seed);
        TreeSet<Long> wanted = new TreeSet<>();
        long at = 65536L + random.nextInt(65536);
        for (int i = 1 + random.nextInt(100); i > 0; i--) {
            at += 1 + random.nextInt(random.nextBoolean() ? 3 : 40);
            wanted.add(at);
        }
        long[] sequences = wanted.stream().mapToLong(Long::longValue).toArray();
        List<String> expected = new ArrayList<>();
        for (long sequence : sequences) {
            expected.add("NACK 11111111 of 22222222 " + (sequence & 0xFFFF));
        }
        reset(1200);
        assertEquals(sequences.length, writer.nack(US, MEDIA, sequences, 0, sequences.length));
        assertEquals(expected, RtcpLog.of(buffer, OFFSET, writer.length()));
    }
}
