package io.spillway.bench.fanout;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.live.Format;
import io.spillway.media.live.HistoryBounds;
import io.spillway.media.live.Layer;
import io.spillway.media.live.LiveStream;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.media.live.Track;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.outbound.OutboundBuffers;
import io.spillway.sfu.outbound.OutboundMedia;
import io.spillway.sfu.outbound.OutboundSources;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.PayloadMapping;
import io.spillway.sfu.transport.MediaSink;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A layer of H.264 whose packets are made here, and viewers of it with transport-wide numbers and RTX, whose packets end in sinks. One thread. */
public final class ViewedLayer {

    /** Bytes of a packet as a viewer gets it, before SRTP's tag. */
    public static final int PACKET_BYTES = 1_200;

    /** What the transport-wide number adds to the publisher's header. */
    private static final int NUMBER_BYTES = 8;

    private static final int FIRST_SEQUENCE = 65_536;

    /** Bursts from one keyframe to the next: a group stays within the history's bounds. */
    private static final int GROUP = 100;

    private static final int TICKS = 3_000;
    private static final int NUMBER_ID = 3;
    private static final Map<String, String> FORMAT = Map.of("packetization-mode", "1", "profile-level-id", "42c01f");
    private static final byte IDR_START = (byte) 0x85;
    private static final byte P_START = (byte) 0x81;
    private static final byte P_MIDDLE = 0x01;

    private final Layer layer = new Layer(
            "",
            new Format(Codec.H264, FORMAT),
            HistoryBounds.VIDEO,
            new SenderClock(90_000, new PublisherClock()),
            (wanted, nowNs) -> {});
    private final LiveStream live = new LiveStream(new StreamName("bench"));
    private final OutboundBuffers buffers = new OutboundBuffers();
    private final RtpPacket packet = new RtpPacket();
    private final PayloadInfo info = new PayloadInfo();
    private final RtpHeaderWriter header = new RtpHeaderWriter();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(PACKET_BYTES);
    private long sequence = FIRST_SEQUENCE;
    private long frame;

    public ViewedLayer(long nowNs) {
        live.publish(new Publication(List.of(new Track(List.of(layer))), Instant.EPOCH, "bench"), nowNs);
    }

    public Layer layer() {
        return layer;
    }

    /** The newest packet's extended sequence number; one below the first before any. */
    public long newest() {
        return sequence - 1;
    }

    /** Adds a viewer, whose SSRC is {@code number}. */
    public OutboundMedia view(int number, MediaSink sink, long nowNs) {
        PayloadMapping mapping = new PayloadMapping(
                102,
                103,
                Codec.H264,
                1,
                FORMAT,
                EnumSet.of(PayloadMapping.Feedback.NACK, PayloadMapping.Feedback.TRANSPORT_CC));
        AgreedMedia media = new AgreedMedia(
                0,
                "0",
                MediaKind.VIDEO,
                List.of(mapping),
                Map.of(HeaderExtension.TRANSPORT_CC.uri(), NUMBER_ID),
                List.of(),
                true,
                List.of());
        OutboundMedia viewer = new OutboundMedia(
                List.of(media),
                Map.of("0", new OutboundSources(number, 1_000_000 + number)),
                "bench",
                1_000_000L,
                live,
                sink,
                buffers,
                new DropCounters(),
                (defect, now) -> {
                    throw defect;
                },
                new SplittableRandom(number),
                () -> 0);
        viewer.start(nowNs);
        return viewer;
    }

    /** A frame of so many packets comes, and goes to all viewers. */
    public void burst(int packets, long nowNs) {
        for (int i = 0; i < packets; i++) {
            append(i, packets, nowNs);
        }
        frame++;
        layer.flush(nowNs);
    }

    private void append(int index, int packets, long nowNs) {
        boolean last = index == packets - 1;
        header.begin(buffer, 0, 102, last, (int) sequence & 0xFFFF, (int) (frame * TICKS), 7);
        int at = header.finish();
        byte start = frame % GROUP == 0 ? IDR_START : P_START;
        buffer.put(at, (byte) 0x7C).put(at + 1, index == 0 ? start : P_MIDDLE).put(at + 2, (byte) 0x9A);
        packet.wrap(buffer, 0, PACKET_BYTES - NUMBER_BYTES);
        PayloadParser.of(Codec.H264).parse(buffer, packet.payloadOffset(), packet.payloadLength(), info);
        layer.append(packet, sequence++, nowNs, info);
    }
}
