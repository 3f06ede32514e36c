package io.spillway.sfu.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The figures of draft-ietf-rmcat-gcc-02 §5.5 (R35), by hand. */
final class DelayRateTest {

    private static final long MS = 1_000_000;
    private static final long RTT_NS = 100 * MS;

    private final DelayRate rate = new DelayRate(1_000_000, 30_000, 10_000_000);

    /** The first normal feedback only says that the path is no longer what it was. */
    @BeforeEach
    void rises() {
        rate.update(Usage.NORMAL, 1_000_000, false, RTT_NS, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "1000, 1000000, 1080000", // 8 % a second
        "500, 1000000, 1039230", // the root of that
        "5000, 1000000, 1080000", // of a pause a second counts
        "1000, 700000, 1060000", // one and a half times what arrives, and 10 kbit/s
        "1000, 300000, 1000000", // little that arrives lowers nothing
    })
    void shouldGrowBySharesWhileNoLimitIsKnown(long afterMs, long receivedBps, long bps) {
        assertFalse(rate.update(Usage.NORMAL, receivedBps, false, RTT_NS, afterMs * MS));
        assertEquals((double) bps, (double) rate.bps(), 1);
    }

    @Test
    void shouldFallToAShareOfWhatArrives() {
        assertTrue(rate.update(Usage.OVER, 900_000, false, RTT_NS, 100 * MS));
        assertEquals(765_000, rate.bps());
    }

    @Test
    void shouldHalveWhereNothingIsKnownOfWhatArrives() {
        assertTrue(rate.update(Usage.OVER, 0, false, RTT_NS, 100 * MS));
        assertEquals(500_000, rate.bps());
    }

    @Test
    void shouldWaitARoundTripForADecreaseToShow() {
        rate.update(Usage.OVER, 900_000, false, RTT_NS, 100 * MS);
        assertFalse(rate.update(Usage.OVER, 700_000, false, RTT_NS, 199 * MS));
        assertEquals(765_000, rate.bps());
        assertTrue(rate.update(Usage.OVER, 700_000, false, RTT_NS, 200 * MS));
        assertEquals(595_000, rate.bps());
    }

    /** Half a packet of 1200 bytes each response time, which is a round trip and 100 ms. */
    @Test
    void shouldGrowByHalfAPacketNearTheLimit() {
        rate.update(Usage.OVER, 900_000, false, RTT_NS, 100 * MS);
        rate.update(Usage.NORMAL, 765_000, false, RTT_NS, 1_000 * MS);
        rate.update(Usage.NORMAL, 765_000, false, RTT_NS, 2_000 * MS);
        assertEquals(765_000 + 24_000, rate.bps());
    }

    @Test
    void shouldGrowBySharesAgainOnceMoreArrivesThanTheLimitWas() {
        rate.update(Usage.OVER, 900_000, false, RTT_NS, 100 * MS);
        rate.update(Usage.NORMAL, 765_000, false, RTT_NS, 1_000 * MS);
        rate.update(Usage.NORMAL, 1_000_000, false, RTT_NS, 2_000 * MS);
        assertEquals(765_000 * 1.08, (double) rate.bps(), 1);
    }

    @Test
    void shouldHoldWhileTheQueueDrains() {
        assertFalse(rate.update(Usage.UNDER, 1_000_000, false, RTT_NS, 1_000 * MS));
        assertFalse(rate.update(Usage.NORMAL, 1_000_000, false, RTT_NS, 2_000 * MS));
        assertEquals(1_000_000, rate.bps(), "the first normal one after it does not count");
    }

    @Test
    void shouldTakeWhatArrivesWhereTheQueueIsAnothers() {
        assertFalse(rate.update(Usage.OVER, 600_000, true, RTT_NS, 100 * MS));
        assertEquals(600_000, rate.bps());
    }

    @Test
    void shouldStayWithinItsBounds() {
        rate.set(50_000_000, 0);
        assertEquals(10_000_000, rate.bps());
        rate.update(Usage.OVER, 10_000, false, RTT_NS, 100 * MS);
        assertEquals(30_000, rate.bps());
    }
}
