package io.spillway.sfu.session;

import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.media.time.NtpTime;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.peer.Peer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Three layers of VP8 in the dialect of OBS: rids 0, 1 and 2 with 0 the largest and linear sizes, mid and rid on each packet and no source announced, one timestamp base and one first sequence number for all, sender
 * reports for one layer only, requests ignored, 240 frames between keyframes (O3, O5, O8, O9). A frame is one packet; {@link #payloadBytes} tells its layer.
 */
final class ObsPublisher implements Peer.Listener, RtcpVisitor {

    static final int GROUP_FRAMES = 240;

    private static final List<String> MEDIA = List.of(
            "m=video 9 UDP/TLS/RTP/SAVPF 96",
            "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
            "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
            "a=rtpmap:96 VP8/90000",
            "a=rtcp-fb:96 nack",
            "a=rtcp-fb:96 nack pli",
            "a=rtcp-fb:96 goog-remb",
            "a=rid:0 send",
            "a=rid:1 send",
            "a=rid:2 send",
            "a=simulcast:send 0;1;2");

    private static final int LAYERS = 3;
    private static final int[] WIDTHS = {640, 426, 212};
    private static final int[] HEIGHTS = {360, 240, 120};
    private static final int SSRC = 5_000;

    private final World world;
    private final Peer peer;
    private final RtpHeaderWriter header = new RtpHeaderWriter();
    private final RtcpWriter reports = new RtcpWriter();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1_500);
    private final int[] sequences = new int[LAYERS];
    private final boolean[] silent = new boolean[LAYERS];
    private int timestamp = 900_000;
    private int frames;
    private int keyframesAsked;

    ObsPublisher(World world, InetSocketAddress address) throws Rejected {
        this.world = world;
        this.peer = Negotiated.by(world, true, () -> address, MEDIA, this).peer();
    }

    Peer peer() {
        return peer;
    }

    /** What a frame of a layer carries; 0 is the largest. */
    static int payloadBytes(int layer) {
        return 900 - 300 * layer;
    }

    int keyframesAsked() {
        return keyframesAsked;
    }

    /** Frames since the newest keyframe. */
    int framesIntoGroup() {
        return (frames - 1) % GROUP_FRAMES;
    }

    /** Stops or goes on sending a layer; its encoder does not start anew. */
    void silence(int layer, boolean silence) {
        silent[layer] = silence;
    }

    /** Lets time pass while it sends 30 pictures a second. */
    void play(int pictures) {
        for (int i = 0; i < pictures; i++) {
            for (int layer = 0; layer < LAYERS; layer++) {
                if (!silent[layer]) {
                    send(layer, frames % GROUP_FRAMES == 0);
                }
            }
            if (frames % 30 == 0) {
                reports.reset(buffer);
                long ntp = NtpTime.fromUnixNs(1_700_000_000_000_000_000L + world.nowNs());
                reports.senderReport(SSRC, ntp, timestamp, frames, frames);
                peer.sendRtcp(buffer, reports.length(), world.nowNs());
            }
            frames++;
            timestamp += 3_000;
            world.net.advanceMs(33);
        }
    }

    private void send(int layer, boolean keyframe) {
        header.begin(buffer, 0, 96, true, sequences[layer]++ & 0xFFFF, timestamp, SSRC + layer);
        header.extension(1, "0".getBytes(StandardCharsets.US_ASCII));
        header.extension(2, Integer.toString(layer).getBytes(StandardCharsets.US_ASCII));
        int at = header.finish();
        buffer.put(at, (byte) 0x10).put(at + 1, (byte) (keyframe ? 0x10 : 0x11));
        buffer.put(at + 4, (byte) 0x9D).put(at + 5, (byte) 0x01).put(at + 6, (byte) 0x2A);
        buffer.putShort(at + 7, Short.reverseBytes((short) WIDTHS[layer]));
        buffer.putShort(at + 9, Short.reverseBytes((short) HEIGHTS[layer]));
        peer.sendRtp(buffer, at, at + payloadBytes(layer), world.nowNs());
    }

    @Override
    public void onPictureLoss(int senderSsrc, int mediaSsrc) {
        keyframesAsked++;
    }

    @Override
    public void onRtp(ByteBuffer plain, int offset, int length, long nowNs) {
        throw new AssertionError("nothing is sent to a publisher");
    }

    @Override
    public void onRtcp(ByteBuffer plain, int offset, int length, long nowNs) {
        if (!RtcpParser.parse(plain, offset, length, this)) {
            throw new AssertionError("the server sent malformed RTCP");
        }
    }

    @Override
    public void onServerClosed() {
        throw new AssertionError("the server closed the session");
    }
}
