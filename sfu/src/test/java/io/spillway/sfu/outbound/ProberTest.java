package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.congestion.BandwidthEstimate;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** A probe ends, whatever comes of it, and at the first over-use (R39). */
final class ProberTest {

    private static final long MS = World.MS;
    private static final int BYTES = 1_000;

    private final BandwidthEstimate estimate = new BandwidthEstimate(1_000_000, new DropCounters());
    private long nowNs = 1_000 * MS;
    private int asked;

    /** Number and instant of what is on its way. */
    private final Queue<long[]> arrivals = new ArrayDeque<>();

    private long freeNs;

    /** A viewer that gets 800 kbit/s, and tells so. */
    private void measure() {
        for (int i = 0; i < 200; i++) {
            int number = estimate.nextNumber();
            estimate.onPacketSent(BYTES, nowNs);
            nowNs += 10 * MS;
            estimate.onReceived(number, (int) (nowNs / 250_000));
            estimate.onFeedbackEnd(nowNs);
        }
        assertTrue(estimate.isMeasured());
    }

    private void playProbe(Prober prober) {
        prober.want(3_000_000, false, nowNs);
        for (int i = 0; i < 1_000 && prober.nextDeadlineNs() != Long.MAX_VALUE; i++) {
            nowNs = prober.nextDeadlineNs();
            prober.onTimeout(nowNs);
        }
        assertEquals(Long.MAX_VALUE, prober.nextDeadlineNs(), "it ended");
    }

    @Test
    void shouldEndWhereNothingCanBeSentTo() {
        measure();
        playProbe(new Prober(estimate, atNs -> {
            asked++;
            assertTrue(asked < 1_000, "asked for ever");
            return BYTES;
        }));
        assertTrue(asked > 0);
    }

    /** Such a path never shows what is wanted, and always nearly. */
    @Test
    void shouldTryMoreAndMoreSeldomWhereThePathCarriesNearlyAll() {
        measure();
        long wantedBps = 1_500_000;
        double nsPerByte = 8e9 / (0.88 * wantedBps);
        Prober prober = new Prober(estimate, atNs -> {
            freeNs = Math.max(freeNs, atNs) + (long) (BYTES * nsPerByte);
            arrivals.add(new long[] {estimate.nextNumber(), freeNs});
            estimate.onPacketSent(BYTES, atNs);
            return BYTES;
        });
        int probes = 0;
        for (long untilNs = nowNs + 30_000 * MS; nowNs < untilNs; nowNs += MS) {
            boolean idle = prober.nextDeadlineNs() == Long.MAX_VALUE;
            prober.want(wantedBps, false, nowNs);
            probes += idle && prober.nextDeadlineNs() != Long.MAX_VALUE ? 1 : 0;
            prober.onTimeout(nowNs);
            if (nowNs / MS % 50 == 0) {
                while (!arrivals.isEmpty() && arrivals.peek()[1] <= nowNs) {
                    long[] arrival = arrivals.remove();
                    estimate.onReceived((int) arrival[0], (int) (arrival[1] / 250_000));
                }
                estimate.onFeedbackEnd(nowNs);
                prober.onFeedback(nowNs);
            }
        }
        assertTrue(estimate.provenBps(nowNs) < wantedBps, estimate.provenBps(nowNs) + " bit/s shown");
        assertTrue(probes >= 8 && probes <= 14, probes + " probes in half a minute");
    }

    /** What was sent before the probe is told of while it lasts: each packet had waited longer than the one before. */
    @Test
    void shouldStopAtTheFirstOveruse() {
        measure();
        int[] numbers = new int[40];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = estimate.nextNumber();
            estimate.onPacketSent(BYTES, nowNs);
            nowNs += 10 * MS;
        }
        Prober prober = new Prober(estimate, atNs -> {
            estimate.nextNumber();
            estimate.onPacketSent(BYTES, atNs);
            return BYTES;
        });
        prober.want(3_000_000, false, nowNs);
        nowNs = prober.nextDeadlineNs();
        prober.onTimeout(nowNs);
        nowNs = prober.nextDeadlineNs();
        assertNotEquals(Long.MAX_VALUE, nowNs, "it goes on");

        long firstNs = nowNs - numbers.length * 10L * MS;
        for (int i = 0; i < numbers.length; i++) {
            estimate.onReceived(numbers[i], (int) ((firstNs + i * 15L * MS) / 250_000));
        }
        estimate.onFeedbackEnd(nowNs);
        assertTrue(estimate.isOverused());
        long sentBytes = prober.bytesSent();
        prober.onTimeout(nowNs);
        assertEquals(Long.MAX_VALUE, prober.nextDeadlineNs(), "it ended");
        assertEquals(sentBytes, prober.bytesSent(), "no packet more");

        prober.onFeedback(nowNs);
        nowNs += 10_000 * MS;
        prober.want(3_000_000, true, nowNs);
        assertEquals(Long.MAX_VALUE, prober.nextDeadlineNs(), "no other one while the queue grows");
        assertEquals(sentBytes, prober.bytesSent());
    }

    @Test
    void shouldSendAsMuchAsItTries() {
        measure();
        Prober prober = new Prober(estimate, atNs -> {
            estimate.nextNumber();
            estimate.onPacketSent(BYTES, atNs);
            return BYTES;
        });
        playProbe(prober);
        assertTrue(prober.bytesSent() >= 6 * BYTES, prober.bytesSent() + " bytes");
    }
}
