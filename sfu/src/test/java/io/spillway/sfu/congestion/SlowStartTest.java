package io.spillway.sfu.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a viewer of whose network nothing is known is sent before it tells of it, and what its first packets show. */
final class SlowStartTest {

    private static final long MS = 1_000_000;
    private static final int BYTES = 1_000;

    private final SlowStart start = new SlowStart();

    /** Packets of 1000 bytes, sent at one instant, that come out of the path at a rate. */
    private long capacity(int packets, long linkBps) {
        long shown = 0;
        long nsPerPacket = BYTES * 8_000_000_000L / linkBps;
        start.windowBytes(0);
        for (int i = 0; i < packets; i++) {
            start.sent(BYTES, 0);
        }
        for (int i = 1; i <= packets; i++) {
            shown = Math.max(shown, start.arrived(BYTES, i * nsPerPacket, i * nsPerPacket));
        }
        return shown;
    }

    @ParameterizedTest
    @CsvSource({
        "40,  400000, 400000",
        "40, 1000000, 1000000",
        "60, 2500000, 2500000",
        "40, 5000000, 0", // a keyframe that is gone before a tenth of a second says nothing
        "9,  400000, 400000",
        "8,  400000, 0", // too few
    })
    void shouldTellWhatThePathCarriesOnceItsQueueIsLong(int packets, long linkBps, long bps) {
        assertEquals((double) bps, (double) capacity(packets, linkBps), 0.01 * bps);
    }

    @Test
    void shouldLetTwoBytesGoForEachThatCame() {
        assertEquals(15_000, start.windowBytes(0));
        for (int i = 0; i < 15; i++) {
            start.sent(BYTES, MS);
        }
        assertEquals(0, start.windowBytes(MS));
        start.arrived(BYTES, 25 * MS, 26 * MS);
        assertEquals(2 * BYTES, start.windowBytes(60 * MS));
    }

    @Test
    void shouldLetNothingGoWhilePacketsQueueAndTheRateIsUnknown() {
        start.windowBytes(0);
        for (int i = 0; i < 8; i++) {
            start.sent(BYTES, 0);
        }
        start.arrived(BYTES, 25 * MS, 25 * MS);
        start.arrived(BYTES, 80 * MS, 80 * MS);
        assertEquals(0, start.windowBytes(100 * MS));
        start.arrived(BYTES, 85 * MS, 85 * MS);
        start.lost(BYTES);
        assertEquals(0, start.windowBytes(150 * MS), "four are under way");
        start.arrived(BYTES, 90 * MS, 90 * MS);
        assertTrue(start.windowBytes(150 * MS) > 0, "nearly all are told of: there is no queue any more");
    }

    @Test
    void shouldEndWhenTheRateIsKnownOrTimeIsUp() {
        capacity(40, 400_000);
        assertEquals(Long.MAX_VALUE, start.windowBytes(900 * MS));

        var mute = new SlowStart();
        mute.sent(BYTES, 0);
        assertTrue(mute.windowBytes(400 * MS) < Long.MAX_VALUE);
        assertEquals(Long.MAX_VALUE, mute.windowBytes(501 * MS), "who told nothing by then tells nothing");

        var wide = new SlowStart();
        wide.sent(BYTES, 0);
        wide.arrived(BYTES, 25 * MS, 25 * MS);
        assertTrue(wide.windowBytes(2_999 * MS) < Long.MAX_VALUE);
        assertEquals(Long.MAX_VALUE, wide.windowBytes(3_001 * MS));
        assertEquals(0, wide.arrived(BYTES, 900 * MS, 4_000 * MS), "other measures know more");
    }
}
