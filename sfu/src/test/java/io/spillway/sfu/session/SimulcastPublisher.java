package io.spillway.sfu.session;

import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.peer.Peer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Three layers of VP8 as a browser sends them: rids q, h and f, 30 pictures a second whose sizes vary by a fifth, a keyframe five times the usual picture each ten seconds and with the next picture after a request; one that is deaf sends one each eight seconds and no other.
 * Each packet bears its layer's index. Where it is wanted only the smallest, without a rid, and sound of 32 kbit/s beside.
 */
final class SimulcastPublisher implements Peer.Listener, RtcpVisitor {

    static final int LAYERS = 3;
    static final int[] RATES_BPS = {180_000, 600_000, 2_500_000};

    /** Where in a payload the layer's index is. */
    static final int MARK_OFFSET = 14;

    static final long FRAME_NS = 33_333_333;
    static final long SOUND_NS = 20_000_000;
    static final int OPUS = 111;
    static final List<String> SOUND = List.of("m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2");

    private static final int PACKET_BYTES = 1_100;
    private static final int GROUP_FRAMES = 300;
    private static final int DEAF_GROUP_FRAMES = 240;
    private static final int KEYFRAME_TIMES = 5;
    private static final int SSRC = 7_000;
    private static final int SOUND_SSRC = 7_100;
    private static final int SOUND_TICKS = 960;
    private static final int SOUND_BYTES = 80;
    private static final String[] RIDS = {"q", "h", "f"};
    private static final int[] WIDTHS = {320, 640, 1280};
    private static final int[] HEIGHTS = {180, 360, 720};

    private static final List<String> MEDIA = List.of(
            "m=video 9 UDP/TLS/RTP/SAVPF 96",
            "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
            "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
            "a=rtpmap:96 VP8/90000",
            "a=rtcp-fb:96 nack",
            "a=rtcp-fb:96 nack pli");

    private static final List<String> SIMULCAST =
            List.of("a=rid:q send", "a=rid:h send", "a=rid:f send", "a=simulcast:send q;h;f");

    private final World world;
    private final int layers;
    private final boolean deaf;
    private final Peer peer;
    private final Random random;
    private final RtpHeaderWriter header = new RtpHeaderWriter();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1_500);
    private final int[] sequences = new int[LAYERS];
    private final int[] sinceKeyframe = new int[LAYERS];
    private final boolean[] wanted = {true, true, true};
    private int timestamp = 1_000_000;
    private int soundSequence;
    private int keyframesAsked;

    SimulcastPublisher(World world, InetSocketAddress address, long seed, Scenario.Cast cast) throws Rejected {
        this.world = world;
        this.random = new Random(seed);
        this.layers = cast.layers();
        this.deaf = cast.deaf();
        List<String> media = new ArrayList<>(MEDIA);
        media.addAll(layers > 1 ? SIMULCAST : List.of());
        media.addAll(cast.sound() ? SOUND : List.of());
        this.peer = Negotiated.by(world, true, () -> address, media, this).peer();
    }

    Peer peer() {
        return peer;
    }

    /** The name of a layer, 0 the smallest. */
    static String rid(int layer) {
        return RIDS[layer];
    }

    int keyframesAsked() {
        return keyframesAsked;
    }

    /** Sends one picture of each layer. */
    void sendFrame() {
        timestamp += 3_000;
        for (int layer = 0; layer < layers; layer++) {
            boolean keyframe = wanted[layer] || sinceKeyframe[layer] >= (deaf ? DEAF_GROUP_FRAMES : GROUP_FRAMES);
            sinceKeyframe[layer] = keyframe ? 0 : sinceKeyframe[layer] + 1;
            wanted[layer] &= !keyframe;
            double usual = RATES_BPS[layer] / 8.0 / 30 * (0.8 + 0.4 * random.nextDouble());
            send(layer, keyframe, (int) (keyframe ? KEYFRAME_TIMES * usual : usual));
        }
    }

    /** Sends 20 ms of sound. */
    void sendSound() {
        header.begin(buffer, 0, OPUS, false, soundSequence & 0xFFFF, soundSequence * SOUND_TICKS, SOUND_SSRC);
        soundSequence++;
        int at = header.finish();
        peer.sendRtp(buffer, at, at + SOUND_BYTES, world.nowNs());
    }

    private void send(int layer, boolean keyframe, int bytes) {
        int count = Math.max(1, (bytes + PACKET_BYTES - 1) / PACKET_BYTES);
        for (int i = 0; i < count; i++) {
            header.begin(buffer, 0, 96, i == count - 1, sequences[layer]++ & 0xFFFF, timestamp, SSRC + layer);
            header.extension(1, "0".getBytes(StandardCharsets.US_ASCII));
            if (layers > 1) {
                header.extension(2, RIDS[layer].getBytes(StandardCharsets.US_ASCII));
            }
            int at = header.finish();
            buffer.put(at, (byte) (i == 0 ? 0x10 : 0)).put(at + 1, (byte) (keyframe ? 0x10 : 0x11));
            buffer.put(at + 4, (byte) 0x9D).put(at + 5, (byte) 0x01).put(at + 6, (byte) 0x2A);
            buffer.putShort(at + 7, Short.reverseBytes((short) WIDTHS[layer]));
            buffer.putShort(at + 9, Short.reverseBytes((short) HEIGHTS[layer]));
            buffer.put(at + MARK_OFFSET, (byte) layer);
            int length = Math.max(MARK_OFFSET + 1, (int) ((long) bytes * (i + 1) / count - (long) bytes * i / count));
            peer.sendRtp(buffer, at, at + length, world.nowNs());
        }
    }

    @Override
    public void onPictureLoss(int senderSsrc, int mediaSsrc) {
        keyframesAsked++;
        int layer = mediaSsrc - SSRC;
        if (layer >= 0 && layer < LAYERS && !deaf) {
            wanted[layer] = true;
        }
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
