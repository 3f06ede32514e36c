package io.spillway.bench.goals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.bench.load.Window;
import io.spillway.bench.machine.CpuTimes;
import io.spillway.bench.machine.ThreadKind;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which pairs of rounds say what recording costs. */
class RecordCostTest {

    private static final String USED = "recordUsAPacket";

    private final Report report =
            new Report(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8), List.of(USED));

    @Test
    void shouldTellTheMedianOfGoodPairs() {
        RecordCost.tell(report, List.of(pair(4_000), pair(9_000), pair(5_000)), 3, List.of());
        assertTrue(report.json().contains("\"" + USED + "\": 5,"), report.json());
        assertTrue(report.json().contains("\"4.00 to 9.00 in 3 pairs\""), report.json());
    }

    @Test
    void shouldCountNoPairThatLostAnythingOrThatNobodyChecked() {
        Window good = Windows.calm(1_000);
        assertEquals("", pair(good, good, true).failure());
        assertEquals(
                "lost 1, left out 0, wrong 0, ended 0",
                pair(good, Windows.withLosses(1, 0, 0), true).failure());
        assertEquals(
                "lost 0, left out 2, wrong 0, ended 0",
                pair(Windows.withLosses(0, 2, 0), good, true).failure());
        assertEquals(
                "no packet was authenticated",
                pair(good, Windows.unchecked(), true).failure());
        assertEquals("not all could join", pair(good, good, false).failure());
    }

    @Test
    void shouldGiveNoFigureOfTooFewPairs() {
        RecordCost.tell(report, List.of(pair(4_000), pair(9_000)), 3, List.of("a", "b", "c", "lost 1"));
        String why = "; 4 pairs count for nothing (lost 1); VOID: 2 of 3 pairs were good";
        assertTrue(report.json().contains("\"" + USED + "\": null,"), report.json());
        assertTrue(report.json().contains("\"" + USED + "Reason\": \"void" + why + "\""), report.json());
        assertTrue(report.json().contains("\"4.00 to 9.00 in 2 pairs" + why + "\""), report.json());
        RecordCost.tell(report, List.of(), 3, List.of("lost 1"));
        assertTrue(report.json().contains("\"not measured\""), report.json());
    }

    /** Of a thousand packets, which take so many nanoseconds more each where they are recorded. */
    private static RecordCost.Pair pair(long costNs) {
        Window window = Windows.calm(1_000);
        return new RecordCost.Pair(measured(window, 10_000), measured(window, 10_000 + costNs), true);
    }

    private static RecordCost.Pair pair(Window without, Window with, boolean joined) {
        return new RecordCost.Pair(measured(without, 1_000), measured(with, 1_000), joined);
    }

    private static Bed.Measured measured(Window window, long nsAPacket) {
        return new Bed.Measured(window, new CpuTimes(1_000 * nsAPacket, Map.of(ThreadKind.RECORD, 1_000L)));
    }
}
