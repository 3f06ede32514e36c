package io.spillway.sfu.inbound;

import static io.spillway.media.rtcp.ArrivalTimes.NOT_RECEIVED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TransportWideLogTest {

    private static final long CYCLE = 1L << 16;

    private final TransportWideLog log = new TransportWideLog();

    @Test
    void shouldKeepArrivalsAndLossesUntilTheyAreReported() {
        assertFalse(log.hasNews());
        log.onPacket(65_535, 7);
        log.onPacket(1, 9);
        assertEquals(CYCLE + 65_535, log.first());
        assertEquals(CYCLE + 65_538, log.end());
        assertEquals(7, log.arrivalNs(CYCLE + 65_535));
        assertEquals(NOT_RECEIVED, log.arrivalNs(CYCLE + 65_536));
        assertEquals(9, log.arrivalNs(CYCLE + 65_537));
        log.reported(log.end());
        assertFalse(log.hasNews());
    }

    @Test
    void shouldReportAgainFromALatePacketOn() {
        log.onPacket(10, 1);
        log.onPacket(12, 2);
        log.reported(log.end());
        log.onPacket(11, 3);
        assertEquals(CYCLE + 11, log.first());
        assertEquals(3, log.arrivalNs(CYCLE + 11));
        log.reported(log.end());
        log.onPacket(11, 4);
        assertFalse(log.hasNews(), "a copy is no news");
        assertEquals(3, log.arrivalNs(CYCLE + 11));
    }

    @Test
    void shouldStartOverAtAJump() {
        log.onPacket(10, 1);
        log.onPacket(10 + 20_000, 2);
        assertEquals(1, log.end() - log.first());
        assertEquals(CYCLE + 20_010, log.first());
    }

    @Test
    void shouldNotReportMoreThanItKeeps() {
        for (int seq = 0; seq < 30_000; seq++) {
            log.onPacket(seq & 0xFFFF, seq);
        }
        assertEquals(TransportWideLog.CAPACITY, log.end() - log.first());
        assertTrue(log.arrivalNs(log.first()) > 0);
        assertEquals(NOT_RECEIVED, log.arrivalNs(log.first() - 1));
    }
}
