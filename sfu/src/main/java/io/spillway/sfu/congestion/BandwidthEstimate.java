package io.spillway.sfu.congestion;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;

/**
 * What one viewer's network carries, in bit/s: the least of what the delay of packets, their loss and the viewer itself (REMB) allow (R33–R37). It
 * gives out the transport-wide numbers, and is told of each packet that was sent under one and of all that the viewer's RTCP says.
 *
 * <p>Without transport-wide feedback it goes by the loss in receiver reports. What a viewer says moves only its own estimate, within {@link #MIN_BPS} and
 * {@link #MAX_BPS}; forged words are counted and cost no more than true ones. Allocates nothing a packet. Owned by the viewer's loop.
 */
public final class BandwidthEstimate {

    /** Audio and a thumbnail: below it there is nothing to save. */
    public static final long MIN_BPS = 50_000;

    /** More than any stream asks for. */
    public static final long MAX_BPS = 200_000_000;

    private static final long NEVER = Long.MAX_VALUE;

    /** Transport-wide feedback counts arrivals in 250 µs. */
    private static final long NS_PER_TICK = 250_000;

    /** A way that takes so much longer or shorter than the one before is a forged arrival or another clock. */
    private static final long MAX_DELAY_CHANGE_NS = 10_000_000_000L;

    /** A viewer that tells nothing for so long, though it did before, may get nothing. */
    private static final long SILENCE_NS = 2_500_000_000L;

    /** After it the rate is halved this often while silence lasts. */
    private static final long SILENCE_STEP_NS = 1_000_000_000L;

    /** An over-used path may have more room after it, and is then found anew. */
    private static final long LIMIT_MEMORY_NS = 10_000_000_000L;

    private static final long ASSUMED_RTT_NS = 100_000_000;

    private static final int RTT_SMOOTHING = 8;

    private static final long RECEIVED_NS = 500_000_000L;

    /** What arrives while a queue grows is what the path carries; over longer, what was sent before the present layer came would count with it. */
    private static final long RECEIVED_NOW_NS = 200_000_000L;

    /** Less in so short a time is a dozen packets, and their number is chance. */
    private static final long RECEIVED_NOW_MIN_BPS = 600_000;

    /** What a download loses itself now and then. */
    private static final double CONTESTED_LOSS = 0.02;

    /** So much of what a path carries lets its queue empty: draft-ietf-rmcat-gcc-02 §5.5. */
    private static final double DRAINING = 0.85;

    /** What a probe showed says nothing of the path this much later. */
    private static final long PROOF_NS = 5_000_000_000L;

    private final DropCounters drops;
    private final SentPackets sent = new SentPackets();
    private final PacketGroups groups = new PacketGroups();
    private final Trendline trendline = new Trendline();
    private final QueueDelay queue = new QueueDelay();
    private final OveruseDetector detector = new OveruseDetector();
    private final RateWindow received = new RateWindow(RECEIVED_NS);
    private final RateWindow receivedNow = new RateWindow(RECEIVED_NOW_NS);
    private final TrainRate trains = new TrainRate();
    private final ProbeCluster probe = new ProbeCluster();
    private final SlowStart start = new SlowStart();
    private final DelayRate delay;
    private final LossRate loss;

    private long rembBps = MAX_BPS;
    private boolean told;
    private long silentNs = NEVER;
    private long limitedUntilNs = Long.MIN_VALUE;
    private long overusedUntilNs = Long.MIN_VALUE;
    private long lastSentNs;
    private long probedBps;
    private long probedNs;
    private long reportedRttNs;
    private long feedbackRttNs;

    private boolean clocked;
    private int lastTicks;
    private long lastArrivalNs;
    private long lastDelayNs;
    private long newestSentNs;
    private long numberedBytes;
    private long shownBps;
    private int arrived;
    private int unknown;
    private int absurd;

    /** @param startBps what is believed before anything is known */
    public BandwidthEstimate(long startBps, DropCounters drops) {
        this.drops = drops;
        this.delay = new DelayRate(startBps, MIN_BPS, MAX_BPS);
        this.loss = new LossRate(startBps, MIN_BPS, MAX_BPS);
    }

