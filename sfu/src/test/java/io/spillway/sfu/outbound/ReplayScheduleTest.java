package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReplayScheduleTest {

    private static final long MS = 1_000_000;
    private static final long ORIGIN_NS = 70_000 * MS;

    @ParameterizedTest
    @CsvSource({
        // group so far, rate, fps, live within, peak
        "  500 ms,  2500000, 30,   370,  30000000", // sent at the usual speed of a keyframe
        " 1000 ms,  2500000, 30,   700,  30000000",
        " 8300 ms,  2500000, 30,  1050,  30000000", // OBS left at its defaults
        "10000 ms,  2500000, 30,  1200,  30000000", // ffmpeg -g 300
        " 5000 ms,  2500000, 60,  1300,  30000000",
        " 8300 ms,  6000000, 30,  1250,  60000000",
        " 8300 ms,   300000, 15,  1050,   5000000",
        "20000 ms,  2500000, 30,  2400,  30000000", // beyond the bound: a fast-forward
        " 8300 ms, 25000000, 30,  8500,  62500000", // so much media that only its rate bounds it
    })
    void shouldMeetTheLiveEdgeWithinItsBounds(
            String group, long mediaBps, int framesPerSecond, long withinMs, long peakBps) {
        long nowNs = ORIGIN_NS + Long.parseLong(group.replace(" ms", "")) * MS;
        long keyframeBytes = mediaBps / 8 / 5;

        var schedule = ReplaySchedule.plan(ORIGIN_NS, keyframeBytes, mediaBps, Long.MAX_VALUE, framesPerSecond, nowNs);

        long afterMs = (schedule.meetingNs() - nowNs) / MS;
        assertTrue(afterMs <= withinMs, "live after " + afterMs + " ms");
        assertEquals(peakBps, schedule.peakBps());
        assertTrue(schedule.speedMilli() * framesPerSecond <= 1000L * ReplaySchedule.MAX_FRAMES_PER_SECOND);
        assertTrue(schedule.speedMilli() * mediaBps / 1000 <= schedule.peakBps(), "the pacer can follow the schedule");
    }

    @ParameterizedTest
    @CsvSource({"0, 2500000, 30", "33, 2500000, 0", "4000, 0, 30", "4000, 100000, 5", "600000, 2500000, 30"})
    void shouldNeverSendEarlyNorBackwards(long groupMs, long mediaBps, int framesPerSecond) {
        long nowNs = ORIGIN_NS + groupMs * MS;
        var schedule = ReplaySchedule.plan(ORIGIN_NS, 10_000, mediaBps, Long.MAX_VALUE, framesPerSecond, nowNs);

        long previousNs = nowNs;
        for (long arrivalNs = ORIGIN_NS; arrivalNs < nowNs + 2_000 * MS; arrivalNs += 7 * MS) {
            long sendNs = schedule.sendAtNs(arrivalNs);
            assertTrue(sendNs >= previousNs, "order kept");
            assertTrue(sendNs >= arrivalNs, "not before it arrived");
            previousNs = sendNs;
        }
    }
}
