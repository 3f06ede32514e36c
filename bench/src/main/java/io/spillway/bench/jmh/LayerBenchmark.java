package io.spillway.bench.jmh;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.live.Format;
import io.spillway.media.live.HistoryBounds;
import io.spillway.media.live.Layer;
import io.spillway.media.live.LiveStream;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.live.StreamName;
import io.spillway.media.live.Track;
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
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A layer's history: storing a packet and finding it; and the way of a packet from it to a viewer, its numbers rewritten, without encryption and sockets. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LayerBenchmark {

    private static final int PACKET_BYTES = 1_200;
    private static final int BURST = 10;
    private static final int GROUP = 512;
    private static final int VIEWERS = 200;
    private static final int TICKS = 3_000;
    private static final long FRAME_NS = 33_000_000L;
    private static final Map<String, String> FORMAT = Map.of("packetization-mode", "1", "profile-level-id", "42c01f");
    private static final byte IDR_START = (byte) 0x85;
    private static final byte P_START = (byte) 0x81;
    private static final byte P_MIDDLE = 0x01;

    private final Layer alone = layer();
    private final Layer watched = layer();
    private final StoredPacket stored = new StoredPacket();
    private final RtpPacket packet = new RtpPacket();
    private final PayloadInfo info = new PayloadInfo();
    private final RtpHeaderWriter header = new RtpHeaderWriter();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(PACKET_BYTES);
    private final Count count = new Count();
    private long aloneSequence = 65_536;
    private long watchedSequence = 65_536;
    private long nowNs = 1_000_000_000L;

    private static Layer layer() {
        return new Layer(
                "",
                new Format(Codec.H264, FORMAT),
                HistoryBounds.VIDEO,
                new SenderClock(90_000, new PublisherClock()),
                (layer, nowNs) -> {});
    }

    /** Where viewers' packets end. */
    private static final class Count implements MediaSink {

        private long bytes;

        @Override
        public boolean sendRtp(
                ByteBuffer head,
                int headLength,
                int rtpHeaderLength,
                ByteBuffer payload,
                int payloadOffset,
                int payloadLength,
                long nowNs) {
            bytes += headLength + payloadLength;
            return true;
        }

        @Override
        public boolean sendRtcp(ByteBuffer packet, int length, long nowNs) {
            return true;
        }
    }

    @Setup
    public void join() {
        LiveStream live = new LiveStream(new StreamName("bench"));
        live.publish(new Publication(List.of(new Track(List.of(watched))), Instant.EPOCH, "bench"), nowNs);
        PayloadMapping mapping =
                new PayloadMapping(102, 103, Codec.H264, 1, FORMAT, EnumSet.of(PayloadMapping.Feedback.NACK));
        AgreedMedia media =
                new AgreedMedia(0, "0", MediaKind.VIDEO, List.of(mapping), Map.of(), List.of(), true, List.of());
        OutboundBuffers buffers = new OutboundBuffers();
        for (int i = 0; i < VIEWERS; i++) {
            OutboundMedia viewer = new OutboundMedia(
                    List.of(media),
                    Map.of("0", new OutboundSources(2 * i + 1, 2 * i + 2)),
                    "bench",
                    1_000_000L,
                    live,
                    count,
                    buffers,
                    new DropCounters(),
                    (defect, now) -> {
                        throw defect;
                    },
                    new SplittableRandom(i),
                    () -> 0);
            viewer.start(nowNs);
        }
    }

    @Benchmark
    public void append() {
        append(alone, aloneSequence++);
        if (aloneSequence % BURST == 0) {
            nowNs += FRAME_NS;
            alone.flush(nowNs);
        }
    }

    @Benchmark
    public boolean find() {
        if (aloneSequence == 65_536) {
            append();
        }
        return alone.history().find(aloneSequence - 1, stored);
    }

    /** A burst of ten packets to 200 viewers; the time is that of one packet and viewer. */
    @Benchmark
    @OperationsPerInvocation(BURST * VIEWERS)
    public long rewrite() {
        nowNs += FRAME_NS;
        for (int i = 0; i < BURST; i++) {
            append(watched, watchedSequence++);
        }
        watched.flush(nowNs);
        return count.bytes;
    }

    /** Frames of {@link #BURST} packets, some of them keyframes, so that the group stays within bounds. */
    private void append(Layer layer, long sequence) {
        long frame = sequence / BURST;
        boolean first = sequence % BURST == 0;
        boolean keyframe = frame % GROUP == 0 || sequence == 65_536;
        header.begin(buffer, 0, 102, sequence % BURST == BURST - 1, (int) sequence & 0xFFFF, (int) (frame * TICKS), 7);
        int at = header.finish();
        buffer.put(at, (byte) 0x7C)
                .put(at + 1, keyframe && (first || sequence == 65_536) ? IDR_START : first ? P_START : P_MIDDLE)
                .put(at + 2, (byte) 0x9A);
        packet.wrap(buffer, 0, PACKET_BYTES);
        PayloadParser.of(Codec.H264).parse(buffer, packet.payloadOffset(), packet.payloadLength(), info);
        layer.append(packet, sequence, nowNs, info);
    }
}
