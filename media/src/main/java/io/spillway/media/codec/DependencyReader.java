package io.spillway.media.codec;

import java.nio.ByteBuffer;

/**
 * Reads one stream's dependency descriptors in the order of their arrival and says in a {@link PayloadInfo} what they mean to a forwarder, in the terms of VP9: the layers of a frame, where it begins and ends, and
 * whether one may go up after it. Holds the structure that the newest keyframe brought. AV1 RTP specification, appendix A. Owned by one thread.
 *
 * <pre>
 * |S|E| template  |          frame number         |
 * |T|A|D|F|C|   T: structure   A: active targets   D, F, C: this frame's own indications, references, chains
 * </pre>
 */
public final class DependencyReader {

    private static final int MANDATORY_LENGTH = 3;

    private final BitReader bits = new BitReader();
    private final int[] indications = new int[DependencyStructure.MAX_TARGETS];
    private DependencyStructure structure = new DependencyStructure();
    private DependencyStructure next = new DependencyStructure();
    private boolean structured;

    /**
     * Reads the element {@code buffer[offset..offset+length)} of a packet into {@code out}, which the payload's parser has filled. False when it is malformed or its structure is not known; {@code out} is then as it
     * was.
     */
    public boolean read(ByteBuffer buffer, int offset, int length, PayloadInfo out) {
        if (length < MANDATORY_LENGTH) {
            return false;
        }
        bits.reset(buffer, offset, length, false);
        boolean starts = bits.flag();
        boolean ends = bits.flag();
        int templateId = bits.bits(6);
        bits.skip(16);
        boolean extended = length > MANDATORY_LENGTH;
        boolean newStructure = extended && bits.flag();
        boolean activeTargets = extended && bits.flag();
        boolean ownIndications = extended && bits.flag();
        // References and chains, whose flags are next, tell receivers of losses; they come last and are left unread.
        bits.skip(extended ? 2 : 0);
        if (newStructure && !takeStructure()) {
            return false;
        }
        int template = structured ? structure.templateOf(templateId) : -1;
        if (template < 0) {
            return false;
        }
        bits.skip(activeTargets ? structure.targets() : 0);
        for (int target = 0; target < structure.targets(); target++) {
            indications[target] = ownIndications ? bits.bits(2) : structure.indication(template, target);
        }
        if (!bits.ok()) {
            return false;
        }
        out.startsLayerFrame = starts;
        out.endsLayerFrame = ends;
        out.spatialId = structure.spatialId(template);
        out.temporalId = structure.temporalId(template);
        out.startsFrame = starts && out.spatialId == 0;
        out.switchesUp = switchesUp(out.spatialId, out.temporalId);
        for (int spatial = 0; newStructure && structure.isSized() && spatial < structure.spatialLayers(); spatial++) {
            out.spatialSize(spatial, structure.width(spatial), structure.height(spatial));
        }
        return true;
    }

    private boolean takeStructure() {
        if (!next.read(bits)) {
            return false;
        }
        DependencyStructure old = structure;
        structure = next;
        next = old;
        structured = true;
        return true;
    }

    /** From the frame on, each decode target of its spatial layer and more pictures can be decoded. */
    private boolean switchesUp(int spatial, int temporal) {
        boolean above = false;
        for (int target = 0; target < structure.targets(); target++) {
            if (structure.targetSpatialId(target) == spatial && structure.targetTemporalId(target) > temporal) {
                above = true;
                if (indications[target] != DependencyStructure.SWITCH) {
                    return false;
                }
            }
        }
        return above;
    }
}
