package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class TimestampRewriteTest {

    private static final long MS = 1_000_000;

    private final TimestampMap map = new TimestampMap(90_000, 1_000);

    @Test
    void shouldKeepTheSpacingOfTheSource() {
        map.changeSource(70_000, 0, null);

        assertEquals(1_000, map.map(70_000));
        assertEquals(4_000, map.map(73_000));
        assertEquals(2_500, map.map(71_500), "a late packet");
    }

    @Test
    void shouldMoveByTheTimeThatPassedWhenTheSourceChanges() {
        map.changeSource(70_000, 0, null);
        map.map(70_000);
        map.changeSource(5, 2_000 * MS, null);

        assertEquals(181_000, map.map(5));
        assertEquals(184_000, map.map(3_005));
    }

    @Test
    void shouldMoveOneTickAtLeastWhenTheNewSourceSeemsOlder() {
        map.changeSource(70_000, 0, null);
        map.map(70_000);
        map.changeSource(5, -500 * MS, null);

        assertEquals(1_001, map.map(5));
    }

    /** 2 is behind by 40 ms each time; what keeps it moving forward is not handed down. */
    @Test
    void shouldNotDriftOverManyChanges() {
        map.changeSource(0, 0, null);
        map.map(0);
        for (int second = 1; second <= 1_000; second++) {
            map.changeSource(7_777, second % 2 == 1 ? -40 * MS : 1_040 * MS, null);
            map.map(7_777);
        }
        int end = map.map(7_777 + 3_000) - 3_000;

        assertEquals(1_000 + 500 * 90_000, end, 1);
    }

    @Test
    void shouldRoundToTheNearestTickWhenTheSourceChanges() {
        map.changeSource(0, 0, null);
        map.map(0);
        map.changeSource(3_000, map.spanNs(0, 3_000), null);

        assertEquals(4_000, map.map(3_000));
    }

    @Test
    void shouldGoOnOverTheWrapOfTheSource() {
        map.changeSource(-3_000, 0, null);

        assertEquals(1_000, map.map(-3_000));
        assertEquals(4_000, map.map(0));
        assertEquals(7_000, map.map(3_000));
    }

    @Test
    void shouldGoOnOverTheWrapOfTheViewersTimestamp() {
        var wrapping = new TimestampMap(90_000, -1);
        wrapping.changeSource(0, 0, null);

        assertEquals(-1, wrapping.map(0));
        assertEquals(2_999, wrapping.map(3_000));
        wrapping.changeSource(77, 100 * MS, null);
        assertEquals(11_999, wrapping.map(77));
    }

    @Test
    void shouldStayMonotonicWhenCachedPicturesMeetTheLiveEdge() {
        long arrivalNs = 50_000 * MS;
        var schedule = ReplaySchedule.plan(arrivalNs, 50_000, 2_500_000, Long.MAX_VALUE, 30, arrivalNs + 4_000 * MS);
        map.changeSource(0, 0, schedule);

        int previous = map.map(0);
        for (int frame = 1; frame < 300; frame++) {
            int out = map.map(frame * 3_000);
            assertTrue(out - previous > 300, "frame " + frame + " moves " + (out - previous));
            assertTrue(out - previous <= 3_001, "frame " + frame + " moves " + (out - previous));
            previous = out;
        }
        assertEquals(map.live(299 * 3_000), previous, "at the live edge nothing is shifted");
    }

    @Test
    void shouldGiveAPictureTheTimeAtWhichItIsSent() {
        long arrivalNs = 50_000 * MS;
        long joinNs = arrivalNs + 4_000 * MS;
        var schedule = ReplaySchedule.plan(arrivalNs, 50_000, 2_500_000, Long.MAX_VALUE, 30, joinNs);
        map.changeSource(0, 0, schedule);

        for (int frame = 0; frame < 300; frame++) {
            long sentNs = schedule.sendAtNs(arrivalNs + frame * 1_000_000_000L / 30);
            // A live sample captured with no delay would be stamped by the same count from the keyframe's arrival.
            long liveTicks = (sentNs - arrivalNs) / 1000 * 90_000 / 1_000_000;
            long offTicks = Math.abs(map.map(frame * 3_000) - map.live(0) - liveTicks);
            assertTrue(offTicks <= 9, "frame " + frame + " is off by " + offTicks);
        }
    }
}
