package io.spillway.sfu.outbound;

import io.spillway.media.live.LayerOption;
import io.spillway.media.live.LayerSelection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The most that a viewer's network carries (R38). Down at once when it does not carry the present layer; up only when more was seen to arrive than the
 * higher layer takes, and not soon after a layer proved too much: the wait doubles with each attempt that fails.
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

    /** Room that must be seen above a layer before it is taken. */
    private static final double UP_MARGIN = 1.1;

    /** What is probed for: more than the margin, as the path must also show it. */
    private static final double PROBE_MARGIN = 1.2;

    /** After a change the estimate settles before the next one up. */
    private static final long UP_INTERVAL_NS = 1_000_000_000L;

    /** A layer left sooner than this after it was taken was too much. */
    private static final long FAILED_WITHIN_NS = 20_000_000_000L;

    private static final long FIRST_WAIT_NS = 10_000_000_000L;
    private static final long MAX_WAIT_NS = 120_000_000_000L;

    /** A layer kept so long is affordable after all. */
    private static final long FORGET_NS = 60_000_000_000L;

    /** So long a layer that was taken from a download has to show that the download yields. */
    private static final long TRIAL_NS = 3_000_000_000L;

    private static final long NONE = Long.MAX_VALUE;

    private final BandwidthShares shares;
    private long wantedBps;
    private long doubtSinceNs = NONE;
    private boolean wentUp;
    private long changedNs;
    private long waitNs = FIRST_WAIT_NS;
    private long upNotBeforeNs = Long.MIN_VALUE;
    private long trialUntilNs = Long.MIN_VALUE;

    AffordableLayer(BandwidthShares shares) {
        this.shares = shares;
    }

    /** Bits a second, of all that the viewer gets, that would bring it the next layer; 0 when there is none to be had now. */
    long wantedBps() {
        return wantedBps;
    }

    /** Nothing is there to choose from, or another chooses. */
    void forget() {
        wantedBps = 0;
        doubtSinceNs = NONE;
    }

    @Override
    public LayerSelection choose(List<LayerOption> options, @Nullable LayerSelection current, long nowNs) {
        wantedBps = 0;
        int at = indexOf(options, current);
        if (at <= 0) {
            // Another layer than the one in doubt, or none below it.
            doubtSinceNs = NONE;
        }
        if (at < 0) {
            at = highest(options, options.size() - 1, shares.videoBps(nowNs), 1);
        } else if (at > 0 && isTooMuch(costBps(options.get(at)), nowNs)) {
            at = highest(options, at - 1, shares.videoBps(nowNs), 1);
            noteDown(nowNs);
        } else if (nowNs >= upNotBeforeNs) {
            int up = highest(options, options.size() - 1, shares.provenVideoBps(nowNs), UP_MARGIN);
            if (up <= at && at < options.size() - 1 && shares.isContested(costBps(options.get(at + 1)))) {
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
        } else if (at < options.size() - 1 && nowNs >= upNotBeforeNs) {
            wantedBps = shares.totalBps((long) (PROBE_MARGIN * costBps(options.get(at + 1))), nowNs);
        }
        return options.get(at).selection();
    }

    /** Whether only a probe can tell that the present layer is affordable. */
    boolean isInDoubt() {
        return doubtSinceNs != NONE;
    }

    private boolean isTooMuch(long costBps, long nowNs) {
        long videoBps = shares.videoBps(nowNs);
        if (KEEP * costBps <= videoBps || (nowNs < trialUntilNs && !shares.isLossy())) {
            doubtSinceNs = NONE;
            return false;
        }
        doubtSinceNs = doubtSinceNs == NONE ? nowNs : doubtSinceNs;
        return DOUBT * costBps > videoBps || nowNs - doubtSinceNs > DOUBT_NS;
    }

    private void noteUp(long nowNs) {
        if (nowNs - changedNs > FORGET_NS) {
            waitNs = FIRST_WAIT_NS;
        }
        wentUp = true;
        doubtSinceNs = NONE;
        changedNs = nowNs;
        upNotBeforeNs = nowNs + UP_INTERVAL_NS;
    }

    private void noteDown(long nowNs) {
        boolean failed = wentUp && nowNs - changedNs < FAILED_WITHIN_NS;
        if (failed) {
            upNotBeforeNs = nowNs + waitNs;
            waitNs = Math.min(MAX_WAIT_NS, 2 * waitNs);
        } else {
            upNotBeforeNs = Math.max(upNotBeforeNs, nowNs + UP_INTERVAL_NS);
        }
        wentUp = false;
        changedNs = nowNs;
        doubtSinceNs = NONE;
    }

    /** The highest option up to one that costs no more; the least where none does. */
    private static int highest(List<LayerOption> options, int from, long videoBps, double margin) {
        int at = from;
        while (at > 0 && margin * costBps(options.get(at)) > videoBps) {
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
