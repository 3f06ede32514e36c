package io.spillway.sfu.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.Seeds;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RateWindowTest {

    private static final long MS = 1_000_000L;
    private static final long STEP_NS = 10 * MS;
    private static final int STEPS = 20;

    private final RateWindow window = new RateWindow(STEPS * STEP_NS);

    @Test
    void shouldTellTheRateOfTheLastWhile() {
        for (int ms = 0; ms < 1_000; ms++) {
            window.add(125, ms * MS);
        }
        // The newest step is not over.
        assertEquals(1_000_000.0, (double) window.bitsPerSecond(999 * MS), 50_000.0);
        assertEquals(500_000.0, (double) window.bitsPerSecond(1_099 * MS), 50_000.0);
        assertEquals(0, window.bitsPerSecond(1_300 * MS));
    }

    /** Against a list of all that was counted: packets in order and out of it, pauses longer than the window, and beginnings anew. */
    @Seeds(20)
    void shouldAgreeWithAListOfAllThatWasCounted(long seed) {
        Random random = new Random(seed);
        TreeMap<Long, Long> counted = new TreeMap<>();
        long nowNs = random.nextLong(-5_000 * MS, 5_000 * MS);
        long newest = Long.MIN_VALUE;
        long firstNs = 0;
        for (int i = 0; i < 20_000; i++) {
            nowNs += random.nextInt(100) == 0 ? random.nextLong(500 * MS) : random.nextLong(8 * MS);
            if (random.nextInt(2_000) == 0) {
                window.reset();
                counted.clear();
                newest = Long.MIN_VALUE;
            }
            boolean late = newest != Long.MIN_VALUE && random.nextInt(10) == 0;
            long atNs = late ? nowNs - random.nextLong(300 * MS) : nowNs;
            long step = Math.floorDiv(atNs, STEP_NS);
            if (newest == Long.MIN_VALUE || step - newest >= STEPS) {
                counted.clear();
                firstNs = atNs;
                newest = step;
            }
            newest = Math.max(newest, step);
            int bytes = random.nextInt(1_500);
            window.add(bytes, atNs);
            counted.merge(step, (long) bytes, Long::sum);
            if (step == newest) {
                long sum = counted.tailMap(newest - STEPS, false).values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
                long spanNs = Math.min(STEPS * STEP_NS, atNs - firstNs);
                assertEquals(spanNs < 100 * MS ? 0 : sum * 8 * 1_000_000_000L / spanNs, window.bitsPerSecond(atNs));
            }
        }
    }
}
