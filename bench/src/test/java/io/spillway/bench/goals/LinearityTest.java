package io.spillway.bench.goals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.bench.goals.Linearity.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of figures, measured ones and made ones. */
class LinearityTest {

    /** 3 % of a core, and 2 µs a packet. */
    private static final List<Point> LINE =
            List.of(point(800, 0.43), point(50, 0.055), point(200, 0.13), point(100, 0.08));

    private static Point point(int viewers, double cpu) {
        return new Point(viewers, viewers * 250, cpu);
    }

    @Test
    void shouldFindTheLineThatThereIs() {
        Linearity linearity = new Linearity(LINE);
        assertTrue(linearity.isKnown());
        assertEquals(0, linearity.mostPercent(), 1e-6);
        assertEquals("50 to 800 viewers", linearity.range());
        assertEquals("within 0 % of a line", linearity.value());
        assertEquals(
                "goal: within 15 %; the line: 3.0 % of the core and 2.000 µs a packet; µs a packet, and by the line, at"
                        + " 50: 4.400 (+0 %), 100: 3.200 (+0 %), 200: 2.600 (+0 %), 800: 2.150 (+0 %); the dearest is 2.05 x"
                        + " the cheapest",
                linearity.note().replace("(-0 %)", "(+0 %)"));
    }

    /** Of a run on a quiet machine: packets/s and µs a packet from 200 to 2085 viewers. */
    @Test
    void shouldTellHowFarFiguresAreFromTheLine() {
        Linearity linearity = new Linearity(List.of(
                measured(200, 50_476, 3.128),
                measured(400, 100_897, 2.548),
                measured(800, 202_667, 2.114),
                measured(1600, 404_681, 1.816),
                measured(2085, 521_503, 1.740)));
        assertEquals("within 5 % of a line", linearity.value());
        assertTrue(linearity.note().contains("the dearest is 1.80 x the cheapest"), linearity.note());
    }

    private static Point measured(int viewers, double packetsPerSecond, double usAPacket) {
        return new Point(viewers, packetsPerSecond, packetsPerSecond * usAPacket / 1e6);
    }

    @Test
    void shouldMissTheGoalWhereTheCostGrowsFasterThanThePackets() {
        Linearity linearity =
                new Linearity(List.of(point(50, 0.025), point(200, 0.1), point(800, 0.4), point(1600, 1.6)));
        assertTrue(linearity.mostPercent() > Linearity.MOST_PERCENT, linearity.value());
        assertTrue(linearity.value().startsWith("up to "), linearity.value());
        assertTrue(linearity.percent(point(1600, 1.6)) > 0);
    }

    @Test
    void shouldSayNothingOfTooFewPoints() {
        assertFalse(new Linearity(List.of()).isKnown());
        assertFalse(new Linearity(List.of(point(50, 0.1), point(100, 0.2))).isKnown());
        assertFalse(new Linearity(List.of(point(50, 0.1), point(50, 0.1), point(100, 0.2))).isKnown());
    }
}
