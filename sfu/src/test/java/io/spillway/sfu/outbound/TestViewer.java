package io.spillway.sfu.outbound;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.rtp.SequenceUnwrapper;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.PayloadMapping;
import io.spillway.sfu.transport.MediaSink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps all that a viewer is sent, and can answer. */
final class TestViewer implements MediaSink {

    static final int VIDEO_SSRC = 0x1111;
    static final int VIDEO_RTX_SSRC = 0x1112;
    static final int AUDIO_SSRC = 0x2222;
    static final int MID_ID = 3;
    static final int PLAYOUT_ID = 5;

    final List<Received> received = new ArrayList<>();
    final List<Report> reports = new ArrayList<>();
    final List<RoundTrip> roundTrips = new ArrayList<>();
    final List<String> names = new ArrayList<>();
    final List<Integer> byes = new ArrayList<>();
    final DropCounters drops = new DropCounters();

    /** Agreed codecs; changed before joining. */
    List<PayloadMapping> videoPayloads = List.of(h264(102, 103), vp8(96, 97));

    List<PayloadMapping> audioPayloads = List.of(payload(111, -1, Codec.OPUS, Map.of()));

    Map<String, Integer> videoExtensions =
            Map.of(HeaderExtension.MID.uri(), MID_ID, HeaderExtension.PLAYOUT_DELAY.uri(), PLAYOUT_ID);

    boolean rtx = true;
    int seed = 1;

    /** What its network is believed to carry at first: all that is published, unless a test says otherwise. */
    long startBps = 20_000_000;

    /** Of its loop. */
    final OutboundBuffers buffers = new OutboundBuffers();

    private final Map<Integer, SequenceUnwrapper> unwrappers = new HashMap<>();
    private final RtpPacket packet = new RtpPacket();
    private final RtcpWriter writer = new RtcpWriter();
    private final ByteBuffer rtcp = ByteBuffer.allocate(1_500);
    private @Nullable OutboundMedia media;

    /** One packet as it came; {@code frame} is -1 where the payload bears no mark. */
    record Received(
            int ssrc,
            int payloadType,
            long sequence,
            int timestamp,
            boolean marker,
            ByteBuffer bytes,
            int payloadOffset,
            long atNs,
            int publisher,
            int frame,
            int index,
            int count) {

        /** Equal when the bytes are. */
        ByteBuffer payload() {
            return bytes.slice(payloadOffset, bytes.limit() - payloadOffset);
        }

        boolean extended() {
            return (bytes.get(0) & 0x10) != 0;
        }
    }

    /** An answer to a reference time. */
    record RoundTrip(int ssrc, int reference, int delay, long atNs) {}

    record Report(int ssrc, long ntp, int timestamp, long packets, long octets, long atNs) {}

    static PayloadMapping h264(int payloadType, int rtxPayloadType) {
        return payload(payloadType, rtxPayloadType, Codec.H264, TestPublisher.H264_FMTP);
    }

    static PayloadMapping vp8(int payloadType, int rtxPayloadType) {
        return payload(payloadType, rtxPayloadType, Codec.VP8, Map.of());
    }

    static PayloadMapping payload(int payloadType, int rtxPayloadType, Codec codec, Map<String, String> fmtp) {
        return new PayloadMapping(
                payloadType, rtxPayloadType, codec, 1, fmtp, EnumSet.allOf(PayloadMapping.Feedback.class));
    }

    OutboundMedia media(World world) {
        OutboundMedia made = media;
        if (made == null) {
            made = media(world, this, drops, new Random(seed));
            media = made;
        }
        return made;
    }

    /** Such a viewer's media, sent elsewhere. */
    OutboundMedia media(World world, MediaSink out, DropCounters counters, Random random) {
        var video =
                new AgreedMedia(0, "v", MediaKind.VIDEO, videoPayloads, videoExtensions, List.of(), true, List.of());
        var audio = new AgreedMedia(
                1,
                "a",
                MediaKind.AUDIO,
                audioPayloads,
                Map.of(HeaderExtension.MID.uri(), MID_ID),
                List.of(),
                true,
                List.of());
        var sources = Map.of(
                "v", new OutboundSources(VIDEO_SSRC, rtx ? VIDEO_RTX_SSRC : 0),
                "a", new OutboundSources(AUDIO_SSRC, 0));
        return new OutboundMedia(
                List.of(video, audio),
                sources,
                "cname",
                startBps,
                world.live,
                out,
                buffers,
                counters,
                (defect, nowNs) -> {
                    throw defect;
                },
                random,
                () -> world.unixAtZeroNs + world.nowNs);
    }

