package io.spillway.sfu.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a short train of packets shows of a path (R39). */
final class ProbeClusterTest {

    private static final long MS = 1_000_000;
    private static final int BYTES = 1_000;

    private final ProbeCluster cluster = new ProbeCluster();

    /** Sends a packet each 4 ms, 2 Mbps; each arrives so long after the one before. */
    private void send(int packets, int lost, long arrivalStepNs) {
        cluster.begin(0);
        for (int i = 0; i < packets; i++) {
            cluster.onSent(BYTES);
        }
        cluster.end(packets * 4L * MS);
        for (int i = 0; i < packets; i++) {
            if (i < lost) {
                cluster.onLost(cluster.newestId(), BYTES);
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

    /** Sent at 2 Mbps, of which the path carries half: a packet has come when its last byte has, whatever the sizes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1000 1000 1000 1000 100 100",
                "100 100 1000 1000 1000 1000",
                "1000 100 1000 100 1000 100",
                "100 100 100 1000 1000"
            })
    void shouldMeasurePacketsOfManySizes(String sizes) {
        List<Integer> bytes =
                Arrays.stream(sizes.split(" ")).map(Integer::valueOf).toList();
        cluster.begin(0);
        bytes.forEach(cluster::onSent);
        cluster.end(100 * MS);
        long before = 0;
        for (int each : bytes) {
            long sentNs = before * 4_000;
            before += each;
            cluster.onReceived(cluster.newestId(), each, sentNs, 50 * MS + before * 8_000);
        }
        assertEquals(950_000, cluster.takeMeasuredBps());
    }

    /** Of a packet each 4 ms, 2 Mbps, those of the given numbers are lost, where the path loses a tenth anyway. */
    @ParameterizedTest
    @CsvSource({
        "8, '2 5', 0.1, 2000000",
        "8, '0 7', 0.1, 2000000",
        "10, '2 5 6', 0.1, 0",
        "8, '2 5', 0, 0", // nothing is usually lost: what did not come is not carried
    })
    void shouldNotTakeLossByChanceForLackOfRoom(int packets, String lost, double usualLoss, long bps) {
        List<Integer> missing =
                Arrays.stream(lost.split(" ")).map(Integer::valueOf).toList();
        cluster.begin(usualLoss);
        for (int i = 0; i < packets; i++) {
            cluster.onSent(BYTES);
        }
        cluster.end(packets * 4L * MS);
        for (int i = 0; i < packets; i++) {
            if (missing.contains(i)) {
                cluster.onLost(cluster.newestId(), BYTES);
            } else {
                cluster.onReceived(cluster.newestId(), BYTES, i * 4L * MS, (50 + i * 4L) * MS);
            }
        }
        assertEquals(bps, cluster.takeMeasuredBps());
    }

    @ParameterizedTest
    @CsvSource({
        "10, 3, 4, true", // what came was not held up: chance may have lost the rest
        "10, 3, 8, false", // the path was full
        "10, 2, 4, false", // enough came
        "3, 0, 4, false",
    })
    void shouldTellWhetherItShowsNothingForWantOfPacketsAlone(
            int packets, int lost, long arrivalStepMs, boolean patchy) {
        send(packets, lost, arrivalStepMs * MS);
        cluster.takeMeasuredBps();
        assertEquals(patchy, cluster.wasPatchy());
    }

    @Test
    void shouldWaitForFeedbackButNotForEver() {
        cluster.begin(0);
        cluster.onSent(BYTES);
        assertFalse(cluster.isComplete(50 * MS, 10_000 * MS), "it is still being sent");
        cluster.end(100 * MS);
        assertFalse(cluster.isComplete(50 * MS, 400 * MS));
        assertTrue(cluster.isComplete(50 * MS, 501 * MS));
        assertEquals(0, cluster.takeMeasuredBps());
    }

    @Test
    void shouldNotCountPacketsOfAnotherProbe() {
        cluster.begin(0);
        int before = cluster.newestId();
        cluster.end(0);
        cluster.begin(0);
        cluster.onSent(BYTES);
        cluster.end(0);
        cluster.onReceived(before, BYTES, 0, 0);
        cluster.onLost(before, BYTES);
        assertFalse(cluster.isComplete(50 * MS, MS));
    }
}
