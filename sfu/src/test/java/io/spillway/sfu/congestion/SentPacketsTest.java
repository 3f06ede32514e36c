package io.spillway.sfu.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class SentPacketsTest {

    private static final long MS = 1_000_000;

    private final SentPackets packets = new SentPackets();

    @Test
    void shouldFindPacketsOverTheWrapOfTheirNumbers() {
        for (int i = 0; i < 70_000; i++) {
            assertEquals(i & 0xFFFF, packets.nextNumber());
            packets.add(i, 0, i * MS);
            packets.find(i);
            packets.received();
        }
        assertTrue(packets.find(69_999));
        assertEquals(69_999, packets.bytes());
        assertEquals(69_999 * MS, packets.sentNs());
        assertTrue(packets.find((69_999 - 63) & 0xFFFF));
        assertFalse(packets.find((69_999 - 64) & 0xFFFF), "all were told of: the ring never had to grow");
        assertFalse(packets.find(70_000 & 0xFFFF), "not sent yet");
    }

    @Test
    void shouldKnowTimesOverTheWrapOfTheirClock() {
        long aroundNs = (1L << 32) * 1_000;
        packets.add(700, 1_023, aroundNs - 20 * MS);
        packets.add(0xFFFFF, 3, aroundNs + 20 * MS);
        assertTrue(packets.find(0));
        assertEquals(aroundNs - 20 * MS, packets.sentNs());
        assertEquals(700, packets.bytes());
        assertEquals(1_023, packets.cluster());
        packets.lost();
        assertTrue(packets.isLost());
        packets.received();
        assertTrue(packets.isReceived());
        assertEquals(1_023, packets.cluster());
        assertEquals(aroundNs - 20 * MS, packets.sentNs());
        assertTrue(packets.find(1));
        assertEquals(aroundNs + 20 * MS, packets.sentNs());
        assertEquals(0xFFFFF, packets.bytes());
        assertFalse(packets.isLost() || packets.isReceived());
    }

    @Test
    void shouldFindNothingBeforeTheFirst() {
        assertFalse(packets.find(0));
        packets.add(1, 0, 0);
        assertTrue(packets.find(0));
        assertFalse(packets.find(0xFFFF));
    }

    /** 6000 packets a second, none told: each of the last second is kept. */
    @Test
    void shouldGrowRatherThanForgetWhatMayStillBeTold() {
        for (int i = 0; i < 20_000; i++) {
            packets.add(1, 0, i * MS / 6);
        }
        assertTrue(packets.find(19_999 - 6_000));
        assertEquals((19_999 - 6_000) * MS / 6 / 1_000 * 1_000, packets.sentNs());
        assertFalse(packets.find(19_999 - SentPackets.MAX_PACKETS));
    }
}
