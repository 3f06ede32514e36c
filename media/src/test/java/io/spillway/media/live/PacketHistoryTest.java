package io.spillway.media.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.memory.Poison;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PacketHistoryTest {

    private static final long SECOND_NS = 1_000_000_000L;

    /** Does not grow: what is appended beyond 64 KiB overwrites the oldest. */
    private static final HistoryBounds FIXED = new HistoryBounds(1 << 16, 1 << 16, 512);

    private final StoredPacket found = new StoredPacket();

    @Test
    void shouldFindWhatWasAppended() {
        PacketHistory history = new PacketHistory(FIXED);
        append(history, 70_000, 5, 1200);
        append(history, 69_999, 6, 100);

        assertTrue(history.find(70_000, found));
        assertEquals(70_000, found.extendedSequence());
        assertEquals(1200, found.length());
        assertEquals(5, found.arrivalNs());
        assertEquals(96, found.payloadType());
        assertTrue(RtpBytes.isPayloadOf(70_000, found.buffer(), found.offset(), found.length()));
        assertTrue(history.find(69_999, found));
        assertEquals(100, found.length());
        assertFalse(history.find(70_001, found));
        assertFalse(history.contains(70_000 + history.capacityPackets()), "same index slot, another packet");
    }

    @Test
    void shouldNoticeOverwriteWhenReaderIsSlow() {
        PacketHistory history = new PacketHistory(FIXED);
        append(history, 1, 0, 1200);
        assertTrue(history.find(1, found));
        long extSeq = 2;
        while (found.isIntact()) {
            append(history, extSeq++, 0, 1200);
        }
        assertFalse(history.contains(1));
        assertTrue(extSeq > 50, "64 KiB hold more than 50 packets of 1200 bytes");
        assertTrue(history.contains(extSeq - 50));
    }

    /** Of whoever still reads it, the rest would look like the packet. */
    @Test
    void shouldSpoilAllOfAPacketOfWhichAPartIsOverwritten() {
        PacketHistory history = new PacketHistory(FIXED);
        append(history, 1, 0, 1200);
        assertTrue(history.find(1, found));
        long extSeq = 2;
        while (found.isIntact()) {
            append(history, extSeq++, 0, 104);
        }
        StoredPacket over = new StoredPacket();
        assertTrue(history.find(extSeq - 1, over));
        int overwritten = over.offset() + over.length();
        assertTrue(overwritten > found.offset() && overwritten < found.offset() + found.length());
        assertTrue(Poison.isOver(found.buffer(), overwritten, found.offset() + found.length()));
    }

    /** Lengths of all kinds, so that the ring's end is left out now by a little and now by much; and rings that doubled, where what was left out lies in the middle. */
    @Test
    void shouldSpoilNothingThatIsKept() {
        for (HistoryBounds bounds : List.of(FIXED, new HistoryBounds(1 << 16, 1 << 18, 512))) {
            PacketHistory history = new PacketHistory(bounds);
            history.keepFrom(0);
            Random random = new Random(3);
            for (long extSeq = 0; extSeq < 5_000; extSeq++) {
                append(history, extSeq, extSeq, 12 + random.nextInt(1_400));
                for (long kept = extSeq; kept >= 0 && kept > extSeq - 40; kept--) {
                    assertTrue(history.find(kept, found));
                    assertTrue(RtpBytes.isPayloadOf(kept, found.buffer(), found.offset(), found.length()));
                }
            }
        }
    }

    @Test
    void shouldKeepEveryPacketReadableWhenItDoubles() {
        PacketHistory history = new PacketHistory(new HistoryBounds(1 << 16, 1 << 20, 512));
        history.keepFrom(0);
        long extSeq = 65_500;
        for (; history.capacityBytes() < 1 << 20; extSeq++) {
            append(history, extSeq, extSeq, 200 + (int) (extSeq * 37 % 1000));
        }
        for (long kept = 65_500; kept < extSeq; kept++) {
            assertTrue(history.find(kept, found), "lost " + kept);
            assertTrue(RtpBytes.isPayloadOf(kept, found.buffer(), found.offset(), found.length()));
            assertEquals(kept, found.arrivalNs());
        }
    }

    @Test
    void shouldKeepTheLastSecondWhenRateIsHigh() {
        PacketHistory history = new PacketHistory(HistoryBounds.VIDEO);
        long gapNs = SECOND_NS / 2000; // 20 Mbps
        for (long extSeq = 0; extSeq < 10_000; extSeq++) {
            append(history, extSeq, extSeq * gapNs, 1250);
        }
        assertTrue(history.contains(9_999 - 2000));
        assertTrue(history.capacityBytes() <= 1 << 23, "grew to " + history.capacityBytes());
    }

    @Test
    void shouldStopGrowingAtItsBound() {
        PacketHistory history = new PacketHistory(HistoryBounds.AUDIO);
        history.keepFrom(0);
        for (long extSeq = 0; extSeq < 50_000; extSeq++) {
            append(history, extSeq, 0, 160);
        }
        assertEquals(1 << 20, history.capacityBytes());
        assertTrue(history.contains(49_999));
        assertFalse(history.contains(0));
    }

    @Test
    void shouldRefusePacketsLargerThanAnyDatagram() {
        PacketHistory history = new PacketHistory(FIXED);
        assertThrows(IllegalArgumentException.class, () -> append(history, 1, 0, PacketHistory.MAX_PACKET_BYTES + 1));
    }

    @Test
    void shouldMarkPadding() {
        PacketHistory history = new PacketHistory(FIXED);
        history.appendPadding(7, 3, 0);
        assertTrue(history.find(7, found));
        assertTrue(found.isPadding());
        assertEquals(0, found.length());
    }

    @Test
    void shouldNeverShowTornPacketToAnotherThread() throws InterruptedException {
        PacketHistory history = new PacketHistory(new HistoryBounds(1 << 16, 1 << 18, 512));
        AtomicLong newest = new AtomicLong();
        AtomicBoolean torn = new AtomicBoolean();
        AtomicLong read = new AtomicLong();
        AtomicBoolean stop = new AtomicBoolean();
        Thread reader = new Thread(() -> {
            StoredPacket packet = new StoredPacket();
            ByteBuffer copy = ByteBuffer.allocate(2048);
            for (long n = 0; !stop.get(); n++) {
                long wanted = newest.get() - n % 60;
                if (history.find(wanted, packet)) {
                    int length = packet.length();
                    copy.put(0, packet.buffer(), packet.offset(), length);
                    if (packet.isIntact()) {
                        read.incrementAndGet();
                        torn.compareAndSet(false, !RtpBytes.isPayloadOf(wanted, copy, 0, length));
                    }
                }
            }
        });
        reader.start();
        for (long extSeq = 1; extSeq < 2_000_000 && (extSeq < 200_000 || read.get() < 10_000); extSeq++) {
            append(history, extSeq, extSeq * 1000, 1000);
            newest.set(extSeq);
        }
        stop.set(true);
        reader.join();
        assertTrue(read.get() > 0);
        assertFalse(torn.get());
    }

    private static void append(PacketHistory history, long extSeq, long arrivalNs, int length) {
        history.append(extSeq, arrivalNs, 0, RtpBytes.packet(extSeq, 0, length), 0, length);
    }
}
