package io.spillway.bench.goals;

import io.spillway.bench.load.Window;
import org.HdrHistogram.Histogram;

/** Windows as a generator might end them: one second, a thousand packets, all but what is named as it should be. */
final class Windows {

    private static final long PACKETS = 1_000;

    private Windows() {}

    static Window calm(long hopUs) {
        return window(hopUs, 60, 0, 0, 0);
    }

    static Window withLosses(long lost, long skipped, long wrong) {
        return window(1_000, 60, lost, skipped, wrong);
    }

    static Window unchecked() {
        return window(1_000, 0, 0, 0, 0);
    }

    private static Window window(long hopUs, long authenticated, long lost, long skipped, long wrong) {
        Histogram hop = new Histogram(60_000_000_000L, 3);
        for (int i = 0; i < authenticated; i++) {
            hop.recordValue(hopUs * 1_000);
        }
        Histogram none = new Histogram(60_000_000_000L, 3);
        return new Window(
                1,
                PACKETS,
                PACKETS,
                PACKETS,
                PACKETS * 1_200,
                authenticated,
                0,
                0,
                0,
                0,
                lost,
                skipped,
                0,
                wrong,
                0,
                "",
                hop,
                none,
                none,
                0.3,
                0,
                0,
                0);
    }
}
