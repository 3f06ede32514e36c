package io.spillway.sfu.congestion;

import io.spillway.sfu.DropCounters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongUnaryOperator;

/** A sender that follows its estimate, a bottleneck with a queue, and a viewer that tells each 50 ms what came; in virtual time. */
final class TestPath {

    static final long MS = 1_000_000;

    private static final int PACKET_BYTES = 1_000;
    private static final long FEEDBACK_NS = 50 * MS;
    private static final long STEP_NS = MS;

    final DropCounters drops = new DropCounters();
    final BandwidthEstimate estimate;

    /** Rate of the link by time since the start; 0 carries nothing. */
    LongUnaryOperator linkBps = ns -> 2_000_000;

    /** What is sent by time; less than 0 follows the estimate. */
    LongUnaryOperator sendBps = ns -> -1;

    long delayNs = 25 * MS;
    long queueNs = 300 * MS;
    long jitterNs;
    double loss;
    boolean feeds = true;

    long nowNs = 1_000 * MS;
    long longestQueueNs;

    private final long startNs = nowNs;
    private final Random random;
    private final ArrayDeque<Told> coming = new ArrayDeque<>();
    private final List<Feedback> feedback = new ArrayList<>();
    private long freeAtNs;
    private long lastArrivalNs;
    private double owedBits;
    private long nextFeedbackNs = nowNs + FEEDBACK_NS;

    /** {@code arrivalNs} less than 0: lost. */
    record Told(int number, long arrivalNs, long knownNs) {}

    record Feedback(List<Told> told, long atNs) {}

    TestPath(long seed) {
        this(seed, 1_000_000);
    }

    TestPath(long seed, long startBps) {
        random = new Random(seed);
        estimate = new BandwidthEstimate(startBps, drops);
    }

    void runMs(long ms) {
        long untilNs = nowNs + ms * MS;
        while (nowNs < untilNs) {
            nowNs += STEP_NS;
            deliver();
            if (estimate.nextDeadlineNs() <= nowNs) {
                estimate.onTimeout(nowNs);
            }
            long chosenBps = sendBps.applyAsLong(nowNs - startNs);
            owedBits += (chosenBps < 0 ? estimate.estimateBps() : chosenBps) * (STEP_NS / 1e9);
            while (owedBits >= PACKET_BYTES * 8) {
                owedBits -= PACKET_BYTES * 8;
                send();
            }
            if (nowNs >= nextFeedbackNs) {
                nextFeedbackNs += FEEDBACK_NS;
                collect();
            }
        }
    }

    private void send() {
        int number = estimate.nextNumber();
        estimate.onPacketSent(PACKET_BYTES, nowNs);
        long rateBps = linkBps.applyAsLong(nowNs - startNs);
        long waitNs = Math.max(0, freeAtNs - nowNs);
        if (rateBps == 0 || waitNs > queueNs || random.nextDouble() < loss) {
            coming.add(new Told(number, -1, nowNs + waitNs + delayNs));
            return;
        }
        longestQueueNs = Math.max(longestQueueNs, waitNs);
        freeAtNs = nowNs + waitNs + PACKET_BYTES * 8L * 1_000_000_000L / rateBps;
        long arrivalNs = Math.max(lastArrivalNs, freeAtNs + delayNs + (long) (random.nextDouble() * jitterNs));
        lastArrivalNs = arrivalNs;
        coming.add(new Told(number, arrivalNs, arrivalNs));
    }

    private void collect() {
        List<Told> told = new ArrayList<>();
        while (!coming.isEmpty() && coming.peek().knownNs() <= nowNs) {
            told.add(coming.remove());
        }
        if (feeds && told.stream().anyMatch(each -> each.arrivalNs() >= 0)) {
            feedback.add(new Feedback(told, nowNs + delayNs));
        }
    }

    private void deliver() {
        while (!feedback.isEmpty() && feedback.getFirst().atNs() <= nowNs) {
            for (Told each : feedback.removeFirst().told()) {
                if (each.arrivalNs() < 0) {
                    estimate.onLost(each.number());
                } else {
                    estimate.onReceived(each.number(), (int) (each.arrivalNs() / 250_000));
                }
            }
            estimate.onFeedbackEnd(nowNs);
        }
    }
}
