package io.spillway.media.live;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import java.nio.ByteBuffer;

/**
 * A copy of a layer as it stood at one moment, from which another loop makes a layer of its own that goes on with the same packets: the newest
 * GOP with its arrival times, parameter sets, picture size and clock. Immutable.
 *
 * <pre>
 *  +0  extended sequence   8
 *  +8  arrival, ns         8
 * +16  packet length       4      0 for padding
 * +20  packet bytes
 * </pre>
 */
final class LayerSnapshot {

    private static final int HEADER_BYTES = 20;

    private final String rid;
    private final Format format;
    private final long[] clock = new long[SenderClock.STATE_LONGS];
    private final ParameterSets parameterSets = new ParameterSets();
    private final int width;
    private final int height;
    private final ByteBuffer packets;

    private LayerSnapshot(Layer layer) {
        rid = layer.rid();
        format = layer.format();
        width = layer.width();
        height = layer.height();
        layer.clock().copyTo(clock);
        parameterSets.copyFrom(layer.parameterSets());
        packets = packets(layer);
    }

    /** Copies a layer, on its own loop. */
    static LayerSnapshot of(Layer layer) {
        return new LayerSnapshot(layer);
    }

    private static ByteBuffer packets(Layer layer) {
        long first = layer.gopStart();
        if (first < 0) {
            return ByteBuffer.allocate(0);
        }
        StoredPacket stored = new StoredPacket();
        int bytes = 0;
        for (long at = first; at <= layer.highestSequence(); at++) {
            bytes += layer.history().find(at, stored) ? HEADER_BYTES + stored.length() : 0;
        }
        ByteBuffer copy = ByteBuffer.allocateDirect(bytes);
        for (long at = first; at <= layer.highestSequence(); at++) {
            if (layer.history().find(at, stored)) {
                copy.putLong(at).putLong(stored.arrivalNs()).putInt(stored.length());
                copy.put(copy.position(), stored.buffer(), stored.offset(), stored.length());
                copy.position(copy.position() + stored.length());
            }
        }
        return copy.flip();
    }

    /** Makes the layer anew; {@code publisher} is shared by all layers of a publication. */
    Layer restore(PublisherClock publisher, KeyframeListener keyframes) {
        HistoryBounds bounds = format.kind() == MediaKind.VIDEO ? HistoryBounds.VIDEO : HistoryBounds.AUDIO;
        SenderClock restored = new SenderClock(format.codec().clockRateHz(), publisher);
        Layer layer = new Layer(rid, format, bounds, restored, keyframes);
        RtpPacket packet = new RtpPacket();
        PayloadInfo info = new PayloadInfo();
        PayloadParser parser = PayloadParser.of(format.codec());
        long arrivalNs = 0;
        int at = 0;
        while (at < packets.limit()) {
            long extSeq = packets.getLong(at);
            arrivalNs = packets.getLong(at + 8);
            int length = packets.getInt(at + 16);
            at += HEADER_BYTES;
            if (length == 0) {
                layer.skipPadding(extSeq, arrivalNs);
            } else if (packet.wrap(packets, at, length)
                    && parser.parse(packets, packet.payloadOffset(), packet.payloadLength(), info)) {
                layer.append(packet, extSeq, arrivalNs, info);
            }
            at += length;
        }
        // Nobody reads yet: what is cached is no burst.
        layer.flush(arrivalNs);
        layer.knowPictures(parameterSets, width, height);
        restored.copyFrom(clock);
        return layer;
    }
}
