package io.spillway.sfu.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LoopLoadTest {

    private static final long MS = 1_000_000L;

    private final LoopLoad load = new LoopLoad();

    /** Turns of {@code turnMs} each {@code everyMs} for {@code forMs}, then nothing until {@code readMs} after the start. */
    @ParameterizedTest
    @CsvSource({
        // turn, every, for, read, busy %, longest ms
        "5, 10, 2000, 2000, 50, 5",
        "10, 10, 2000, 2000, 100, 10",
        "1, 10, 2000, 2000, 10, 1",
        "5, 10, 500, 1000, 25, 5",
        "5, 10, 2000, 2500, 25, 5",
        "5, 10, 2000, 3100, 0, 0",
        "5, 10, 2000, 90000, 0, 0",
        "300, 500, 2000, 2000, 60, 300",
        "3000, 3000, 3000, 3000, 100, 3000",
    })
    void shouldTellTheShareOfTheLastSecondAndTheLongestTurn(
            int turnMs, int everyMs, int forMs, int readMs, int busyPercent, int longestMs) {
        for (long startNs : new long[] {0, 123_400 * MS, -123_400 * MS}) {
            LoopLoad fresh = new LoopLoad();
            for (int atMs = 0; atMs < forMs; atMs += everyMs) {
                fresh.add(startNs + atMs * MS, startNs + (atMs + turnMs) * MS);
            }
            fresh.advance(startNs + readMs * MS);
            assertEquals(busyPercent, fresh.busyPercent());
            assertEquals(longestMs * MS, fresh.longestTurnNs());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 37, 99})
    void shouldNameTheTimeAtWhichFiguresChange(int offsetMs) {
        load.advance(5_000 * MS + offsetMs * MS);
        assertEquals(5_100 * MS, load.nextNs());
    }

    @ParameterizedTest
    @CsvSource({"9, true", "11, false"})
    void shouldBeIdleBelowOnePercent(int busyMs, boolean idle) {
        load.add(1_000 * MS, (1_000 + busyMs) * MS);
        assertEquals(idle, load.isIdle());
        load.advance(1_050 * MS);
        assertEquals(idle, load.isIdle());
        load.advance(2_200 * MS);
        assertTrue(load.isIdle());
        load.add(2_200 * MS, 2_300 * MS);
        assertFalse(load.isIdle());
    }
}