    // What is sent

    /** The transport-wide number, 0..65535, of the next packet; the same until {@link #onPacketSent}. */
    public int nextNumber() {
        return sent.nextNumber();
    }

    /** The packet of {@link #nextNumber} was sent; {@code bytes} of RTP, header among them. */
    public void onPacketSent(int bytes, long nowNs) {
        sent.add(bytes, probe.id(), nowNs);
        probe.onSent(bytes);
        numberedBytes += bytes;
        start.sent(bytes, nowNs);
        lastSentNs = nowNs;
        if (silentNs == NEVER && told) {
            silentNs = nowNs + SILENCE_NS;
        }
    }

    /** A packet was sent without a number: what is sent stands for what arrives, as long as the viewer does not tell of that. */
    public void onUnnumberedSent(int bytes, long nowNs) {
        if (!told && !clocked) {
            received.add(bytes, nowNs);
        }
    }

    // What the viewer says

    /** Of a transport-wide feedback: a packet came at {@code arrivalTicks} of the viewer's clock, 250 µs each, modulo 2^32. */
    public void onReceived(int number, int arrivalTicks) {
        if (!sent.find(number)) {
            unknown++;
            return;
        }
        if (sent.isReceived()) {
            // Told again, as some do for safety.
            return;
        }
        if (sent.isLost()) {
            loss.found();
        } else {
            loss.received();
        }
        sent.received();
        arrived++;
        long arrivalNs = clocked ? lastArrivalNs + (long) (arrivalTicks - lastTicks) * NS_PER_TICK : 0;
        long delayNs = arrivalNs - sent.sentNs();
        if (!clocked || Math.abs(delayNs - lastDelayNs) > MAX_DELAY_CHANGE_NS) {
            absurd += clocked ? 1 : 0;
            beginClock();
        }
        clocked = true;
        lastTicks = arrivalTicks;
        lastArrivalNs = arrivalNs;
        lastDelayNs = delayNs;
        newestSentNs = Math.max(newestSentNs, sent.sentNs());
        received.add(sent.bytes(), arrivalNs);
        receivedNow.add(sent.bytes(), arrivalNs);
        shownBps = Math.max(shownBps, start.arrived(sent.bytes(), delayNs, arrivalNs));
        trains.add(sent.bytes(), sent.sentNs(), arrivalNs);
        if (sent.cluster() != 0) {
            probe.onReceived(sent.cluster(), sent.bytes(), sent.sentNs(), arrivalNs);
        }
        if (groups.add(sent.sentNs(), arrivalNs)) {
            trendline.add(groups.sentDeltaNs(), groups.arrivalDeltaNs(), groups.arrivalNs());
            queue.add(trendline.smoothedMs(), groups.arrivalNs());
            // A burst that is longer than the link is quick makes a short queue, which is gone before the next.
            double gradientMs =
                    queue.isLong() ? trendline.gradientMs() : Math.min(trendline.gradientMs(), detector.thresholdMs());
            detector.add(gradientMs, groups.sentDeltaNs(), groups.arrivalNs());
        }
    }

    /** Of a transport-wide feedback: a packet had not come yet. */
    public void onLost(int number) {
        if (!sent.find(number)) {
            unknown++;
        } else if (!sent.isReceived() && !sent.isLost()) {
            sent.lost();
            loss.lost();
            start.lost(sent.bytes());
            if (sent.cluster() != 0) {
                probe.onLost(sent.cluster(), sent.bytes());
            }
        }
    }

