package io.spillway.media.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a layer takes, by what came of it over two seconds. */
final class RateMeterTest {

    private static final long MS = 1_000_000;
    private static final int FRAME_BYTES = 2_500_000 / 8 / 100;

    private final RateMeter meter = new RateMeter();
    private long nowNs = 5_000 * MS;

    /** 100 frames a second of 2.5 Mbps. */
    private void send(long ms) {
        for (long i = 0; i < ms / 10; i++) {
            meter.add(FRAME_BYTES, true, nowNs);
            nowNs += 10 * MS;
        }
    }

    @Test
    void shouldTellTheRateOfTheLastTwoSeconds() {
        assertEquals(0, meter.bitsPerSecond(nowNs));
        send(1_000);
        assertEquals(2_500_000.0, (double) meter.bitsPerSecond(nowNs), 30_000);
        assertEquals(100, meter.framesPerSecond(nowNs), 1);
        nowNs += 1_000 * MS;
        assertEquals(1_250_000.0, (double) meter.bitsPerSecond(nowNs), 130_000, "half of the window was silent");
    }

    /** A layer that returns would look cheap otherwise, and every narrow viewer take it. */
    @ParameterizedTest
    @ValueSource(longs = {2_100, 3_000, 60_000})
    void shouldNotSpreadWhatComesAfterAPauseOverIt(long pauseMs) {
        send(3_000);
        nowNs += pauseMs * MS;
        assertEquals(0, meter.bitsPerSecond(nowNs));
        for (int i = 0; i < 20; i++) {
            send(50);
            long bps = meter.bitsPerSecond(nowNs);
            assertTrue(bps == 0 || bps >= 2_300_000, bps + " bit/s " + 50 * (i + 1) + " ms after the pause");
        }
        assertTrue(meter.bitsPerSecond(nowNs) > 0);
    }
}
