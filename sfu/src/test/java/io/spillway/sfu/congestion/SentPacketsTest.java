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
        assertTrue(packets.find((69_999 - 511) & 0xFFFF));
        assertFalse(packets.find((69_999 - 512) & 0xFFFF));
        assertFalse(packets.find(70_000 & 0xFFFF), "not sent yet");
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
        assertEquals((19_999 - 6_000) * MS / 6, packets.sentNs());
        assertFalse(packets.find(19_999 - SentPackets.MAX_PACKETS));
    }
}
