package io.spillway.media.live;

import io.spillway.media.codec.MediaKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The audio or the video of a publication: one layer, or several of the same pictures. Owned by one loop. */
public final class Track {

    /** What is asked more often is answered from the last time: rates are measured in steps of 100 ms. */
    private static final long LADDER_VALID_NS = 200_000_000L;

    private final List<Layer> layers;
    private @Nullable Ladder ladder;
    private long ladderMadeNs;

    /** @param layers at least one, all of one kind, in the publisher's order */
    public Track(List<Layer> layers) {
        this.layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("a track has a layer");
        }
        Allocations announced = new Allocations(this.layers);
        this.layers.forEach(layer -> layer.announceTo(announced));
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

    /** How it can be watched now; at most 200 ms old. */
    public Ladder ladder(long nowNs) {
        Ladder known = ladder;
        // The first packet of all is not to wait for a new look.
        boolean empty = known == null || known.options().isEmpty();
        if (known == null || empty || nowNs - ladderMadeNs >= LADDER_VALID_NS) {
            known = Ladder.of(known == null ? layers : known.order(), nowNs);
            ladder = known;
            ladderMadeNs = nowNs;
        }
        return known;
    }

    /** Takes a sender report for one layer in, and lends it to those that have none (O9); false when it is not believed. */
    public boolean onSenderReport(Layer layer, long ntp, int timestamp, long arrivalNs) {
        if (!layer.clock().onSenderReport(ntp, timestamp, arrivalNs)) {
            return false;
        }
        onStraySenderReport(ntp, timestamp, arrivalNs);
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).clock().borrowTransit(layer.clock());
        }
        return true;
    }

    void onStraySenderReport(long ntp, int timestamp, long arrivalNs) {
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).clock().borrowReport(ntp, timestamp, arrivalNs);
        }
    }
}
