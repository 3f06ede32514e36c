package io.spillway.sfu.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RembRampTest {

    private final RembRamp ramp = new RembRamp(20_000_000);

    @Test
    void shouldReachTheMostWithinElevenReportsWithoutLoss() {
        assertEquals(2_500_000, ramp.next(0, 0));
        long allowed = 0;
        for (int report = 2; report <= 11; report++) {
            allowed = ramp.next(0.01, 1_000_000);
        }
        assertEquals(20_000_000, allowed);
    }

    @Test
    void shouldHoldAtSomeLossAndFallBelowWhatArrivesAtHeavyLoss() {
        ramp.next(0, 0);
        assertEquals(2_500_000, ramp.next(0.05, 1_000_000));
        assertEquals(900_000, ramp.next(0.2, 1_000_000));
        assertTrue(ramp.next(0, 900_000) > 900_000);
    }

    @Test
    void shouldNeverFallBelowTheLeast() {
        for (int i = 0; i < 50; i++) {
            ramp.next(1.0, 0);
        }
        assertEquals(RembRamp.MIN_BPS, ramp.next(0.05, 0));
    }

    @Test
    void shouldStartAtTheMostWhenThatIsLess() {
        assertEquals(1_000_000, new RembRamp(1_000_000).next(0, 0));
        assertEquals(RembRamp.MIN_BPS, new RembRamp(1).next(0, 0));
    }
}
