package io.spillway.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {

    private static String printed(double... values) {
        Rounds rounds = new Rounds();
        for (double value : values) {
            rounds.add("row", value);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        rounds.print(new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).strip().replaceAll(" +", " ");
    }

    @Test
    void shouldTakeTheMiddleOfOddAndEvenCounts() {
        assertEquals(2, Rounds.median(List.of(3.0, 1.0, 2.0)));
        assertEquals(2.5, Rounds.median(List.of(4.0, 1.0, 2.0, 3.0)));
    }

    @Test
    void shouldDropTheFirstRound() {
        assertEquals("row 0.950 0.900 1.000", printed(7, 1, 0.9));
    }

    @Test
    void shouldPrintNothingOfWhatWasNotMeasured() {
        assertEquals("", printed(1));
        assertEquals("", printed(Double.NaN, Double.NaN));
    }
}
