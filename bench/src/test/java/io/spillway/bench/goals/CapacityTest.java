package io.spillway.bench.goals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource({
        "50, 0.05, 200", // not by more than four
        "200, 0.16, 800",
        "800, 0.55, 1411", // to where its core would be full
        "1411, 0.65, 1600",
        "1411, 0.80, 0", // not by less than two fifths
        "800, 0.99, 0",
        "1600, 0.30, 0",
    })
    void shouldGoTowardAFullCoreAndEndNearIt(int viewers, double serverCpu, int next) {
        assertEquals(next, Capacity.next(Pace.QUICK, viewers, serverCpu));
    }

    @ParameterizedTest
    @CsvSource({"50, 0.05, 100", "2139, 0.91, 2281", "2281, 0.99, 2373", "12000, 0.5, 0"})
    void shouldGoOnUntilItFailsWhereThereIsTime(int viewers, double serverCpu, int next) {
        assertEquals(next, Capacity.next(Pace.FULL, viewers, serverCpu));
    }
}
