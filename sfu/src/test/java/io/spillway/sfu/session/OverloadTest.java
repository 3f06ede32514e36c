package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.Shedding;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A loop in virtual time: turns of a given share of it, and what is shed when (W22). */
final class OverloadTest {

    private static final long MS = 1_000_000L;
    private static final int TURN_EVERY_MS = 10;

    private final List<String> steps = new ArrayList<>();
    private Overload overload = new Overload(95);
    private long nowNs = -3_000 * MS;
    private long beganNs = nowNs;

    /** The loop is busy that share of the time. */
    private void run(int percent, long forMs) {
        for (long ms = 0; ms < forMs; ms += TURN_EVERY_MS) {
            long endedNs = nowNs + TURN_EVERY_MS * MS * percent / 100;
            if (percent > 0) {
                overload.onTurnEnd(nowNs, endedNs);
            }
            nowNs += TURN_EVERY_MS * MS;
            look();
        }
    }

    private void turn(long forMs) {
        overload.onTurnEnd(nowNs, nowNs + forMs * MS);
        nowNs += forMs * MS;
        look();
    }

    private void look() {
        if (overload.nextDeadlineNs() <= nowNs && overload.onTimeout(nowNs)) {
            steps.add(overload.shedding().label() + " " + (nowNs - beganNs) / 1_000_000_000 + "s");
        }
    }

    @Test
    void shouldShedLayersThenJoinsAndGiveBackInTheReverseOrder() {
        run(90, 10_000);
        assertEquals(List.of(), steps, "90 % is much, not too much");
        beganNs = nowNs;
        run(100, 20_000);
        assertEquals(List.of("highest_layer 2s", "higher_layers 3s", "joins 4s"), steps);
        assertEquals(100, overload.status().busyPercent());
        assertEquals(10 * MS, overload.status().longestTurnNs());

        steps.clear();
        run(80, 60_000);
        assertEquals(List.of(), steps, "not well below the bound");
        beganNs = nowNs;
        run(50, 60_000);
        assertEquals(List.of("higher_layers 5s", "highest_layer 10s", "nothing 15s"), steps);
    }

    @Test
    void shouldGoNoFurtherThanItMust() {
        run(99, 3_300);
        assertEquals(Shedding.HIGHEST_LAYER, overload.shedding());
        run(85, 60_000);
        assertEquals(Shedding.HIGHEST_LAYER, overload.shedding());
        assertEquals(1, steps.size());
    }

    @ParameterizedTest
    @CsvSource({"200, 6000", "900, 6000", "1500, 10000"})
    void shouldForgiveAPauseNowAndThen(int pauseMs, int everyMs) {
        for (int i = 0; i < 20; i++) {
            run(30, everyMs - pauseMs);
            turn(pauseMs);
        }
        assertEquals(List.of(), steps);
    }

    @Test
    void shouldTakeLongTurnsOneAfterTheOtherForOverload() {
        for (int i = 0; i < 10; i++) {
            turn(260);
            run(10, 300);
        }
        assertTrue(overload.status().busyPercent() < 70);
        assertEquals(Shedding.JOINS, overload.shedding());
        run(10, 30_000);
        assertEquals(Shedding.NOTHING, overload.shedding());
    }

    @Test
    void shouldNotFlapWhereLayersGivenBackAreTooMuch() {
        int[] cost = {100, 60, 30, 30};
        for (int ms = 0; ms < 1_800_000; ms += TURN_EVERY_MS) {
            run(cost[overload.shedding().ordinal()], TURN_EVERY_MS);
        }
        // Shed at once, given back after 5, 10, 20 ... 160 s, and shed again: 6 times in the first five minutes, 9 in
        // 25 more.
        assertTrue(steps.size() >= 10 && steps.size() <= 40, steps.toString());
        long inLastTenMinutes = steps.stream()
                .filter(step -> Integer.parseInt(step.substring(step.indexOf(' ') + 1, step.length() - 1)) > 1_200)
                .count();
        assertTrue(inLastTenMinutes <= 10, steps.toString());
    }

    @Test
    void shouldBeQuickAgainAfterALongQuietTime() {
        for (int i = 0; i < 5; i++) {
            run(100, 3_300);
            run(10, 170_000);
        }
        steps.clear();
        run(100, 3_300);
        beganNs = nowNs;
        run(10, 8_000);
        assertEquals(
                List.of("highest_layer", "nothing"),
                steps.stream().map(step -> step.substring(0, step.indexOf(' '))).toList());
    }

    @Test
    void shouldNeverShedWhenTold() {
        overload = new Overload(Overload.NEVER_PERCENT);
        run(100, 60_000);
        assertEquals(Shedding.NOTHING, overload.shedding());
        assertEquals(100, overload.status().busyPercent(), "and tell how busy it is all the same");
    }

    @Test
    void shouldAskForNoWakingWhileIdle() {
        run(0, 100);
        overload.onTurnEnd(nowNs, nowNs + MS);
        assertEquals(Long.MAX_VALUE, overload.nextDeadlineNs());
        run(100, 1_000);
        assertTrue(overload.nextDeadlineNs() < nowNs + 100 * MS + 1);
        run(0, 2_000);
        assertEquals(0, overload.status().busyPercent());
        assertEquals(Long.MAX_VALUE, overload.nextDeadlineNs());
    }
}
