package io.spillway.media.live;

import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.rtp.VideoLayersAllocation;
import org.jspecify.annotations.Nullable;

/** The spatial and temporal layers within one encoding: which there are, their sizes, and what each takes together with those it needs. */
final class InnerLayers {

    static final int MAX_SPATIAL = 4;
    static final int MAX_TEMPORAL = 8;

    /** As of whole layers: what sends nothing for this long is not there. */
    private static final long SILENT_AFTER_NS = 1_500_000_000L;

    private final int[] widths = new int[MAX_SPATIAL];
    private final int[] heights = new int[MAX_SPATIAL];
    private final long[] targetsBps = new long[MAX_SPATIAL * MAX_TEMPORAL];
    private final long[] lastNs = new long[MAX_SPATIAL * MAX_TEMPORAL];
    private final boolean[] seen = new boolean[MAX_SPATIAL * MAX_TEMPORAL];
    private final @Nullable RateMeter[] meters = new @Nullable RateMeter[MAX_SPATIAL * MAX_TEMPORAL];

    void onPacket(PayloadInfo info, int packetBytes, long nowNs) {
        for (int spatial = 0; spatial < Math.min(info.spatialSizes(), MAX_SPATIAL); spatial++) {
            widths[spatial] = info.widthOf(spatial);
            heights[spatial] = info.heightOf(spatial);
        }
        int at = slot(Math.min(info.spatialId(), MAX_SPATIAL - 1), info.temporalId());
        seen[at] = true;
        lastNs[at] = nowNs;
        meterOf(at).add(packetBytes, false, nowNs);
    }

    void onAllocation(VideoLayersAllocation allocation, int stream) {
        for (int spatial = 0; spatial < MAX_SPATIAL; spatial++) {
            for (int temporal = 0; temporal < MAX_TEMPORAL; temporal++) {
                targetsBps[slot(spatial, temporal)] = temporal < allocation.temporalLayers(stream, spatial)
                        ? allocation.bitrateBps(stream, spatial, temporal)
                        : 0;
            }
            if (allocation.width(stream, spatial) > 0) {
                widths[spatial] = allocation.width(stream, spatial);
                heights[spatial] = allocation.height(stream, spatial);
            }
        }
    }

    /** Whether a layer is sent: itself, not only those below it. */
    boolean isSent(int spatial, int temporal, long nowNs) {
        int at = slot(spatial, temporal);
        return seen[at] && nowNs - lastNs[at] < SILENT_AFTER_NS;
    }

    /** Pixels, 0 while unknown. */
    int width(int spatial) {
        return widths[spatial];
    }

    /** Pixels, 0 while unknown. */
    int height(int spatial) {
        return heights[spatial];
    }

    long targetBps(int spatial, int temporal) {
        return targetsBps[slot(spatial, temporal)];
    }

    /** What a viewer of a layer gets: it and all below. */
    long bitrateBps(int spatial, int temporal, long nowNs) {
        long bps = 0;
        for (int t = 0; t <= temporal; t++) {
            for (int s = 0; s <= spatial; s++) {
                bps += bps(slot(s, t), nowNs);
            }
        }
        return bps;
    }

    private long bps(int meter, long nowNs) {
        RateMeter known = meters[meter];
        return known == null ? 0 : known.bitsPerSecond(nowNs);
    }

    private RateMeter meterOf(int at) {
        RateMeter known = meters[at];
        if (known == null) {
            known = new RateMeter();
            meters[at] = known;
        }
        return known;
    }

    private static int slot(int spatial, int temporal) {
        return spatial * MAX_TEMPORAL + temporal;
    }
}
