package io.spillway.sfu.inbound;

/**
 * The bitrate to allow a publisher without transport-wide feedback (R31): loss decides, as in the loss part of GCC (R36). It rises by a quarter a
 * report while little is lost, holds at some loss, falls with heavy loss below what arrives, and never passes the configured most.
 */
final class RembRamp {

    /** Enough for 720p at once; a browser that starts here is at 20 Mbps after ten seconds. */
    static final long START_BPS = 2_000_000;

    /** A publisher is never told to send less: audio and a thumbnail fit. */
    static final long MIN_BPS = 150_000;

    private static final double LITTLE_LOSS = 0.02;
    private static final double HEAVY_LOSS = 0.10;

    private final long maxBps;
    private long allowedBps;

    RembRamp(long maxBps) {
        this.maxBps = Math.max(maxBps, MIN_BPS);
        this.allowedBps = Math.min(START_BPS, this.maxBps);
    }

    /** The bitrate to announce now; called once a report interval. */
    long next(double lossFraction, long receivedBps) {
        if (lossFraction < LITTLE_LOSS) {
            allowedBps += allowedBps / 4;
        } else if (lossFraction > HEAVY_LOSS) {
            allowedBps = (long) (Math.min(allowedBps, receivedBps) * (1 - lossFraction / 2));
        }
        allowedBps = Math.clamp(allowedBps, MIN_BPS, maxBps);
        return allowedBps;
    }
}
