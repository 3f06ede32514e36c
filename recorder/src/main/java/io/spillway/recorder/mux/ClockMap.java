package io.spillway.recorder.mux;

import java.util.ArrayList;
import java.util.List;

/**
 * When what a layer's timestamps count was captured, by all that the journal says of it: between two reports what both say, in proportion; before the first what the first says. Where the publisher
 * reported nothing, by the least delayed arrivals.
 */
final class ClockMap {

    /** Two reports that part by more are of a clock that was set in between. */
    private static final long STEP_NS = 500_000_000L;

    private record Point(long atNs, int timestamp, long captureNs) {}

    private final int rateHz;
    private final List<Point> reported = new ArrayList<>();
    private final List<Point> suggested = new ArrayList<>();
    private int newest;

    ClockMap(int rateHz) {
        this.rateHz = rateHz;
    }

    void add(long atNs, int timestamp, long captureNs, boolean report) {
        (report ? reported : suggested).add(new Point(atNs, timestamp, captureNs));
    }

    /** Capture of a timestamp whose packet came at a time, which goes forward; nanoseconds since the journal began. */
    long captureNs(int timestamp, long atNs) {
        List<Point> points = reported.isEmpty() ? suggested : reported;
        if (points.isEmpty()) {
            return atNs;
        }
        if (newest >= points.size() || points.get(newest).atNs > atNs) {
            newest = 0;
        }
        while (newest + 1 < points.size() && points.get(newest + 1).atNs <= atNs) {
            newest++;
        }
        Point before = points.get(newest);
        long byBefore = by(before, timestamp);
        if (newest + 1 == points.size() || before.atNs > atNs) {
            return byBefore;
        }
        Point after = points.get(newest + 1);
        long byAfter = by(after, timestamp);
        long apart = byAfter - byBefore;
        return Math.abs(apart) > STEP_NS
                ? byBefore
                : byBefore + (long) ((double) apart * (atNs - before.atNs) / (after.atNs - before.atNs));
    }

    private long by(Point point, int timestamp) {
        return point.captureNs + (timestamp - point.timestamp) * 1_000_000_000L / rateHz;
    }
}
