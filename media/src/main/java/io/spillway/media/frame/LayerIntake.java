package io.spillway.media.frame;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.mp4.TrackFormat;
import io.spillway.media.rtp.TimestampUnwrapper;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One layer's packets in, whole frames out, in order. A frame that lacks a packet is left out, and so are those after it up to the next key, which is wished for; audio goes on at once. Owned by
 * the packaging thread.
 */
public final class LayerIntake implements JitterBuffer.Listener {

    private final JitterBuffer packets;
    private final FrameBuilder builder;
    private final boolean video;
    private final Consumer<AccessUnit> out;
    private final TimestampUnwrapper timestamps = new TimestampUnwrapper();
    private boolean needsKey;
    private boolean building;
    private boolean damaged;
    private int timestamp;
    private boolean ended = true;
    private @Nullable Packet last;
    private long skippedFrames;

    private LayerIntake(Codec codec, FrameBuilder builder, long holdNs, Consumer<AccessUnit> out) {
        this.packets = new JitterBuffer(holdNs, this);
        this.builder = builder;
        this.video = codec.kind() == MediaKind.VIDEO;
        this.needsKey = video;
        this.out = out;
    }

    /**
     * The intake of a layer; null when frames of its codec are not made yet.
     *
     * @param holdNs how long a missing packet is waited for
     */
    public static @Nullable LayerIntake of(Codec codec, long holdNs, Consumer<AccessUnit> out) {
        FrameBuilder builder = FrameBuilder.of(codec);
        return builder == null ? null : new LayerIntake(codec, builder, holdNs, out);
    }

    /** Takes a packet in, in order of arrival. */
    public void add(Packet packet, long nowNs) {
        packets.add(packet, nowNs);
    }

    /** Gives up what has been waited for long enough. */
    public void onTime(long nowNs) {
        packets.release(nowNs);
    }

    /** Whether frames are left out until a key comes: one should be asked for. */
    public boolean needsKey() {
        return needsKey;
    }

    /** Holes that no repair filled in time. */
    public long holes() {
        return packets.holes();
    }

    /** Frames that came and could not be used: damaged, or before a key. */
    public long skippedFrames() {
        return skippedFrames;
    }

    @Override
    public void onHole() {
        damaged = true;
        needsKey |= video;
    }

    @Override
    public void onPacket(Packet packet) {
        boolean sameFrame = building && packet.timestamp() == timestamp && !ended;
        if (!sameFrame) {
            if (building) {
                finish();
            }
            begin(packet);
        }
        damaged |= !builder.add(packet.payload());
        if (packet.colours() != 0) {
            builder.colours(packet.colours());
        }
        last = packet;
        if (packet.marker() || !video) {
            finish();
        }
    }

    private void begin(Packet packet) {
        // Behind a hole, a packet that cannot be a frame's first belongs to a frame whose beginning is lost.
        damaged = video && needsKey && !packet.startsFrame();
        building = true;
        ended = false;
        timestamp = packet.timestamp();
    }

    private void finish() {
        Packet end = last;
        boolean key = builder.isKey();
        TrackFormat format = key ? builder.format() : null;
        byte[] data = damaged ? null : builder.finish();
        builder.discard();
        building = false;
        ended = true;
        boolean spoilt = damaged;
        damaged = false;
        if (end == null) {
            return;
        }
        if (spoilt || (needsKey && (!key || format == null))) {
            skippedFrames++;
            needsKey |= video;
            return;
        }
        if (data == null) {
            return;
        }
        needsKey = false;
        out.accept(new AccessUnit(timestamps.unwrap(timestamp), end.captureNs(), end.arrivalNs(), key, format, data));
    }
}
