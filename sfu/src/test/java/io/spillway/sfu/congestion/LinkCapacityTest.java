package io.spillway.sfu.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Mean and spread of draft-ietf-rmcat-gcc-02 §5.5 (R35), by hand. */
final class LinkCapacityTest {

    private final LinkCapacity capacity = new LinkCapacity();

    @Test
    void shouldKnowNothingAtFirst() {
        assertFalse(capacity.isKnown());
        assertFalse(capacity.isBelow(1));
        assertFalse(capacity.isAbove(1));
    }

    @Test
    void shouldTakeATwentiethOfEachSample() {
        capacity.onOveruse(1_000_000);
        assertEquals(1_000_000, capacity.bps());
        capacity.onOveruse(800_000);
        assertEquals(990_000, capacity.bps());
    }

    /** Three times the root of 0.4 times 1000, in kbit/s: 60. */
    @Test
    void shouldSpreadThreeDeviations() {
        capacity.onOveruse(1_000_000);
        assertFalse(capacity.isBelow(1_059_000));
        assertTrue(capacity.isBelow(1_061_000));
        assertFalse(capacity.isAbove(941_000));
        assertTrue(capacity.isAbove(939_000));
    }

    /** At most three times the root of 2.5 times the mean. */
    @Test
    void shouldSpreadMoreWhereSamplesDiffer() {
        for (int i = 0; i < 100; i++) {
            capacity.onOveruse(i % 2 == 0 ? 700_000 : 1_300_000);
        }
        long meanBps = capacity.bps();
        assertEquals(1_000_000, (double) meanBps, 20_000);
        assertFalse(capacity.isBelow(meanBps + 148_000));
        assertTrue(capacity.isBelow(meanBps + 152_000));
    }

    @Test
    void shouldForget() {
        capacity.onOveruse(1_000_000);
        capacity.forget();
        assertFalse(capacity.isKnown());
        capacity.onOveruse(300_000);
        assertEquals(300_000, capacity.bps());
    }
}
