package io.spillway.sfu.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What a path lets out at once is read from how it spreads what was sent at once. */
final class TrainRateTest {

    private static final long MS = 1_000_000;
    private static final int BYTES = 1_200;

    private final TrainRate trains = new TrainRate();
    private long nowNs;

    /** Sends so many packets at one instant over a link that takes {@code packetNs} for each. */
    private void train(int packets, long packetNs) {
        nowNs += 33 * MS;
        for (int i = 1; i <= packets; i++) {
            trains.add(BYTES, nowNs, nowNs + 20 * MS + i * packetNs);
        }
    }

    @Test
    void shouldKnowNothingBeforeATrainEnded() {
        assertEquals(0, trains.bps());
        train(8, MS);
        assertEquals(0, trains.bps());
    }

    @Test
    void shouldReadTheLinksRate() {
        train(8, MS);
        train(1, MS);
        assertEquals(BYTES * 8 * 1_000.0, trains.bps(), 1);
    }

    @Test
    void shouldPassOverTrainsThatAreTooShort() {
        for (int i = 0; i < 100; i++) {
            train(4, 10 * MS);
        }
        assertEquals(0, trains.bps());
    }

    @Test
    void shouldClaimNoMoreThanTheTicksShow() {
        train(5, 0);
        train(1, 0);
        assertEquals(4 * BYTES * 8 * 4_000.0, trains.bps(), 1);
    }

    @Test
    void shouldFollowALinkThatBecomesNarrower() {
        for (int i = 0; i < 50; i++) {
            train(8, MS / 10);
        }
        for (int i = 0; i < 4; i++) {
            train(8, 10 * MS);
        }
        assertTrue(trains.bps() < 3_000_000, trains.bps() + " b/s");
    }

    @Test
    void shouldNotBeMisledByOneTrainThatWasHeldUp() {
        for (int i = 0; i < 50; i++) {
            train(8, MS / 10);
        }
        train(8, 3 * MS);
        train(8, MS / 10);
        assertTrue(trains.bps() > 15_000_000, trains.bps() + " b/s");
    }

    @Test
    void shouldBeginAnewWithAnotherClock() {
        train(8, MS);
        train(8, MS);
        trains.reset();
        assertEquals(0, trains.bps());
    }
}
