package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.outbound.OutboundMedia;
import io.spillway.testkit.Link;
import org.junit.jupiter.api.Test;

/** Nothing is sent for probing alone while a path's queue is seen to grow, nor where no higher layer is there (R39). */
final class ProbingTest {

    private static final long WIDE_MS = 10_000;
    private static final long END_MS = 60_000;

    /** The smallest layer fits, and the next one does not. */
    @Test
    void shouldSendNoProbeWhileTheQueueGrows() {
        var scenario = new Scenario("probing", "0.3 Mbps; RTT 20 ms", 1, Link.ofDelayMs(10));
        scenario.linkBps = ms -> 300_000;
        OutboundMedia server = scenario.outbound(scenario.first());
        int probes = 0;
        int overuses = 0;
        boolean overused = false;
        long probedMs = Long.MIN_VALUE;
        long bytes = probeBytes(scenario);
        for (long ms = 0; ms < END_MS; ms++) {
            boolean before = overused;
            scenario.play(1);
            overused = server.estimate().isOverused();
            long now = probeBytes(scenario);
            if (before && overused) {
                assertEquals(bytes, now, "a probe goes on at " + ms + " ms; " + scenario);
            }
            overuses += overused && !before ? 1 : 0;
            if (now > bytes) {
                probes += ms - probedMs > 100 ? 1 : 0;
                probedMs = ms;
            }
            bytes = now;
        }
        String seen = probes + " probes, " + overuses + " over-uses; " + scenario;
        assertTrue(probes >= 5 && overuses >= 5, seen);
    }

    @Test
    void shouldNotProbeForMoreThanThereIs() {
        var scenario = new Scenario("at-the-top", "5 Mbps; RTT 50 ms", 1, Link.ofDelayMs(25));
        scenario.linkBps = ms -> 5_000_000;
        scenario.play(WIDE_MS);
        assertEquals(SimulcastPublisher.LAYERS - 1, scenario.first().viewer.layer(), scenario.toString());
        long bytes = probeBytes(scenario);
        assertTrue(bytes > 0, "it was probed for; " + scenario);
        scenario.play(END_MS - WIDE_MS);
        assertEquals(bytes, probeBytes(scenario), scenario.toString());
    }

    private static long probeBytes(Scenario scenario) {
        return scenario.status(scenario.first()).probeBytes();
    }
}
