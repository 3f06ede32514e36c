package io.spillway.sfu.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NackGeneratorTest {

    private static final long MS = 1_000_000L;

    private final RttEstimate rtt = new RttEstimate();
    private final NackGenerator nacks = new NackGenerator(rtt);
    private final long[] out = new long[NackGenerator.MAX_OPEN];

    /** Numbers in order of arrival, and what is asked for as soon as the last of them came; the round trip is the default, 100 ms. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10 11 12       |          | nothing is missing",
                "10 12          |          | 11 may be reordered",
                "10 12 13       |          | still",
                "10 12 13 14    | 11       | three came after it",
                "10 12 11 13 14 |          | it was reordered",
                "10 15          | 11 12    | 13 and 14 may be reordered",
                "10 9 8         |          | from before the beginning",
                "65535 65539    | 65536    | over the 16-bit wrap",
            })
    void shouldAskOnlyForWhatIsNotJustReordered(String arrivals, String asked, String why) {
        for (String extSeq : arrivals.split(" ", -1)) {
            nacks.onPacket(Long.parseLong(extSeq), 0);
        }
        List<Long> expected = asked == null
                ? List.of()
                : Arrays.stream(asked.split(" ", -1)).map(Long::valueOf).toList();
        assertEquals(expected, collect(0), why);
    }

    @Test
    void shouldAskForLonelyGapAfterTheHold() {
        nacks.onPacket(10, 0);
        nacks.onPacket(12, 0);
        assertEquals(List.of(), collect(0));
        assertEquals(10 * MS, nacks.nextDeadlineNs());
        assertEquals(List.of(11L), collect(10 * MS));
    }

    /** R16: waiting must cost little beside the round trip. */
    @ParameterizedTest
    @CsvSource({"200, 10", "80, 10", "40, 5", "8, 1", "7, 0", "1, 0"})
    void shouldHoldAnEighthOfTheRoundTripAtMost(long rttMs, long holdMs) {
        rtt.onSample(rttMs * MS);
        nacks.onPacket(10, 0);
        nacks.onPacket(12, 0);
        if (holdMs > 0) {
            assertEquals(List.of(), collect(holdMs * MS - 1));
        }
        assertEquals(List.of(11L), collect(holdMs * MS));
    }

    @Test
    void shouldRetryEachRoundTripAndGiveUpAfterTenTries() {
        rtt.onSample(100 * MS);
        gapOf11(0);
        List<Long> triesMs = new ArrayList<>();
        long nowNs = 0;
        for (int i = 0; i < 20 && nacks.open() > 0; i++) {
            if (!collect(nowNs).isEmpty()) {
                triesMs.add(nowNs / MS);
            }
            nowNs = nacks.open() > 0 ? nacks.nextDeadlineNs() : nowNs;
        }
        assertEquals(List.of(0L, 100L, 200L, 300L, 400L, 500L, 600L, 700L, 800L, 900L), triesMs);
        assertEquals(1000 * MS, nowNs);
        assertEquals(1, nacks.givenUp());
        assertEquals(11, nacks.takeGivenUp());
        assertEquals(-1, nacks.takeGivenUp());
        assertEquals(Long.MAX_VALUE, nacks.nextDeadlineNs());
    }

    @Test
    void shouldRetryOnAGridWhenTheRoundTripIsShort() {
        rtt.onSample(5 * MS);
        gapOf11(0);
        assertEquals(List.of(11L), collect(0));
        assertEquals(5 * MS, nacks.nextDeadlineNs());
        assertEquals(List.of(11L), collect(5 * MS));
        assertEquals(45 * MS, nacks.nextDeadlineNs(), "40 ms after the last retry");
        assertEquals(List.of(), collect(44 * MS));
        assertEquals(List.of(11L), collect(45 * MS));
    }

    @Test
    void shouldMeasureRoundTripByFirstTriesOnly() {
        gapOf11(0);
        collect(0);
        nacks.onPacket(11, 30 * MS);
        assertEquals(30 * MS, rtt.rttNs());
        assertEquals(1, nacks.repaired());

        nacks.onPacket(20, 1000 * MS);
        collect(1000 * MS);
        collect(1200 * MS);
        nacks.onPacket(15, 1201 * MS);
        assertEquals(30 * MS, rtt.rttNs(), "15 was asked for twice: which try did it answer?");
    }

    @Test
    void shouldAskOnceWhenNothingIsEverRepaired() {
        for (int i = 0; i <= NackGenerator.SILENCE; i++) {
            nacks.onPacket(10 + 10L * i, 0);
        }
        long nowNs = 0;
        while (nacks.open() > 0) {
            collect(nowNs);
            nowNs += 50 * MS;
        }
        long askedBefore = nacks.asked();
        gap(1001, nowNs);
        while (nacks.open() > 0) {
            collect(nowNs);
            nowNs += 50 * MS;
        }
        assertEquals(askedBefore + (1001 - 90), nacks.asked(), "once each");
    }

    @Test
    void shouldAskTenTimesAgainAfterARepair() {
        for (int i = 0; i <= NackGenerator.SILENCE; i++) {
            nacks.onPacket(10 + 2L * i, 0);
        }
        long nowNs = 0;
        while (nacks.open() > 0) {
            collect(nowNs);
            nowNs += 50 * MS;
        }
        nacks.onPacket(40, nowNs);
        collect(nowNs);
        nacks.onPacket(30, nowNs + MS);
        for (int i = 0; i < 5; i++) {
            nowNs += 100 * MS;
            assertTrue(collect(nowNs).contains(31L), "try " + i);
        }
    }

    @Test
    void shouldGiveUpAllWhenMoreIsMissingThanCanBeKept() {
        nacks.onPacket(10, 0);
        nacks.onPacket(20, 0);
        nacks.onPacket(20 + NackGenerator.MAX_OPEN, 0);
        assertEquals(0, nacks.open());
        assertEquals(9 + NackGenerator.MAX_OPEN - 1, nacks.givenUp());
        assertEquals(Long.MIN_VALUE, nacks.nextDeadlineNs(), "someone must ask for a keyframe");
        assertEquals(19 + NackGenerator.MAX_OPEN, nacks.takeGivenUp());
    }

    @Test
    void shouldForgetEverythingAtARestart() {
        gapOf11(0);
        nacks.restart();
        nacks.onPacket(500, 0);
        assertEquals(List.of(), collect(1000 * MS));
        assertEquals(0, nacks.givenUp());
    }

    private void gapOf11(long nowNs) {
        nacks.onPacket(10, nowNs);
        nacks.onPacket(12, nowNs);
        nacks.onPacket(13, nowNs);
        nacks.onPacket(14, nowNs);
    }

    private void gap(long to, long nowNs) {
        nacks.onPacket(to + 1, nowNs);
    }

    private List<Long> collect(long nowNs) {
        int count = nacks.collect(nowNs, out);
        return Arrays.stream(out, 0, count).boxed().toList();
    }
}
