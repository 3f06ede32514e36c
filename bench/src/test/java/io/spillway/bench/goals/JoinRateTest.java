package io.spillway.bench.goals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a rate of joins is more than those who watch bear. */
class JoinRateTest {

    @ParameterizedTest
    @CsvSource({
        "1900, 2030, false", // as calm as before
        "1900, 5700, false", // 2 x 1900 + 2000 is 5800
        "1900, 10700, true",
        "100, 2100, false", // a hop that was short may grow by two milliseconds and more
        "100, 2300, true",
    })
    void shouldBoundTheHopOfWatchersByWhatItIsWithoutJoins(double calmUs, long hopUs, boolean tooMuch) {
        assertEquals(tooMuch, !JoinRate.noticed(Windows.calm(hopUs), calmUs).isEmpty());
    }

    @Test
    void shouldCountWhatDoesNotAuthenticate() {
        assertEquals("lost 0, left out 0, wrong 3, ended 0", JoinRate.noticed(Windows.withLosses(0, 0, 3), 1_000));
        assertEquals("lost 1, left out 2, wrong 0, ended 0", JoinRate.noticed(Windows.withLosses(1, 2, 0), 1_000));
    }
}
