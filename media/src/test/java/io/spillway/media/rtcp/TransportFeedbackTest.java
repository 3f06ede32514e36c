package io.spillway.media.rtcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.rtp.TimestampUnwrapper;
import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transport-wide feedback, written and read back. R30; draft-holmer-rmcat-transport-wide-cc-extensions-01. */
class TransportFeedbackTest {

    private static final int US = 0x11111111;
    private static final int MEDIA = 0x22222222;
    private static final long TICK_NS = 250_000;
    private static final long LOST = ArrivalTimes.NOT_RECEIVED;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1200);
    private final RtcpWriter writer = new RtcpWriter();

    private static ArrivalTimes ticks(long first, long... ticks) {
        return sequence -> {
            long tick = ticks[(int) (sequence - first)];
            return tick == LOST ? LOST : tick * TICK_NS;
        };
    }

    private static ArrivalTimes parsed(long first, String ticks) {
        String[] words = ticks.trim().split(" +", -1);
        long[] values = new long[words.length];
        for (int i = 0; i < words.length; i++) {
            values[i] = words[i].equals("-") ? LOST : Long.parseLong(words[i]);
        }
        return ticks(first, values);
    }

    /** Arrivals in ticks, "-" lost, of the sequence numbers from 65534 on; the feedback behind its SSRCs. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            one packet                         | 256                        | fffe 0001 000001 07  2001 00 00
            two small deltas, one run          | 256 511                    | fffe 0002 000001 07  2002 00 ff
            delta of 256 ticks is large        | 256 512                    | fffe 0002 000001 07  d800 00 0100 00 0000
            overtaken: negative is large       | 300 299                    | fffe 0002 000001 07  d800 2c ffff 00 0000
            first delta from the 64 ms step    | 511                        | fffe 0001 000001 07  2001 ff 00
            loss between, one-bit vector       | 256 - 257                  | fffe 0003 000001 07  a800 00 01
            losses first                       | - - 256                    | fffe 0003 000001 07  8800 00 00
            losses last are left for the next  | 256 - -                    | fffe 0001 000001 07  2001 00 00
            before the epoch                   | -1                         | fffe 0001 ffffff 07  2001 ff 00
            reference time wraps at 24 bits    | 4294967295 4294967296      | fffe 0002 ffffff 07  2002 ff 01
            and starts again at 0              | 4294967296                 | fffe 0001 000000 07  2001 00 00
            most and least of a large delta    | 40000 72767 39999          | fffe 0003 00009c 07  da00 40 7fff 8000 00
            """)
    void shouldWrite(String what, String arrivals, String expected) {
        long first = 65534;
        ArrivalTimes times = parsed(first, arrivals);
        long end = first + arrivals.trim().split(" +", -1).length;
        writer.reset(buffer);
        long next = writer.transportFeedback(US, MEDIA, 7, first, end, times);
        String hex = Hex.text(buffer, 0, writer.length());
        assertEquals("8fcd" + String.format("%04x", writer.length() / 4 - 1), hex.substring(0, 8), what);
        assertEquals("1111111122222222", hex.substring(8, 24), what);
        String body = expected.replace(" ", "");
        assertEquals(body + "0".repeat(hex.length() - 24 - body.length()), hex.substring(24), what);
        assertEquals(Integer.parseInt(body.substring(4, 8), 16), next - first, what);
        assertTrue(!RtcpLog.of(buffer, 0, writer.length()).contains("refused"), what);
    }

    @Test
    void shouldKeepEightBitsOfTheCount() {
        for (int count = 254; count < 258; count++) {
            writer.reset(buffer);
            writer.transportFeedback(US, MEDIA, count, 65536, 65537, sequence -> 0);
            assertEquals(
                    "TWCC 11111111 of 22222222 base 0 statuses 1 count " + (count & 0xFF),
                    RtcpLog.of(buffer, 0, writer.length()).getFirst());
        }
    }

    @Test
    void shouldWriteNothingWhenNothingArrived() {
        writer.reset(buffer);
        assertEquals(100, writer.transportFeedback(US, MEDIA, 0, 100, 200, sequence -> LOST));
        assertEquals(100, writer.transportFeedback(US, MEDIA, 0, 100, 100, sequence -> 0));
        assertEquals(0, writer.length());
    }

    @Test
    void shouldEndAtADeltaOverSixteenBits() {
        ArrivalTimes times = ticks(100, 256, LOST, 256 + 32768, 256 + 32769);
        writer.reset(buffer);
        assertEquals(101, writer.transportFeedback(US, MEDIA, 0, 100, 104, times));
        assertEquals(104, writer.transportFeedback(US, MEDIA, 1, 101, 104, times));
        assertEquals(
                List.of(
                        "TWCC 11111111 of 22222222 base 100 statuses 1 count 0",
                        "100 at 256",
                        "TWCC end",
                        "TWCC 11111111 of 22222222 base 101 statuses 3 count 1",
                        "101 lost",
                        "102 at 33024",
                        "103 at 33025",
                        "TWCC end"),
                RtcpLog.of(buffer, 0, writer.length()));
    }

    @Test
    void shouldLeaveOutLossesThatNoFeedbackCanHold() {
        long arrived = 100 + TransportFeedbackWriter.MAX_STATUSES;
        writer.reset(buffer);
        assertEquals(
                arrived + 1,
                writer.transportFeedback(US, MEDIA, 0, 100, arrived + 1, sequence -> sequence == arrived ? 0 : LOST));
        assertEquals(
                List.of("TWCC 11111111 of 22222222 base 2148 statuses 1 count 0", "2148 at 0", "TWCC end"),
                RtcpLog.of(buffer, 0, writer.length()));
        writer.reset(buffer);
        assertEquals(
                arrived,
                writer.transportFeedback(US, MEDIA, 0, 100, arrived, sequence -> sequence == arrived - 1 ? 0 : LOST));
        assertEquals(
                TransportFeedbackWriter.MAX_STATUSES + 2,
                RtcpLog.of(buffer, 0, writer.length()).size());
    }

    /** Runs of every length around the chunks' sizes, so that each chunk kind meets each other and the end. */
    @Test
    void shouldReadBackRunsOfEveryLength() {
        for (int received = 1; received < 32; received++) {
            for (int lost = 0; lost < 32; lost++) {
                long[] ticks = new long[received + lost + received + 1];
                for (int i = 0; i < ticks.length; i++) {
                    ticks[i] =
                            i >= received && i < received + lost ? LOST : 1000L + i + (i == ticks.length - 1 ? 300 : 0);
                }
                assertReadBack(65530, ticks, 1200);
            }
        }
    }

    @Seeds(200)
    void shouldReadBackWhatArrived(long seed) {
        Random random = new Random(seed);
        long[] ticks = new long[1 + random.nextInt(3000)];
        // Near the reference time's wrap, or the clock's zero, or anywhere.
        long tick = (random.nextInt(3) - 1) * (1L << 32) + random.nextInt(100_000) - 50_000;
        int lossPercent = random.nextInt(4) * 30;
        int mostDelta = 1 << random.nextInt(17);
        for (int i = 0; i < ticks.length; i++) {
            tick += random.nextInt(20) == 0 ? -random.nextInt(2000) : random.nextInt(mostDelta);
            ticks[i] = random.nextInt(100) < lossPercent ? LOST : tick;
        }
        long first = 65536L + random.nextInt(65536);
        assertReadBack(first, ticks, 40 + random.nextInt(1160));
    }

    /** Writes feedback until all is told, each into {@code capacity} bytes, and compares what is read with what arrived. */
    private void assertReadBack(long first, long[] ticks, int capacity) {
        int last = ticks.length - 1;
        while (last >= 0 && ticks[last] == LOST) {
            last--;
        }
        ArrivalTimes times = ticks(first, ticks);
        TimestampUnwrapper clock = new TimestampUnwrapper();
        List<Long> read = new ArrayList<>();
        long next = first;
        int count = 0;
        while (next <= first + last) {
            writer.reset(buffer, 0, capacity);
            long told = next;
            next = writer.transportFeedback(US, MEDIA, count++, told, first + ticks.length, times);
            assertTrue(next > told, "progress");
            assertTrue(writer.length() % 4 == 0 && writer.length() <= capacity);
            assertTrue(RtcpParser.parse(buffer, 0, writer.length(), new RtcpVisitor() {
                @Override
                public void onTransportFeedback(
                        int senderSsrc, int mediaSsrc, int baseSequence, int statusCount, int feedbackCount) {
                    assertEquals(told & 0xFFFF, baseSequence);
                }

                @Override
                public void onTransportPacketReceived(int sequence, int arrivalTicks) {
                    assertEquals((first + read.size()) & 0xFFFF, sequence);
                    read.add(clock.unwrap(arrivalTicks));
                }

                @Override
                public void onTransportPacketLost(int sequence) {
                    assertEquals((first + read.size()) & 0xFFFF, sequence);
                    read.add(LOST);
                }
            }));
        }
        assertEquals(last + 1, read.size());
        long offset = LOST;
        for (int i = 0; i <= last; i++) {
            if (ticks[i] == LOST) {
                assertEquals(LOST, read.get(i));
            } else {
                // The wire says time modulo 2^32 ticks: only differences are told.
                offset = offset == LOST ? read.get(i) - ticks[i] : offset;
                assertEquals(ticks[i] + offset, read.get(i));
                assertEquals(0, offset % (1L << 32));
            }
        }
    }
}
