package io.spillway.media.rtcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RtcpParserTest {

    /** RFC 3550 §6.4.1: an SR with two blocks, one of them with a negative loss (duplicates), and SDES. */
    private static final String COMPOUND = "82 c8 0012 11111111 83aa7e80 80000000 00015f90 00000064 00002710"
            + "22222222 80 000005 0001fffe 0000000a 7e808000 00010000"
            + "33333333 00 fffffe 00000007 ffffffff 00000000 00000000"
            + "81 ca 0003 11111111 01 03 616263 00 0000";

    @Test
    void shouldReadASenderReportWithBlocksAndName() {
        assertEquals(
                List.of(
                        "SR 11111111 ntp 83aa7e8080000000 rtp 15f90 packets 100 octets 10000",
                        "block 11111111 of 22222222 fraction 128 lost 5 highest 1fffe jitter 10 lsr 7e808000 dlsr 10000",
                        "block 11111111 of 33333333 fraction 0 lost -2 highest 7 jitter 4294967295 lsr 0 dlsr 0",
                        "CNAME 11111111 abc"),
                RtcpLog.of(COMPOUND));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            empty RR, RFC 3550 §6.4.2            | 80c90001 11111111                                     | RR 11111111
            SDES of two sources, RFC 3550 §6.5   | 82ca0004 11111111 0101 61 00 22222222 0101 62 00       | CNAME 11111111 a, CNAME 22222222 b
            SDES with NOTE before CNAME          | 81ca0003 11111111 0701 7a 0101 61 00 00                | CNAME 11111111 a
            SDES without sources                 | 80ca0000                                              | ''
            BYE of two with a reason, §6.6       | 82cb0004 11111111 22222222 06 627965627965 00          | BYE 11111111, BYE 22222222
            BYE of none                          | 80cb0000                                              | ''
            APP, skipped                         | 80cc0002 11111111 61626364                             | ''
            unknown type, skipped                | 80d10001 11111111                                     | ''
            NACK, RFC 4585 §6.2.1                | 81cd0003 11111111 22222222 fffe 8005                   | NACK 11111111 of 22222222 65534, NACK 11111111 of 22222222 65535, NACK 11111111 of 22222222 1, NACK 11111111 of 22222222 14
            TMMBR, skipped                       | 83cd0004 11111111 00000000 22222222 00000000           | ''
            PLI, RFC 4585 §6.3.1                 | 81ce0002 11111111 22222222                             | PLI 11111111 of 22222222
            SLI, skipped                         | 82ce0003 11111111 22222222 00000000                    | ''
            FIR of two, RFC 5104 §4.3.1          | 84ce0006 11111111 00000000 22222222 07000000 33333333 ff000000 | FIR 11111111 of 22222222 7, FIR 11111111 of 33333333 255
            REMB, draft-alvestrand-rmcat-remb-03 | 8fce0005 11111111 00000000 52454d42 010bd090 22222222  | REMB 11111111 1000000 22222222
            REMB without limit                   | 8fce0004 11111111 00000000 52454d42 00ffffff           | REMB 11111111 9223372036854775807
            REMB of 0 with a huge exponent       | 8fce0004 11111111 00000000 52454d42 00fc0000           | REMB 11111111 0
            other application feedback           | 8fce0003 11111111 00000000 41424344                    | ''
            XR RRTR, RFC 3611 §4.4               | 80cf0004 11111111 04000002 83aa7e8080000000            | RRTR 11111111 83aa7e8080000000
            XR DLRR of two, RFC 3611 §4.5        | 80cf0008 11111111 05000006 22222222 7e808000 00010000 33333333 00000000 00000001 | DLRR 11111111 of 22222222 lrr 7e808000 dlrr 10000, DLRR 11111111 of 33333333 lrr 0 dlrr 1
            XR with a block unknown before RRTR  | 80cf0005 11111111 01000000 04000002 83aa7e8080000000   | RRTR 11111111 83aa7e8080000000
            padding in the last packet           | 80c90001 11111111 a1ce0003 11111111 22222222 00000004  | RR 11111111, PLI 11111111 of 22222222
            """)
    void shouldRead(String what, String hex, String expected) {
        assertEquals(expected.isEmpty() ? List.of() : List.of(expected.split(", ", -1)), RtcpLog.of(hex), what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            empty                          | ''
            shorter than a header          | 80c900
            version 1                      | 40c90001 11111111
            length past the end            | 80c90002 11111111
            longest length                 | 80c9ffff 11111111
            bytes after the last packet    | 80c90001 11111111 0000
            SR without sender info         | 80c80005 11111111 00000000 00000000 00000000 00000000 00000000
            SR with a block too few        | 81c80006 11111111 00000000 00000000 00000000 00000000 00000000
            RR without SSRC                | 80c90000
            RR that claims 31 blocks       | 9fc90001 11111111
            SDES without its source        | 81ca0000
            SDES item past the end         | 81ca0002 11111111 01ff 6100
            SDES item without length       | 81ca0002 11111111 0101 61 07
            SDES without end mark          | 81ca0002 11111111 0102 6162
            SDES with a source too few     | 82ca0002 11111111 0101 61 00
            BYE that claims more           | 82cb0001 11111111
            NACK without entries           | 81cd0002 11111111 22222222
            feedback without sources       | 81cd0001 11111111
            PLI without media source       | 81ce0001 11111111
            FIR without entries            | 84ce0002 11111111 00000000
            FIR with half an entry         | 84ce0003 11111111 00000000 22222222
            REMB without a rate            | 8fce0003 11111111 00000000 52454d42
            REMB that claims 255 sources   | 8fce0005 11111111 00000000 52454d42 ff07a120 22222222
            XR without sender              | 80cf0000
            XR block past the end          | 80cf0002 11111111 04000002
            XR RRTR of the wrong length    | 80cf0003 11111111 04000001 83aa7e80
            padding of 0                   | a1ce0003 11111111 22222222 00000000
            padding over all               | a0c90001 111111ff
            padding of what is needed      | a1ce0002 11111111 22222204
            TWCC without its header        | 8fcd0003 11111111 22222222 00010001
            TWCC with a chunk too few      | 8fcd0005 11111111 22222222 0001 001d 000001 00 8000 8000
            TWCC with a small delta missing| 8fcd0005 11111111 22222222 0001 0003 000001 00 2003 0101
            TWCC with half a large delta   | 8fcd0005 11111111 22222222 0001 0002 000001 00 d900 0101
            TWCC with the reserved status  | 8fcd0005 11111111 22222222 0001 0001 000001 00 6001 0101
            TWCC of runs without end       | 8fcd0005 11111111 22222222 0001 0001 000001 00 0000 0000
            TWCC with too many statuses    | 8fcd0006 11111111 22222222 0001 4001 000001 00 1fff 1fff 1fff 0000
            """)
    void shouldRefuse(String what, String hex) {
        assertEquals(List.of("refused"), RtcpLog.of(hex), what);
    }

    @Test
    void shouldSayNothingOfACompoundWhoseLastPacketIsMalformed() {
        assertEquals(List.of("refused"), RtcpLog.of(COMPOUND + "81ce0001 11111111"));
    }

    /** Feedback as a browser sent it: 9 small deltas, and padding of 1 byte that RFC 3550 would not allow. */
    @Test
    void shouldReadTransportFeedbackOfABrowser() {
        long base = 0x5E9110L * 256;
        assertEquals(
                List.of(
                        "TWCC 1 of dd586eb6 base 1 statuses 9 count 0",
                        "1 at " + (base + 28),
                        "2 at " + (base + 40),
                        "3 at " + (base + 84),
                        "4 at " + (base + 140),
                        "5 at " + (base + 140),
                        "6 at " + (base + 144),
                        "7 at " + (base + 144),
                        "8 at " + (base + 152),
                        "9 at " + (base + 176),
                        "TWCC end"),
                RtcpLog.of("afcd0007 00000001 dd586eb6 0001 0009 5e911000 2009 1c0c2c380004000818 01"));
    }

    /** draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.3, §3.1.4: chunks of all three kinds, over the wrap of the sequence and of the reference time. */
    @Test
    void shouldReadEveryKindOfChunk() {
        List<String> lines = RtcpLog.of("8fcd0009 11111111 22222222 ff13 00f2 ffffff ff"
                // A run of 221 losses; 0 11111 000 111 00; 00 10 01 01 01 00 00.
                + "00dd 9f1c c950 0102030405060708 0100 090a0b 00");
        assertEquals("TWCC 11111111 of 22222222 base 65299 statuses 242 count 255", lines.getFirst());
        for (int i = 1; i <= 221; i++) {
            assertEquals((65298 + i) + " lost", lines.get(i));
        }
        long base = 0xFFFFFF00L;
        assertEquals(
                List.of(
                        "65520 lost",
                        "65521 at " + (base + 1),
                        "65522 at " + (base + 3),
                        "65523 at " + (base + 6),
                        "65524 at " + (base + 10),
                        "65525 at " + (base + 15),
                        "65526 lost",
                        "65527 lost",
                        "65528 lost",
                        "65529 at " + (base + 21),
                        "65530 at " + (base + 28),
                        "65531 at " + (base + 36),
                        "65532 lost",
                        "65533 lost",
                        "65534 lost",
                        "65535 at 36",
                        "0 at 45",
                        "1 at 55",
                        "2 at 66",
                        "3 lost",
                        "4 lost",
                        "TWCC end"),
                lines.subList(222, lines.size()));
    }

    @Test
    void shouldTakeAsManyStatusesAsTheBound() {
        List<String> lines = RtcpLog.of("8fcd0006 11111111 22222222 0001 4000 000001 00 1fff 1fff 1fff 0000");
        assertEquals(RtcpParser.MAX_TRANSPORT_STATUSES + 2, lines.size());
    }

    @Test
    void shouldBoundTheStatusesOfADatagramHoweverManyFeedbacksTheyStandIn() {
        String feedback = "8fcd0005 11111111 22222222 0001 2000 000001 00 1fff 0001";
        assertEquals(2 * (0x2000 + 2), RtcpLog.of(feedback + feedback).size());
        ByteBuffer three = Hex.buffer(feedback + feedback + feedback);
        assertFalse(RtcpParser.parse(three, 0, three.limit(), new RtcpVisitor() {}));
    }

    @Test
    void shouldRefuseARegionOutsideTheBuffer() {
        ByteBuffer buffer = Hex.buffer("80c90001 11111111");
        RtcpVisitor silent = new RtcpVisitor() {};
        assertFalse(RtcpParser.parse(buffer, -1, 8, silent));
        assertFalse(RtcpParser.parse(buffer, 1, 8, silent));
        assertFalse(RtcpParser.parse(buffer, Integer.MAX_VALUE, 8, silent));
        assertTrue(RtcpParser.parse(buffer, 0, 8, silent));
    }

    @Seeds(50)
    void shouldReadOrRefuseWhenBitsFlip(long seed) {
        Random random = new Random(seed);
        byte[] good = Hex.bytes(COMPOUND + "81cd0003 11111111 22222222 fffe 8005"
                + "8fce0005 11111111 00000000 52454d42 010bd090 22222222"
                + "8fcd0006 11111111 22222222 0001 0009 5e911000 2009 1c0c2c3800040008180000"
                + "80cf0004 11111111 04000002 83aa7e8080000000");
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = good.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            List<String> lines = RtcpLog.of(ByteBuffer.wrap(bytes), 0, bytes.length);
            assertTrue(!lines.contains("refused") || lines.size() == 1, lines::toString);
        }
    }
}
