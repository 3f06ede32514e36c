package io.spillway.bench.goals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Which windows say that viewers were served. */
class CapacityTest {

    @Test
    void shouldTakeAWindowInWhichAllCameAuthenticAndInTime() {
        assertEquals("", Capacity.failure(Windows.calm(3_000)));
        assertEquals(
                "60 packets authenticated, of 1 in 16 viewers",
                Windows.calm(3_000).checked());
    }

    @Test
    void shouldRefuseWhatIsLostLeftOutOrWrong() {
        assertEquals("lost 1, left out 0, wrong 0, ended 0", Capacity.failure(Windows.withLosses(1, 0, 0)));
        assertEquals("lost 0, left out 1, wrong 0, ended 0", Capacity.failure(Windows.withLosses(0, 1, 0)));
        assertEquals("lost 0, left out 0, wrong 1, ended 0", Capacity.failure(Windows.withLosses(0, 0, 1)));
    }

    @Test
    void shouldNotTrustWhatNobodyChecked() {
        assertEquals("no packet was authenticated", Capacity.failure(Windows.unchecked()));
    }

    @Test
    void shouldRefuseAHopOfMoreThanThreeFrames() {
        assertEquals("hop p99 120 ms", Capacity.failure(Windows.calm(120_000)));
    }
}
