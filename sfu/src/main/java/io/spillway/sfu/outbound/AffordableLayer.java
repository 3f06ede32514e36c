package io.spillway.sfu.outbound;

import io.spillway.media.live.LayerOption;
import io.spillway.media.live.LayerSelection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The most that a viewer's network carries (R38). Down at once when it does not carry the present layer; up only when more was seen to arrive than the
 * higher layer takes, and not soon after a layer proved too much: the wait doubles with each attempt that fails.
 *
 * <p>A path that carries not even the least gets none, so that sound comes through, until more was seen to arrive again. That is told by the path's queue and never by loss: what chance loses is repaired.
 *
 * <p>What it would need to go up is what is probed for ({@link #wantedBps}).
 */
final class AffordableLayer implements LayerChoice {

    /** An encoder's rate varies, and so does an estimate: with this share of what a layer takes it is kept. */
    private static final double KEEP = 0.95;

    /**
     * With this share it is kept in doubt for a while: a first over-use puts the estimate at 0.85 of what arrives, even where all arrived. A probe tells.
     */
    private static final double DOUBT = 0.8;

    private static final long DOUBT_NS = 1_500_000_000L;

    /** The least is kept longer: by then a queue that is another's is told from our own. */
    private static final long LEAST_DOUBT_NS = 3_000_000_000L;

    /** Room that must be seen above a layer before it is taken. */
    private static final double UP_MARGIN = 1.1;

    /** The same in the two minutes after one was left: a path that varies by a tenth shows the usual margin now and then where a layer does not fit. */
    private static final double AGAIN_MARGIN = 1.25;

    private static final long LEFT_MEMORY_NS = 120_000_000_000L;

    /** What is probed for against either: more, as the path must also show it. */
    private static final double PROBE_MARGIN = 1.2 / 1.1;

    /** After a change the estimate settles before the next one up. */
    private static final long UP_INTERVAL_NS = 1_000_000_000L;

    private static final long FIRST_WAIT_NS = 10_000_000_000L;
    private static final long MAX_WAIT_NS = 120_000_000_000L;

    /**
     * A layer that was not kept for three times as long as is waited before the next attempt was too much. Against that wait, and not a fixed time: two viewers who take turns with a layer that their link holds once each keep it for
     * as long as the other waits.
     */
    private static final int KEPT_TIMES = 3;

    /** So long a layer that was taken from a download has to show that the download yields. */
    private static final long TRIAL_NS = 3_000_000_000L;

    private static final long NONE = Long.MAX_VALUE;

    /** Before the first option: nothing is sent. */
    private static final int PAUSED = -1;

    private final BandwidthShares shares;
    private long wantedBps;
    private long doubtSinceNs = NONE;
    private boolean paused;
    private boolean wentUp;
    private long changedNs;
    private long waitNs = FIRST_WAIT_NS;
    private long upNotBeforeNs = Long.MIN_VALUE;
    private long usualFromNs = Long.MIN_VALUE;
    private long trialUntilNs = Long.MIN_VALUE;
    private long trialNotBeforeNs = Long.MIN_VALUE;

    AffordableLayer(BandwidthShares shares) {
        this.shares = shares;
    }

    /** Bits a second, of all that the viewer gets, that would bring it the next layer; 0 when there is none to be had now. */
    long wantedBps() {
        return wantedBps;
    }

    /** Nothing is there to choose from, another chooses, or another is wished for: the choice begins anew. */
    void forget() {
        paused = false;
        wantedBps = 0;
        doubtSinceNs = NONE;
    }

    @Override
    public @Nullable LayerSelection choose(List<LayerOption> options, @Nullable LayerSelection current, long nowNs) {
        wantedBps = 0;
        int top = options.size() - 1;
        int at = paused ? PAUSED : indexOf(options, current);
        if (at < 0 && !paused) {
            // Another layer than the one in doubt.
            doubtSinceNs = NONE;
            at = highest(options, top, 0, shares.videoBps(nowNs), 1);
        } else if (at >= 0 && isTooMuch(costBps(options.get(at)), at == 0, nowNs)) {
            at = highest(options, at - 1, at == 0 ? PAUSED : 0, shares.videoBps(nowNs), 1);
            noteDown(nowNs);
        } else if (nowNs >= upNotBeforeNs) {
            int up = highest(options, top, at, shares.provenVideoBps(nowNs), margin(nowNs));
            if (up == at && mayTry(options, at, nowNs)) {
                up = at + 1;
                trialUntilNs = nowNs + TRIAL_NS;
            }
            if (up > at) {
                at = up;
                noteUp(nowNs);
            }
        }
        if (doubtSinceNs != NONE) {
            wantedBps = shares.totalBps((long) (UP_MARGIN * costBps(options.get(at))), nowNs);
        } else if (at < top && nowNs >= upNotBeforeNs) {
            wantedBps = shares.totalBps((long) (PROBE_MARGIN * margin(nowNs) * costBps(options.get(at + 1))), nowNs);
        }
        paused = at == PAUSED;
        return paused ? null : options.get(at).selection();
    }

    /** Whether only a probe can tell that the present layer is affordable. */
    boolean isInDoubt() {
        return doubtSinceNs != NONE;
    }

    /** Whether the next layer is taken without proof, as another flow leaves none to be seen. */
    private boolean mayTry(List<LayerOption> options, int at, long nowNs) {
        boolean higher = at >= 0 && at < options.size() - 1;
        return higher && nowNs >= trialNotBeforeNs && shares.isContested(costBps(options.get(at + 1)));
    }

    /** Room that must be seen above a layer now, as a multiple of what it takes. */
    private double margin(long nowNs) {
        return nowNs < usualFromNs ? AGAIN_MARGIN : UP_MARGIN;
    }

    private boolean isTooMuch(long costBps, boolean least, long nowNs) {
        long videoBps = shares.videoBps(nowNs);
        boolean tried = nowNs < trialUntilNs && !shares.isLossy();
        if (KEEP * costBps <= videoBps || tried || (least && !shares.isFull(nowNs))) {
            doubtSinceNs = NONE;
            return false;
        }
        doubtSinceNs = doubtSinceNs == NONE ? nowNs : doubtSinceNs;
        boolean plain = DOUBT * costBps > videoBps && !least;
        return plain || nowNs - doubtSinceNs > (least ? LEAST_DOUBT_NS : DOUBT_NS);
    }

    private void noteUp(long nowNs) {
        wentUp = true;
        doubtSinceNs = NONE;
        changedNs = nowNs;
        upNotBeforeNs = nowNs + UP_INTERVAL_NS;
    }

    private void noteDown(long nowNs) {
        boolean failed = wentUp && nowNs - changedNs < KEPT_TIMES * waitNs;
        if (failed && changedNs + TRIAL_NS == trialUntilNs) {
            trialNotBeforeNs = nowNs + LEFT_MEMORY_NS;
        }
        if (failed) {
            upNotBeforeNs = nowNs + waitNs;
            waitNs = Math.min(MAX_WAIT_NS, 2 * waitNs);
        } else {
            waitNs = wentUp ? FIRST_WAIT_NS : waitNs;
            upNotBeforeNs = Math.max(upNotBeforeNs, nowNs + UP_INTERVAL_NS);
        }
        wentUp = false;
        changedNs = nowNs;
        usualFromNs = nowNs + LEFT_MEMORY_NS;
        doubtSinceNs = NONE;
    }

    /** The highest option from one down that costs no more; {@code floor} where none above it does. */
    private static int highest(List<LayerOption> options, int from, int floor, long videoBps, double margin) {
        int at = from;
        while (at > floor && margin * costBps(options.get(at)) > videoBps) {
            at--;
        }
        return at;
    }

    /** What a layer takes; while nothing was measured of it, what the publisher says. */
    static long costBps(LayerOption option) {
        return option.bitrateBps() > 0 ? option.bitrateBps() : option.targetBps();
    }

    private static int indexOf(List<LayerOption> options, @Nullable LayerSelection wanted) {
        for (int i = 0; wanted != null && i < options.size(); i++) {
            if (options.get(i).selection().equals(wanted)) {
                return i;
            }
        }
        return -1;
    }
}
