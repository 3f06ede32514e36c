package io.spillway.sfu.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a short train of packets shows of a path (R39). */
final class ProbeClusterTest {

    private static final long MS = 1_000_000;
    private static final int BYTES = 1_000;

    private final ProbeCluster cluster = new ProbeCluster();

    /** Sends a packet each 4 ms, 2 Mbps; each arrives so long after the one before. */
    private void send(int packets, int lost, long arrivalStepNs) {
        cluster.begin();
        for (int i = 0; i < packets; i++) {
            cluster.onSent(BYTES);
        }
        cluster.end(packets * 4L * MS);
        for (int i = 0; i < packets; i++) {
            if (i < lost) {
                cluster.onLost(cluster.newestId());
            } else {
                cluster.onReceived(cluster.newestId(), BYTES, i * 4L * MS, 50 * MS + i * arrivalStepNs);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10, 0, 4, 2000000", // as it was sent
        "10, 0, 8, 950000", // spread to half: full, a little less than that
        "10, 0, 3, 2000000", // closer together than sent: no more than was sent
        "10, 0, 1, 0", // held up and let go
        "10, 2, 4, 2000000",
        "10, 3, 4, 0", // too few of them came
        "3, 0, 4, 0",
    })
    void shouldMeasureByHowPacketsAreSpread(int packets, int lost, long arrivalStepMs, long bps) {
        send(packets, lost, arrivalStepMs * MS);
        assertTrue(cluster.isComplete(50 * MS, packets * 4L * MS));
        assertEquals(bps, cluster.takeMeasuredBps());
        assertFalse(cluster.isAwaited());
    }

    @Test
    void shouldWaitForFeedbackButNotForEver() {
        cluster.begin();
        cluster.onSent(BYTES);
        assertFalse(cluster.isComplete(50 * MS, 10_000 * MS), "it is still being sent");
        cluster.end(100 * MS);
        assertFalse(cluster.isComplete(50 * MS, 400 * MS));
        assertTrue(cluster.isComplete(50 * MS, 501 * MS));
        assertEquals(0, cluster.takeMeasuredBps());
    }

    @Test
    void shouldNotCountPacketsOfAnotherProbe() {
        cluster.begin();
        int before = cluster.newestId();
        cluster.end(0);
        cluster.begin();
        cluster.onSent(BYTES);
        cluster.end(0);
        cluster.onReceived(before, BYTES, 0, 0);
        cluster.onLost(before);
        assertFalse(cluster.isComplete(50 * MS, MS));
    }
}
