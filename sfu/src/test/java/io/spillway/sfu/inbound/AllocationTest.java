package io.spillway.sfu.inbound;

import static io.spillway.sfu.inbound.World.AUDIO_PT;
import static io.spillway.sfu.inbound.World.AUDIO_SSRC;
import static io.spillway.sfu.inbound.World.BROWSER_VIDEO;
import static io.spillway.sfu.inbound.World.KEY;
import static io.spillway.sfu.inbound.World.MS;
import static io.spillway.sfu.inbound.World.OBS_VIDEO;
import static io.spillway.sfu.inbound.World.RTX_PT;
import static io.spillway.sfu.inbound.World.RTX_SSRC;
import static io.spillway.sfu.inbound.World.TWCC_ID;
import static io.spillway.sfu.inbound.World.VIDEO_PT;
import static io.spillway.sfu.inbound.World.VIDEO_SSRC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.Layer;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RedPayload;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.PayloadMapping;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import io.spillway.sfu.transport.MediaSink;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steady state: a packet's way from the transport to the layer's readers, with loss, repair, feedback and reports, allocates nothing. */
class AllocationTest {

    private static final int PACKETS = 100_000;

    /** The JVM links a class or two late, once; what allocates a packet shows in every round. */
    private static final int ROUNDS = 5;

    private static final int RED_PT = 63;

    private static final AgreedMedia REDUNDANT = new AgreedMedia(
            0,
            "0",
            MediaKind.AUDIO,
            List.of(new PayloadMapping(AUDIO_PT, -1, RED_PT, Codec.OPUS, 2, Map.of(), Set.of(Feedback.TRANSPORT_CC))),
            Map.of(HeaderExtension.TRANSPORT_CC.uri(), TWCC_ID),
            List.of(),
            true,
            List.of(new AgreedMedia.Source(AUDIO_SSRC, 0)));

    private final long[] counted = new long[3];
    private final StoredPacket found = new StoredPacket();

    @ParameterizedTest
    @MethodSource("publishers")
    void shouldAllocateNothingAPacket(AgreedMedia agreed) {
        InboundMedia media = media(agreed);
        Source source = new Source(media, read(media, MediaKind.VIDEO));
        assertNothingAllocated(source::send);
        assertTrue(counted[1] > 1_000, "RTCP was sent: " + counted[1]);
    }

    @Test
    void shouldAllocateNothingAPacketOfRedundantSound() {
        InboundMedia media = media(REDUNDANT);
        read(media, MediaKind.AUDIO);
        RedundantSource source = new RedundantSource(media);
        assertNothingAllocated(source::send);
        assertEquals(source.sent, counted[0], "those lost among them");
    }

    private InboundMedia media(AgreedMedia agreed) {
        return new InboundMedia(
                List.of(agreed),
                new InboundConfig("spillway", 1, 20_000_000),
                Instant.EPOCH,
                "test",
                counting(),
                new DropCounters());
    }

    /** Reads all that comes of the first layer. */
    private Layer read(InboundMedia media, MediaKind kind) {
        Layer layer = media.publication().track(kind).orElseThrow().layers().getFirst();
        layer.subscribe((from, extSeqs, count, nowNs) -> {
            for (int i = 0; i < count; i++) {
                counted[0] += from.history().find(extSeqs[i], found) ? 1 : 0;
            }
        });
        return layer;
    }

    private void assertNothingAllocated(IntConsumer send) {
        send.accept(PACKETS); // warm: classes loaded, the history grown to its GOP

        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && allocated > 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            send.accept(PACKETS);
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertEquals(0, allocated, "bytes for " + PACKETS + " packets");
        assertTrue(counted[0] > 1.9 * PACKETS, "packets were read: " + counted[0]);
    }

    /** With transport-wide feedback, with REMB and compounds, and with neither. */
    static List<AgreedMedia> publishers() {
        AgreedMedia ffmpeg = World.video(
                Set.of(Feedback.NACK), false, List.of(), List.of(new AgreedMedia.Source(VIDEO_SSRC, RTX_SSRC)));
        return List.of(BROWSER_VIDEO, OBS_VIDEO, ffmpeg);
    }