    OutboundMedia media() {
        OutboundMedia made = media;
        if (made == null) {
            throw new IllegalStateException("has not joined");
        }
        return made;
    }

    void wake(long atNs) {
        while (media().nextDeadlineNs() <= atNs) {
            media().onTimeout(atNs);
        }
    }

    /** What came under one SSRC, in the order sent. */
    List<Received> of(int ssrc) {
        return received.stream().filter(r -> r.ssrc() == ssrc).toList();
    }

    List<Received> video() {
        return of(VIDEO_SSRC);
    }

    /** Sends RTCP to the server. */
    void say(long atNs, Consumer<RtcpWriter> what) {
        writer.reset(rtcp);
        what.accept(writer);
        media().onRtcp(rtcp, 0, writer.length(), atNs);
    }

    void nack(long atNs, long... sequences) {
        say(atNs, w -> w.nack(7, VIDEO_SSRC, sequences, 0, sequences.length));
    }

    @Override
    public boolean sendRtp(
            ByteBuffer head,
            int headLength,
            int rtpHeaderLength,
            ByteBuffer payload,
            int payloadOffset,
            int payloadLength,
            long sentNs) {
        byte[] bytes = new byte[headLength + payloadLength];
        head.get(0, bytes, 0, headLength);
        payload.get(payloadOffset, bytes, headLength, payloadLength);
        var whole = ByteBuffer.wrap(bytes);
        if (!packet.wrap(whole, 0, bytes.length) || packet.headerLength() != rtpHeaderLength) {
            throw new AssertionError("not an RTP packet, or another header length");
        }
        int mark = markIn(whole, packet.payloadOffset());
        received.add(new Received(
                packet.ssrc(),
                packet.payloadType(),
                unwrappers
                        .computeIfAbsent(packet.ssrc(), s -> new SequenceUnwrapper())
                        .unwrap(packet.sequence()),
                packet.timestamp(),
                packet.marker(),
                whole,
                packet.payloadOffset(),
                sentNs,
                mark < 0 ? -1 : whole.get(mark + 4),
                mark < 0 ? -1 : whole.getInt(mark + 5),
                mark < 0 ? -1 : whole.getShort(mark + 9),
                mark < 0 ? -1 : whole.getShort(mark + 11)));
        return true;
    }

    private static int markIn(ByteBuffer bytes, int from) {
        for (int at = from; at < Math.min(from + 24, bytes.limit() - 13); at++) {
            if (bytes.getInt(at) == 0x4D41524B) {
                return at;
            }
        }
        return -1;
    }

    @Override
    public boolean sendRtcp(ByteBuffer compound, int length, long sentNs) {
        boolean wellFormed = RtcpParser.parse(compound, 0, length, new RtcpVisitor() {
            @Override
            public void onSenderReport(int ssrc, long ntp, int rtpTimestamp, long packetCount, long octetCount) {
                reports.add(new Report(ssrc, ntp, rtpTimestamp, packetCount, octetCount, sentNs));
            }

            @Override
            public void onDlrr(int senderSsrc, int ssrc, int lastReferenceTime, int delaySinceLast) {
                roundTrips.add(new RoundTrip(ssrc, lastReferenceTime, delaySinceLast, sentNs));
            }

            @Override
            public void onCanonicalName(int ssrc, ByteBuffer buffer, int offset, int nameLength) {
                byte[] name = new byte[nameLength];
                buffer.get(offset, name);
                names.add(ssrc + " " + new String(name, java.nio.charset.StandardCharsets.UTF_8));
            }

            @Override
            public void onBye(int ssrc) {
                byes.add(ssrc);
            }
        });
        if (!wellFormed) {
            throw new AssertionError("malformed RTCP");
        }
        return true;
    }
}
