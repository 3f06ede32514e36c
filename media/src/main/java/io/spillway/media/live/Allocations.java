package io.spillway.media.live;

import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.rtp.VideoLayersAllocation;
import java.util.Arrays;
import java.util.List;

/**
 * What a publisher announces of a track's layers by the video-layers-allocation extension, taken out of their packets: a layer that was switched off is known to be silent before its
 * silence tells (R41). The extension counts streams; which of them a layer is, its own packets say.
 */
final class Allocations {

    private static final int UNKNOWN = -1;

    private final List<Layer> layers;
    private final int[] streams;
    private final VideoLayersAllocation allocation = new VideoLayersAllocation();

    Allocations(List<Layer> layers) {
        this.layers = layers;
        this.streams = new int[layers.size()];
        Arrays.fill(streams, UNKNOWN);
    }

    /** Takes a packet's element in, if it is well-formed. */
    void onElement(Layer carrier, RtpPacket packet, int id, long nowNs) {
        if (!allocation.parse(packet.buffer(), packet.extensionOffset(id), packet.extensionLength(id))) {
            return;
        }
        int count = allocation.streamCount();
        for (int i = 0; i < streams.length; i++) {
            Layer layer = layers.get(i);
            if (layer == carrier && count > 0) {
                streams[i] = allocation.streamIndex();
            }
            if (count == 0 || streams[i] != UNKNOWN) {
                layer.onAllocation(allocation, streams[i], nowNs);
            }
        }
    }
}
