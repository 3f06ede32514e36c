package io.spillway.media.codec;

/**
 * The template structure of dependency descriptors: what each frame template says of layers and decode targets, until the next structure replaces it. AV1 RTP specification, appendix A.8.
 * Reusable, fixed size: a structure costs no memory of its own, however often one is sent.
 */
final class DependencyStructure {

    static final int MAX_TEMPLATES = 64;
    static final int MAX_TARGETS = 32;

    /** What spatial layers a forwarder can tell apart; the AV1 bitstream has two bits for them. */
    static final int MAX_SPATIAL_LAYERS = 4;

    /** As the three bits of the AV1 bitstream. */
    static final int MAX_TEMPORAL_LAYERS = 8;

    /** Decode target indication: the frame is no part of the target. */
    private static final int NOT_PRESENT = 0;

    /** Decode target indication: from the frame on, the target can be decoded. */
    static final int SWITCH = 2;

    private static final int SAME_LAYER = 0;
    private static final int NEXT_TEMPORAL_LAYER = 1;
    private static final int NEXT_SPATIAL_LAYER = 2;

    private final int[] spatialIds = new int[MAX_TEMPLATES];
    private final int[] temporalIds = new int[MAX_TEMPLATES];
    private final byte[] indications = new byte[MAX_TEMPLATES * MAX_TARGETS];
    private final int[] targetSpatialIds = new int[MAX_TARGETS];
    private final int[] targetTemporalIds = new int[MAX_TARGETS];
    private final int[] widths = new int[MAX_SPATIAL_LAYERS];
    private final int[] heights = new int[MAX_SPATIAL_LAYERS];
    private int idOffset;
    private int targets;
    private int templates;
    private int spatialLayers;
    private boolean sized;

    /** Reads a structure; false when it is malformed or larger than any encoder's, and nothing must then be asked. */
    boolean read(BitReader bits) {
        idOffset = bits.bits(6);
        targets = bits.bits(5) + 1;
        if (!readLayers(bits)) {
            return false;
        }
        readIndications(bits);
        skipReferences(bits);
        skipChains(bits);
        layTargets();
        sized = bits.flag();
        for (int i = 0; i < spatialLayers; i++) {
            widths[i] = sized ? bits.bits(16) + 1 : 0;
            heights[i] = sized ? bits.bits(16) + 1 : 0;
        }
        return bits.ok();
    }

    /** The template of an id in a descriptor, or -1. */
    int templateOf(int id) {
        int template = (id - idOffset) & (MAX_TEMPLATES - 1);
        return template < templates ? template : -1;
    }

    int targets() {
        return targets;
    }

    int spatialLayers() {
        return spatialLayers;
    }

    boolean isSized() {
        return sized;
    }

    int width(int spatial) {
        return widths[spatial];
    }

    int height(int spatial) {
        return heights[spatial];
    }

    int spatialId(int template) {
        return spatialIds[template];
    }

    int temporalId(int template) {
        return temporalIds[template];
    }

    int indication(int template, int target) {
        return indications[template * MAX_TARGETS + target];
    }

    int targetSpatialId(int target) {
        return targetSpatialIds[target];
    }

    int targetTemporalId(int target) {
        return targetTemporalIds[target];
    }

    private boolean readLayers(BitReader bits) {
        int spatial = 0;
        int temporal = 0;
        templates = 0;
        while (true) {
            if (templates == MAX_TEMPLATES || spatial == MAX_SPATIAL_LAYERS || temporal == MAX_TEMPORAL_LAYERS) {
                return false;
            }
            spatialIds[templates] = spatial;
            temporalIds[templates] = temporal;
            templates++;
            switch (bits.bits(2)) {
                case SAME_LAYER -> {}
                case NEXT_TEMPORAL_LAYER -> temporal++;
                case NEXT_SPATIAL_LAYER -> {
                    temporal = 0;
                    spatial++;
                }
                default -> {
                    spatialLayers = spatial + 1;
                    return bits.ok();
                }
            }
        }
    }

    private void readIndications(BitReader bits) {
        for (int template = 0; template < templates; template++) {
            for (int target = 0; target < targets; target++) {
                indications[template * MAX_TARGETS + target] = (byte) bits.bits(2);
            }
        }
    }

    /** References and chains tell a receiver of losses; a forwarder must read over them only. */
    private void skipReferences(BitReader bits) {
        for (int template = 0; template < templates; template++) {
            while (bits.flag()) {
                bits.skip(4);
            }
        }
    }

    private void skipChains(BitReader bits) {
        int chains = bits.nonSymmetric(targets + 1);
        if (chains == 0) {
            return;
        }
        for (int target = 0; target < targets; target++) {
            bits.nonSymmetric(chains);
        }
        bits.skip(4 * templates * chains);
    }

    /** A target's layers are the highest of the frames in it, A.8.3.4. */
    private void layTargets() {
        for (int target = 0; target < targets; target++) {
            targetSpatialIds[target] = 0;
            targetTemporalIds[target] = 0;
            for (int template = 0; template < templates; template++) {
                if (indication(template, target) != NOT_PRESENT) {
                    targetSpatialIds[target] = Math.max(targetSpatialIds[target], spatialIds[template]);
                    targetTemporalIds[target] = Math.max(targetTemporalIds[target], temporalIds[template]);
                }
            }
        }
    }
}
