package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How often a loop wakes for what its viewers have to do at some time, not when a packet comes. */
final class BeatTest {

    private static final int VIEWERS = 100;

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 10000000", "10000000, 10000000", "10000001, 20000000", "-1, 0"})
    void shouldGiveTheNextBeat(long ns, long beatNs) {
        assertEquals(beatNs, Beat.atOrAfter(ns));
    }

    @Test
    void shouldWakeOnceForManyViewers() {
        World world = new World();
        world.publish(TestPublisher.vp8(1));
        List<TestViewer> viewers = new ArrayList<>();
        for (int i = 0; i < VIEWERS; i++) {
            TestViewer viewer = new TestViewer();
            viewer.seed = i;
            viewers.add(world.join(viewer));
            // Nobody comes at a full millisecond.
            world.nowNs += 137_777;
        }
        world.advanceMs(3_000);
        int reports = reports(viewers);
        long untilNs = world.nowNs + 1_000 * World.MS;
        int wakes = 0;
        while (true) {
            long nextNs = viewers.stream()
                    .mapToLong(viewer -> viewer.media().nextDeadlineNs())
                    .min()
                    .orElseThrow();
            if (nextNs > untilNs) {
                break;
            }
            wakes++;
            viewers.forEach(viewer -> viewer.wake(nextNs));
        }
        assertTrue(reports(viewers) - reports >= 2 * VIEWERS, "each of two streams of each viewer is reported");
        assertTrue(wakes <= 101, wakes + " wakes for " + VIEWERS + " viewers in a second");
    }

    private static int reports(List<TestViewer> viewers) {
        return viewers.stream().mapToInt(viewer -> viewer.reports.size()).sum();
    }
}
