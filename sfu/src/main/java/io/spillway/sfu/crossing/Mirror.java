package io.spillway.sfu.crossing;

import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.live.Layer;
import io.spillway.media.live.Publication;
import io.spillway.media.live.PublicationSnapshot;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.SenderClock;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A loop's own publication of what another loop's publisher sends: the same tracks and layers, filled by a {@link Feed}. Its viewers cannot tell it from the
 * original. Owned by the viewers' loop.
 */
public final class Mirror {

    /** Where the wishes of a mirror's viewers go. */
    @FunctionalInterface
    public interface Keyframes {
        void onKeyframeWanted(Mirror mirror, int layer, long nowNs);
    }

    /** A wish that is on its way need not be repeated sooner: the publisher's loop keeps it until a keyframe comes. */
    private static final long ASK_EACH_NS = 100_000_000L;

    private final Subscription subscription;
    private final int publisherLoop;
    private final Keyframes keyframes;
    private final RtpPacket packet = new RtpPacket();
    private final PayloadInfo info = new PayloadInfo();
    private final long[] clock = new long[SenderClock.STATE_LONGS];
    private Layer[] layers = {};
    private long[] askedNs = {};
    private long[] askedAfter = {};
    private @Nullable Publication publication;
    private boolean touched;

    public Mirror(Subscription subscription, int publisherLoop, Keyframes keyframes) {
        this.subscription = subscription;
        this.publisherLoop = publisherLoop;
        this.keyframes = keyframes;
    }

    public Subscription subscription() {
        return subscription;
    }

    public int publisherLoop() {
        return publisherLoop;
    }

    /** What the loop's viewers watch; null before {@link #open}. */
    public @Nullable Publication publication() {
        return publication;
    }

    /** Takes over what the publisher's loop had when the feed began; null when that is done already, or not there yet. */
    public @Nullable Publication open() {
        PublicationSnapshot snapshot = subscription.takeSnapshot();
        if (snapshot == null) {
            return null;
        }
        Publication opened = snapshot.restore(this::want);
        layers = opened.tracks().stream()
                .flatMap(track -> track.layers().stream())
                .toArray(Layer[]::new);
        askedNs = new long[layers.length];
        askedAfter = new long[layers.length];
        Arrays.fill(askedAfter, Long.MIN_VALUE);
        publication = opened;
        return opened;
    }

    /** Notes that something comes; whether that is the first since {@link #flush}. */
    public boolean touch() {
        boolean first = !touched;
        touched = true;
        return first;
    }

    /** Hands what came to the viewers. */
    public void flush(long nowNs) {
        touched = false;
        for (Layer layer : layers) {
            layer.flush(nowNs);
        }
    }

    /** Does what a record says. */
    void apply(int kind, ByteBuffer bytes, int at, long nowNs) {
        Layer layer = layers[bytes.getInt(at + 4)];
        int content = at + 8;
        switch (kind) {
            case Crossing.PACKET -> append(layer, bytes, content);
            case Crossing.PADDING -> layer.skipPadding(bytes.getLong(content), bytes.getLong(content + 8));
            case Crossing.RESTART -> layer.restart(subscription.format(bytes.getInt(content)), nowNs);
            case Crossing.CLOCK -> {
                for (int i = 0; i < clock.length; i++) {
                    clock[i] = bytes.getLong(content + i * Long.BYTES);
                }
                layer.clock().copyFrom(clock);
            }
            default -> throw new IllegalStateException("record of kind " + kind);
        }
    }

    private void append(Layer layer, ByteBuffer bytes, int at) {
        if (packet.wrap(bytes, at + 20, bytes.getInt(at + 16))
                && PayloadParser.of(layer.codec()).parse(bytes, packet.payloadOffset(), packet.payloadLength(), info)) {
            layer.append(packet, bytes.getLong(at), bytes.getLong(at + 8), info);
        }
    }

    private void want(Layer layer, long nowNs) {
        int index = 0;
        while (index < layers.length && layers[index] != layer) {
            index++;
        }
        if (index < layers.length && (askedAfter[index] != layer.gopStart() || nowNs - askedNs[index] >= ASK_EACH_NS)) {
            askedAfter[index] = layer.gopStart();
            askedNs[index] = nowNs;
            keyframes.onKeyframeWanted(this, index, nowNs);
        }
    }
}