    private MediaSink counting() {
        return new MediaSink() {
            @Override
            public boolean sendRtp(
                    ByteBuffer head,
                    int headLength,
                    int rtpHeaderLength,
                    ByteBuffer payload,
                    int payloadOffset,
                    int payloadLength,
                    long nowNs) {
                counted[2]++;
                return true;
            }

            @Override
            public boolean sendRtcp(ByteBuffer packet, int length, long nowNs) {
                counted[1]++;
                return true;
            }
        };
    }

    /** 8 packets a frame at 30 fps, a keyframe every 2 s, 1 packet in 50 lost and repaired by RTX 20 ms later, and a keyframe wanted each second. */
    private static final class Source {

        private final InboundMedia media;
        private final Layer layer;
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(1500);
        private final RtpHeaderWriter header = new RtpHeaderWriter();
        private long nowNs = 1_000 * MS;
        private int sequence;
        private int transportSequence;
        private int rtxSequence;

        Source(InboundMedia media, Layer layer) {
            this.media = media;
            this.layer = layer;
        }

        void send(int packets) {
            for (int i = 0; i < packets; i++) {
                int frame = sequence / 8;
                boolean lost = sequence % 50 == 7;
                if (!lost) {
                    packet(VIDEO_PT, VIDEO_SSRC, sequence, frame, false);
                }
                if (sequence % 50 == 14) {
                    packet(RTX_PT, RTX_SSRC, rtxSequence++, (sequence - 7) / 8, true);
                }
                if (sequence % 8 == 7) {
                    media.onBurstEnd(nowNs);
                    nowNs += 33 * MS;
                    if (media.nextDeadlineNs() <= nowNs) {
                        media.onTimeout(nowNs);
                    }
                    if (frame % 30 == 0) {
                        layer.requestKeyframe(nowNs);
                    }
                }
                sequence++;
            }
        }

        private void packet(int payloadType, int ssrc, int seq, int frame, boolean repair) {
            header.begin(bytes, 0, payloadType, false, seq & 0xFFFF, frame * 3000, ssrc);
            header.extension(TWCC_ID, transportSequence++ & 0xFFFF, 2);
            int at = header.finish();
            if (repair) {
                bytes.putShort(at, (short) (sequence - 7));
                at += 2;
            }
            bytes.put(at, frame % 60 == 0 ? KEY[0] : (byte) 0x41);
            media.onRtp(bytes, 0, at + 1100, nowNs);
        }
    }

    /** 50 packets of Opus a second, each with the two before it; one in 50 is lost and comes out of the next. */
    private static final class RedundantSource {

        private static final int TICKS = 960;
        private static final int BYTES = 80;
        private static final int EARLIER = 2;

        private final InboundMedia media;
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(1500);
        private final RtpHeaderWriter header = new RtpHeaderWriter();
        private long nowNs = 1_000 * MS;
        private int transportSequence;
        private int sent;

        RedundantSource(InboundMedia media) {
            this.media = media;
        }

        void send(int packets) {
            for (int i = 0; i < packets; i++) {
                if (sent % 50 != 7) {
                    packet(Math.min(EARLIER, sent));
                }
                sent++;
                media.onBurstEnd(nowNs);
                nowNs += 20 * MS;
                if (media.nextDeadlineNs() <= nowNs) {
                    media.onTimeout(nowNs);
                }
            }
        }

        private void packet(int earlier) {
            header.begin(bytes, 0, RED_PT, false, sent & 0xFFFF, sent * TICKS, AUDIO_SSRC);
            header.extension(TWCC_ID, transportSequence++ & 0xFFFF, 2);
            int at = header.finish();
            for (int distance = earlier; distance > 0; distance--) {
                RedPayload.writeBlockHeader(bytes, at, AUDIO_PT, distance * TICKS, BYTES);
                at += RedPayload.BLOCK_HEADER_BYTES;
            }
            RedPayload.writeOwnHeader(bytes, at++, AUDIO_PT);
            for (int payload = 0; payload <= earlier; payload++) {
                bytes.put(at, (byte) 0x78);
                at += BYTES;
            }
            media.onRtp(bytes, 0, at, nowNs);
        }
    }
}
