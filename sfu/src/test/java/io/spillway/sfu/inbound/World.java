package io.spillway.sfu.inbound;

import static io.spillway.sfu.sdp.PayloadMapping.Feedback.GOOG_REMB;
import static io.spillway.sfu.sdp.PayloadMapping.Feedback.NACK;
import static io.spillway.sfu.sdp.PayloadMapping.Feedback.NACK_PLI;
import static io.spillway.sfu.sdp.PayloadMapping.Feedback.TRANSPORT_CC;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.Layer;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.PayloadMapping;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** One publisher in virtual time: packets as a client would send them, one real {@link InboundMedia}, and what it sends back. */
final class World {

    static final long MS = 1_000_000L;
    static final int VIDEO_SSRC = 0x1111;
    static final int RTX_SSRC = 0x2222;
    static final int AUDIO_SSRC = 0x3333;
    static final int VIDEO_PT = 96;
    static final int RTX_PT = 97;
    static final int AUDIO_PT = 111;
    static final int MID_ID = 1;
    static final int RID_ID = 2;
    static final int REPAIRED_RID_ID = 3;
    static final int TWCC_ID = 4;

    /** H.264 single NAL units: IDR, then a slice that is not. RFC 6184 §5.6. */
    static final byte[] KEY = {0x65, (byte) 0x88, 1, 2, 3, 4};

    static final byte[] DELTA = {0x41, (byte) 0x9A, 1, 2, 3, 4};
    static final byte[] NO_PAYLOAD = {};

    /** Chromium's: mid, rid, transport-cc, RTX, reduced size. */
    static final AgreedMedia BROWSER_VIDEO = video(
            Set.of(NACK, NACK_PLI, Feedback.CCM_FIR, TRANSPORT_CC, GOOG_REMB),
            true,
            List.of(),
            List.of(new AgreedMedia.Source(VIDEO_SSRC, RTX_SSRC)));

    static final AgreedMedia BROWSER_AUDIO = new AgreedMedia(
            0,
            "0",
            MediaKind.AUDIO,
            List.of(new PayloadMapping(AUDIO_PT, -1, Codec.OPUS, 2, Map.of(), Set.of(TRANSPORT_CC))),
            Map.of(HeaderExtension.MID.uri(), MID_ID, HeaderExtension.TRANSPORT_CC.uri(), TWCC_ID),
            List.of(),
            true,
            List.of(new AgreedMedia.Source(AUDIO_SSRC, 0)));

    /** OBS's (O3): no RTX, no transport-cc, no reduced size. */
    static final AgreedMedia OBS_VIDEO =
            video(Set.of(NACK, NACK_PLI, GOOG_REMB), false, List.of(), List.of(new AgreedMedia.Source(VIDEO_SSRC, 0)));

    static final AgreedMedia SIMULCAST =
            video(Set.of(NACK, NACK_PLI, TRANSPORT_CC), true, List.of("h", "m", "l"), List.of());

    final SentRtcp sent = new SentRtcp();
    final DropCounters drops = new DropCounters();
    final InboundMedia media;
    long nowNs = 5_000 * MS;

    private final ByteBuffer bytes = ByteBuffer.allocate(1500);
    private final RtpHeaderWriter header = new RtpHeaderWriter();

    World(AgreedMedia... agreed) {
        InboundConfig config = new InboundConfig("spillway", 0x5157, InboundConfig.DEFAULT_MAX_BITRATE_BPS);
        media = new InboundMedia(List.of(agreed), config, Instant.EPOCH, "test", sent, drops);
    }

    static AgreedMedia video(
            Set<Feedback> feedback, boolean reducedSize, List<String> rids, List<AgreedMedia.Source> sources) {
        return new AgreedMedia(
                1,
                "1",
                MediaKind.VIDEO,
                List.of(
                        new PayloadMapping(VIDEO_PT, RTX_PT, Codec.H264, 1, Map.of(), feedback),
                        new PayloadMapping(100, 101, Codec.VP8, 1, Map.of(), feedback)),
                Map.of(
                        HeaderExtension.MID.uri(), MID_ID,
                        HeaderExtension.RID.uri(), RID_ID,
                        HeaderExtension.REPAIRED_RID.uri(), REPAIRED_RID_ID,
                        HeaderExtension.TRANSPORT_CC.uri(), TWCC_ID),
                rids,
                reducedSize,
                sources);
    }

    /** One video packet of the announced SSRC, a burst of its own. */
    void video(int seq, int timestamp, byte... payload) {
        rtp(VIDEO_PT, seq, timestamp, VIDEO_SSRC, payload);
        media.onBurstEnd(nowNs);
    }

    /** Delta frames of one packet each, 33 ms of timestamp apart. */
    void videos(int... seqs) {
        for (int seq : seqs) {
            video(seq, seq * 3000, DELTA);
        }
    }

    void rtp(int payloadType, int seq, int timestamp, int ssrc, byte... payload) {
        rtp(payloadType, seq, timestamp, ssrc, noExtensions -> {}, payload);
    }

    void rtp(int payloadType, int seq, int timestamp, int ssrc, Consumer<RtpHeaderWriter> extensions, byte... payload) {
        header.begin(bytes, 0, payloadType, true, seq & 0xFFFF, timestamp, ssrc);
        extensions.accept(header);
        int at = header.finish();
        bytes.put(at, payload);
        media.onRtp(bytes, 0, at + payload.length, nowNs);
    }

    /** The video packet {@code seq} by RTX. */
    void rtx(int rtxSeq, int seq, int timestamp, byte... payload) {
        byte[] repair = new byte[payload.length + 2];
        repair[0] = (byte) (seq >> 8);
        repair[1] = (byte) seq;
        System.arraycopy(payload, 0, repair, 2, payload.length);
        rtp(RTX_PT, rtxSeq, timestamp, RTX_SSRC, repair);
        media.onBurstEnd(nowNs);
    }

    void senderReport(int ssrc, long ntp, int timestamp) {
        ByteBuffer report = ByteBuffer.allocate(100);
        RtcpWriter writer = new RtcpWriter();
        writer.reset(report);
        writer.senderReport(ssrc, ntp, timestamp, 0, 0);
        media.onRtcp(report, 0, writer.length(), nowNs);
    }

    void bye(int ssrc) {
        ByteBuffer report = ByteBuffer.allocate(100);
        RtcpWriter writer = new RtcpWriter();
        writer.reset(report);
        writer.bye(ssrc);
        media.onRtcp(report, 0, writer.length(), nowNs);
    }

    /** Lets time pass, with every deadline met in between. */
    void advanceMs(double ms) {
        long untilNs = nowNs + (long) (ms * MS);
        for (int wakes = 0; media.nextDeadlineNs() <= untilNs; wakes++) {
            if (wakes > 100_000) {
                throw new AssertionError("deadlines that never pass");
            }
            nowNs = Math.max(nowNs, media.nextDeadlineNs());
            media.onTimeout(nowNs);
        }
        nowNs = untilNs;
    }

    Layer layer() {
        return layer(0);
    }

    Layer layer(int i) {
        return media.publication().track(MediaKind.VIDEO).orElseThrow().layers().get(i);
    }

    /** Whether the packet with this sequence number, of the first cycle, is kept and carries media. */
    boolean holds(int seq) {
        StoredPacket packet = new StoredPacket();
        return layer().history().find((1 << 16) + seq, packet) && !packet.isPadding();
    }

    long dropped(DropReason reason) {
        return drops.dropped(reason);
    }
}