    /** All of a transport-wide feedback was told. */
    public void onFeedbackEnd(long nowNs) {
        countForged();
        if (arrived > 0) {
            arrived = 0;
            told = true;
            silentNs = NEVER;
            sampleRtt(nowNs - newestSentNs);
            long rateBps = isOverused() ? carriedBps() : receivedBps();
            if (delay.update(detector.usage(), rateBps, queue.isContested(), rttNs(), nowNs)) {
                limitedUntilNs = nowNs + LIMIT_MEMORY_NS;
                overusedUntilNs = limitedUntilNs;
            }
            if (shownBps > 0) {
                takeStart(nowNs);
            }
        }
        if (loss.update(receivedBps(), delay.bps(), nowNs)) {
            limitedUntilNs = nowNs + LIMIT_MEMORY_NS;
        }
        if (probe.isComplete(rttNs(), nowNs)) {
            believe(probe.takeMeasuredBps(), nowNs);
        }
    }

    /** REMB: the viewer wants no more than this. */
    public void onRemb(long bitrateBps) {
        if (bitrateBps < MIN_BPS) {
            drops.count(DropReason.REMB_TOO_LOW);
        }
        rembBps = Math.clamp(bitrateBps, MIN_BPS, MAX_BPS);
    }

    /**
     * A receiver report of one stream.
     *
     * @param lossFraction share of its packets lost since the report before, 0..1
     * @param rttNs round trip, 0 while unknown
     */
    public void onReport(double lossFraction, long rttNs, long nowNs) {
        reportedRttNs = rttNs;
        if (!told && loss.report(lossFraction, received.bitsPerSecond(nowNs), nowNs)) {
            limitedUntilNs = nowNs + LIMIT_MEMORY_NS;
        }
    }

    // Time

    /** When {@link #onTimeout} is due, {@code Long.MAX_VALUE} for never. */
    public long nextDeadlineNs() {
        return silentNs;
    }

    public void onTimeout(long nowNs) {
        if (nowNs < silentNs) {
            return;
        }
        if (nowNs - lastSentNs > SILENCE_STEP_NS) {
            // There is nothing that the viewer could tell of.
            silentNs = NEVER;
            return;
        }
        silentNs = nowNs + SILENCE_STEP_NS;
        delay.set(delay.bps() / 2, nowNs);
    }

    // Probing

    /** All that is sent from now on is sent to find out whether the path carries it, until {@link #endProbe}. */
    public void beginProbe(long nowNs) {
        // What a full path loses it does not carry, and who waits long in a queue is about to lose some.
        boolean byChance = !wasOverused(nowNs) && !queue.isLong();
        probe.begin(byChance ? loss.usual() : 0);
    }

    /** The probe is sent; what it shows comes with the viewer's feedback. */
    public void endProbe(long nowNs) {
        probe.end(nowNs);
    }

    /** Bytes sent since {@link #beginProbe}. */
    public long probeBytes() {
        return probe.sentBytes();
    }

    /** Packets sent since {@link #beginProbe}. */
    public int probePackets() {
        return probe.sentPackets();
    }

    /** Whether the newest probe showed nothing for want of packets, though what came of it was not held up. */
    public boolean wasProbePatchy() {
        return probe.wasPatchy();
    }

    /** Whether feedback on the newest probe is still to come. */
    public boolean isProbeAwaited() {
        return probe.isAwaited();
    }

    /** Whether the path's queue grows: more would be too much. */
    public boolean isOverused() {
        return detector.usage() == Usage.OVER;
    }

    /** Whether another flow keeps the path's queue full, as downloads do, and little is lost: whoever waits for room there gets none. */
    public boolean isContested() {
        return queue.isContested() && loss.fraction() < CONTESTED_LOSS;
    }

    /** How far the delay of packets varies, on average, in nanoseconds. */
    public long delayNoiseNs() {
        return (long) (trendline.noiseMs() * 1e6);
    }

    /** Bits a second that were seen to arrive lately, of media or of a probe: no guess (R38). Of a viewer that tells no arrivals it is the estimate. */
    public long provenBps(long nowNs) {
        if (!told) {
            return estimateBps();
        }
        long probed = nowNs - probedNs < PROOF_NS ? probedBps : 0;
        return Math.min(estimateBps(), Math.max(probed, receivedBps()));
    }

    // What is known

