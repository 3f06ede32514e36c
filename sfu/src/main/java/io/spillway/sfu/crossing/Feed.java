package io.spillway.sfu.crossing;

import io.spillway.media.live.HandoverRing;
import io.spillway.media.live.Layer;
import io.spillway.media.live.LayerSubscriber;
import io.spillway.media.live.Publication;
import io.spillway.media.live.PublicationSnapshot;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.time.SenderClock;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Copies what a publication receives to another loop's {@link Mirror} of it, once for all its viewers there. Owned by the publisher's loop.
 *
 * <p>A burst that finds no room is lost whole. The layer then starts over in the mirror as after a change of encoder, once there is room for more
 * than a burst: its viewers go on at the next keyframe, which is asked for, and see no hole.
 */
public final class Feed implements LayerSubscriber {

    private static final int MIRROR_BYTES = 8;
    private static final int PACKET_HEADER_BYTES = MIRROR_BYTES + 20;

    private final Subscription subscription;
    private final Crossing crossing;
    private final HandoverRing out;
    private final DropCounters drops;
    private final Consumer<RuntimeException> defects;
    private final Layer[] layers;
    private final int[] epochs;
    private final int[] revisions;
    private final boolean[] lost;
    private final StoredPacket stored = new StoredPacket();
    private final long[] clock = new long[SenderClock.STATE_LONGS];

    /**
     * Begins with a snapshot, and copies what comes from then on.
     *
     * @param defects told when copying broke
     */
    public Feed(
            Subscription subscription,
            Publication publication,
            Crossing crossing,
            DropCounters drops,
            Consumer<RuntimeException> defects,
            long nowNs) {
        this.subscription = subscription;
        this.crossing = crossing;
        this.out = crossing.ring();
        this.drops = drops;
        this.defects = defects;
        this.layers = publication.tracks().stream()
                .flatMap(track -> track.layers().stream())
                .toArray(Layer[]::new);
        this.epochs = Arrays.stream(layers).mapToInt(Layer::epoch).toArray();
        this.revisions = Arrays.stream(layers)
                .mapToInt(layer -> layer.clock().revision())
                .toArray();
        this.lost = new boolean[layers.length];
        for (Layer layer : layers) {
            // What is collected by now is in the snapshot.
            layer.flush(nowNs);
            layer.subscribe(this);
        }
        subscription.offer(PublicationSnapshot.of(publication));
    }

    public Subscription subscription() {
        return subscription;
    }

    /** Copies nothing any more; what was copied crosses. */
    public void stop() {
        for (Layer layer : layers) {
            layer.unsubscribe(this);
        }
        crossing.flush();
    }

    /** The mirror's viewers want a keyframe. */
    public void requestKeyframe(int layer, long nowNs) {
        layers[layer].requestKeyframe(nowNs);
    }

    @Override
    public void onBurst(Layer layer, long[] extSeqs, int count, long nowNs) {
        int index = indexOf(layer);
        out.mark();
        if (lost[index] && out.room() < out.capacity() / 2) {
            drops.count(DropReason.HANDOVER_FULL, count);
            return;
        }
        if (!write(index, layer, extSeqs, count)) {
            out.takeBack();
            lost[index] = true;
            drops.count(DropReason.HANDOVER_FULL, count);
            return;
        }
        epochs[index] = layer.epoch();
        revisions[index] = layer.clock().revision();
        if (lost[index]) {
            lost[index] = false;
            layer.requestKeyframe(nowNs);
        }
    }

    @Override
    public void onDefect(RuntimeException defect, long nowNs) {
        defects.accept(defect);
    }

    private int indexOf(Layer layer) {
        int index = 0;
        while (layers[index] != layer) {
            index++;
        }
        return index;
    }

    private boolean write(int index, Layer layer, long[] extSeqs, int count) {
        boolean startsOver = lost[index] || layer.epoch() != epochs[index];
        if (startsOver && !writeRestart(index, layer)) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (layer.history().find(extSeqs[i], stored) && !writePacket(index)) {
                return false;
            }
        }
        // Last: it tells of what these packets did to it.
        return (!startsOver && layer.clock().revision() == revisions[index]) || writeClock(index, layer);
    }

    private boolean writePacket(int index) {
        boolean padding = stored.isPadding();
        int at = out.claim(padding ? Crossing.PADDING : Crossing.PACKET, PACKET_HEADER_BYTES + stored.length());
        if (at < 0) {
            return false;
        }
        ByteBuffer into = address(at, index);
        into.putLong(at + MIRROR_BYTES, stored.extendedSequence()).putLong(at + MIRROR_BYTES + 8, stored.arrivalNs());
        into.putInt(at + MIRROR_BYTES + 16, stored.length());
        into.put(at + PACKET_HEADER_BYTES, stored.buffer(), stored.offset(), stored.length());
        return true;
    }

    private boolean writeRestart(int index, Layer layer) {
        int at = out.claim(Crossing.RESTART, MIRROR_BYTES + 4);
        if (at < 0) {
            return false;
        }
        address(at, index).putInt(at + MIRROR_BYTES, subscription.numberOf(layer.format()));
        return true;
    }

    private boolean writeClock(int index, Layer layer) {
        int at = out.claim(Crossing.CLOCK, MIRROR_BYTES + clock.length * Long.BYTES);
        if (at < 0) {
            return false;
        }
        layer.clock().copyTo(clock);
        ByteBuffer into = address(at, index);
        for (int i = 0; i < clock.length; i++) {
            into.putLong(at + MIRROR_BYTES + i * Long.BYTES, clock[i]);
        }
        return true;
    }

    private ByteBuffer address(int at, int index) {
        return out.buffer().putInt(at, subscription.mirror()).putInt(at + 4, index);
    }
}
