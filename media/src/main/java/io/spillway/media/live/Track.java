package io.spillway.media.live;

import io.spillway.media.codec.MediaKind;
import java.util.List;

/** The audio or the video of a publication: one layer, or several of the same pictures. Owned by one loop. */
public final class Track {

    private final List<Layer> layers;

    /** @param layers at least one, all of one kind, in the publisher's order */
    public Track(List<Layer> layers) {
        this.layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("a track has a layer");
        }
    }

    public MediaKind kind() {
        return format().kind();
    }

    /** What its layers carry now. Before the first packet: what the publisher most likely sends, the first codec agreed. */
    public Format format() {
        return layers.getFirst().format();
    }

    public List<Layer> layers() {
        return layers;
    }

    /** Takes a sender report for one layer in, and lends it to those that have none (O9); false when it is not believed. */
    public boolean onSenderReport(Layer layer, long ntp, int timestamp, long arrivalNs) {
        if (!layer.clock().onSenderReport(ntp, timestamp, arrivalNs)) {
            return false;
        }
        onStraySenderReport(ntp, timestamp, arrivalNs);
        return true;
    }

    void onStraySenderReport(long ntp, int timestamp, long arrivalNs) {
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).clock().borrowReport(ntp, timestamp, arrivalNs);
        }
    }
}