    /** Bits a second that may be sent to the viewer, all of RTP counted. */
    public long estimateBps() {
        long byNetwork = told ? Math.min(delay.bps(), loss.bps()) : loss.bps();
        return Math.min(byNetwork, rembBps);
    }

    /** Whether the estimate rests on what the viewer told of packets, and not on what was assumed. */
    public boolean isMeasured() {
        return told;
    }

    /** Bits a second that the path is known not to exceed: the estimate, while over-use or heavy loss was seen lately; {@code Long.MAX_VALUE} otherwise. */
    public long limitBps(long nowNs) {
        return nowNs < limitedUntilNs ? estimateBps() : Long.MAX_VALUE;
    }

    /** Bits a second that a burst of a second or so may be sent at: the limit, else what the path was seen to let out at once; {@code Long.MAX_VALUE} while neither is known. */
    public long burstLimitBps(long nowNs) {
        boolean seen = nowNs >= limitedUntilNs && told && trains.bps() > 0;
        return seen ? Math.max(estimateBps(), (long) trains.bps()) : limitBps(nowNs);
    }

    /** Bytes that a burst may add before the viewer tells of more; {@code Long.MAX_VALUE} once something is known of its network, or where it tells nothing. */
    public long windowBytes(long nowNs) {
        return start.windowBytes(nowNs);
    }

    /** Bytes sent under transport-wide numbers, repairs and probes among them. */
    public long sentBytes() {
        return numberedBytes;
    }

    /** Whether the path's queue was seen to grow lately: what it lost since then, it lost because it was full. */
    public boolean wasOverused(long nowNs) {
        return nowNs < overusedUntilNs;
    }

    /** Bits a second at which the path lets out what is sent at once, 0 while unknown. */
    public double burstBps() {
        return trains.bps();
    }

    /** Round-trip time by report or feedback, 100 ms while unknown. */
    public long rttNs() {
        if (reportedRttNs > 0) {
            return reportedRttNs;
        }
        return feedbackRttNs > 0 ? feedbackRttNs : ASSUMED_RTT_NS;
    }

    /** Bits a second that arrived over the last half second, 0 while unknown. */
    public long receivedBps() {
        return received.bitsPerSecond(lastArrivalNs);
    }

    /** Share of packets lost lately, 0..1, before repair. */
    public double lossFraction() {
        return loss.fraction();
    }

    private void believe(long measuredBps, long nowNs) {
        if (measuredBps == 0 || isOverused()) {
            return;
        }
        probedBps = measuredBps;
        probedNs = nowNs;
        if (measuredBps > delay.bps()) {
            delay.set(measuredBps, nowNs);
        }
        loss.raise(measuredBps);
    }

    /** The first burst filled the path's queue, and how fast it came out is what the path carries. */
    private void takeStart(long nowNs) {
        delay.set(Math.min(delay.bps(), (long) (DRAINING * shownBps)), nowNs);
        limitedUntilNs = nowNs + LIMIT_MEMORY_NS;
        overusedUntilNs = limitedUntilNs;
        shownBps = 0;
    }

    /** What the path carries while it is over-used. */
    private long carriedBps() {
        long nowBps = receivedNow.bitsPerSecond(lastArrivalNs);
        return nowBps < RECEIVED_NOW_MIN_BPS ? receivedBps() : nowBps;
    }

    private void beginClock() {
        groups.reset();
        trendline.reset();
        queue.reset();
        detector.reset();
        received.reset();
        receivedNow.reset();
        trains.reset();
    }

    private void sampleRtt(long sampleNs) {
        feedbackRttNs = feedbackRttNs == 0 ? sampleNs : feedbackRttNs + (sampleNs - feedbackRttNs) / RTT_SMOOTHING;
    }

    private void countForged() {
        if (unknown > 0) {
            drops.count(DropReason.FEEDBACK_ON_UNSENT, unknown);
            unknown = 0;
        }
        if (absurd > 0) {
            drops.count(DropReason.FEEDBACK_ABSURD, absurd);
            absurd = 0;
        }
    }
}
