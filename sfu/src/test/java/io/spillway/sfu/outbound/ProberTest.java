package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.congestion.BandwidthEstimate;
import org.junit.jupiter.api.Test;

/** A probe ends, whatever comes of it. */
final class ProberTest {

    private static final long MS = World.MS;
    private static final int BYTES = 1_000;

    private final BandwidthEstimate estimate = new BandwidthEstimate(1_000_000, new DropCounters());
    private long nowNs = 1_000 * MS;
    private int asked;

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
