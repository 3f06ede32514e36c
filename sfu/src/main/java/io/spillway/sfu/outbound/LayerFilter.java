package io.spillway.sfu.outbound;

import io.spillway.media.live.LayerSelection;
import io.spillway.media.live.StoredPacket;
import java.util.Arrays;

/**
 * Which packets of an encoding made of spatial and temporal layers a viewer gets: pictures up to the layers aimed at, as soon as they can be decoded from what the viewer got before (R8-R10). docs/layers.md has the
 * rules and their reasons. A whole layer frame passes or none of it.
 */
final class LayerFilter {

    /** Spatial layers told apart; numbers above count as the highest. */
    private static final int SPATIAL_LAYERS = 4;

    /** Each temporal layer is a bit of an int. */
    private static final int ALL_TEMPORAL = 0xFF;

    /** Layer frames whose fate late packets share: some hundred milliseconds of them. Power of two. */
    private static final int REMEMBERED = 32;

    /** VP8's Y speaks of the frame's own temporal layer only, the others' switching points of all higher ones too. */
    private final boolean syncsOneLayer;

    /** By spatial layer: the temporal layers of which the viewer has all that the next frame may need. The lowest is never left out. */
    private final int[] intact = new int[SPATIAL_LAYERS];

    private final int[] frameTimestamps = new int[REMEMBERED];
    private final int[] frameSpatials = new int[REMEMBERED];
    private final boolean[] framePasses = new boolean[REMEMBERED];
    private int frames;

    private int aimedSpatial;
    private int aimedTemporal;
    private int spatial;
    private int highestSpatial;
    private int pictureTimestamp;

    /** @param syncsOneLayer whether the codec is VP8 */
    LayerFilter(boolean syncsOneLayer) {
        this.syncsOneLayer = syncsOneLayer;
    }

    /** Begins at a keyframe, or where all packets passed so far: whatever is aimed at can be decoded. */
    void begin(LayerSelection selection) {
        aim(selection);
        spatial = selection.spatial();
        frames = 0;
        Arrays.fill(intact, ALL_TEMPORAL);
    }

    /** What is to pass from the next possible frame on. */
    void aim(LayerSelection selection) {
        aimedSpatial = selection.spatial();
        aimedTemporal = selection.temporal();
    }

    /** The highest spatial layer that passes now: the last of each picture. */
    int spatial() {
        return spatial;
    }

    /** Whether a layer is among those that pass now. */
    boolean includes(int spatialId, int temporalId) {
        return spatialId <= spatial && temporalId <= aimedTemporal;
    }

    /** Whether only a keyframe brings what is aimed at: a higher spatial layer. */
    boolean wantsKeyframe() {
        return spatial < Math.min(aimedSpatial, highestSpatial);
    }

    /** Whether a packet newer than all before passes. */
    boolean passes(StoredPacket packet) {
        int timestamp = packet.timestamp();
        int layer = Math.min(packet.spatialId(), SPATIAL_LAYERS - 1);
        if (frames == 0 || timestamp != pictureTimestamp) {
            pictureTimestamp = timestamp;
            beginPicture(packet);
        } else if (isKnown(frames - 1, timestamp, layer)) {
            return framePasses[(frames - 1) & (REMEMBERED - 1)];
        }
        return remember(timestamp, layer, beginFrame(packet, layer));
    }

    /** Whether a packet that comes after newer ones passes: as the rest of its frame did, or by what passes now. */
    boolean passesLate(StoredPacket packet) {
        int timestamp = packet.timestamp();
        int layer = Math.min(packet.spatialId(), SPATIAL_LAYERS - 1);
        for (int i = frames - 1; i >= Math.max(0, frames - REMEMBERED); i--) {
            if (isKnown(i, timestamp, layer)) {
                return framePasses[i & (REMEMBERED - 1)];
            }
        }
        return layer <= spatial && packet.temporalId() <= aimedTemporal;
    }

    private void beginPicture(StoredPacket packet) {
        if (packet.spatialId() == 0 && packet.startsKeyframe()) {
            spatial = aimedSpatial;
            Arrays.fill(intact, ALL_TEMPORAL);
        } else if (!wantsKeyframe()) {
            spatial = aimedSpatial;
        }
    }

    private boolean beginFrame(StoredPacket packet, int layer) {
        highestSpatial = Math.max(highestSpatial, layer);
        if (layer > spatial) {
            return false;
        }
        int temporal = packet.temporalId();
        int bit = 1 << temporal;
        int below = bit - 1;
        boolean hasBelow = (intact[layer] & below) == below;
        boolean decodable = temporal == 0 || (hasBelow && (packet.switchesUp() || (intact[layer] & bit) != 0));
        if (temporal > aimedTemporal || !decodable) {
            intact[layer] &= ~bit;
            return false;
        }
        if (packet.switchesUp()) {
            intact[layer] |= syncsOneLayer ? bit : ALL_TEMPORAL & -bit;
        }
        return true;
    }

    private boolean isKnown(int frame, int timestamp, int layer) {
        int at = frame & (REMEMBERED - 1);
        return frame >= 0 && frameTimestamps[at] == timestamp && frameSpatials[at] == layer;
    }

    private boolean remember(int timestamp, int layer, boolean passes) {
        int at = frames & (REMEMBERED - 1);
        frameTimestamps[at] = timestamp;
        frameSpatials[at] = layer;
        framePasses[at] = passes;
        frames++;
        return passes;
    }
}
