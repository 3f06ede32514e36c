package io.spillway.sfu.session;

import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.rtp.SequenceUnwrapper;
import io.spillway.media.rtp.TimestampUnwrapper;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.ice.StunKey;
import io.spillway.sfu.ice.StunWriter;
import io.spillway.sfu.peer.Peer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One publisher or viewer of VP8: its offer, its transport, and what it sent and got. */
final class Client implements Peer.Listener, RtcpVisitor {

    private static final int VP8 = 96;
    private static final int RTX = 97;

    /** The m-line and what describes its codecs. */
    static final List<String> CODECS = List.of(
            "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
            "a=rtpmap:96 VP8/90000",
            "a=rtcp-fb:96 nack",
            "a=rtcp-fb:96 nack pli",
            "a=rtpmap:97 rtx/90000",
            "a=fmtp:97 apt=96");

    private static final int HEADER_BYTES = 12;
    private static final int PAYLOAD_BYTES = 200;
    private static final int TICKS_A_FRAME = 3000;

    private final Ground ground;
    private InetSocketAddress address;
    private final Negotiated negotiated;
    private final int ssrc;
    private final RtpPacket packet = new RtpPacket();
    private final SequenceUnwrapper sequences = new SequenceUnwrapper();
    private final TimestampUnwrapper timestamps = new TimestampUnwrapper();
    private final List<Received> received = new ArrayList<>();
    private final ByteBuffer frame = ByteBuffer.allocateDirect(HEADER_BYTES + PAYLOAD_BYTES);
    private int sequence;
    private int timestamp;
    private int framesSent;
    private static final int KEPT_PACKETS = 1_024;

    private final Map<Integer, byte[]> sent = new HashMap<>();
    private int nacksAnswered;
    private int keyframesAsked;
    private int repeats;
    private final RtcpWriter writer = new RtcpWriter();
    private final ByteBuffer feedback = ByteBuffer.allocateDirect(256);
    private boolean closedByServer;

    /** A packet as it came: extended numbers, whether it begins a keyframe, the size of its payload. */
    record Received(int ssrc, long sequence, long timestamp, boolean keyframe, int payloadBytes, long atNs) {}

    Client(Ground ground, boolean publishes, InetSocketAddress address) throws Rejected {
        this.ground = ground;
        this.address = address;
        this.ssrc = ground.random().nextInt() | 1;
        this.sequence = ground.random().nextInt() & 0x7FFF;
        this.timestamp = ground.random().nextInt();
        this.negotiated = Negotiated.by(ground, publishes, this::address, CODECS, this);
    }

    InetSocketAddress address() {
        return address;
    }

    Peer peer() {
        return negotiated.peer();
    }

    String sessionId() {
        return negotiated.sessionId();
    }

    int framesSent() {
        return framesSent;
    }

    boolean isClosedByServer() {
        return closedByServer;
    }

    List<Received> received() {
        return received;
    }

    /** What is sent from now on comes from another address. */
    void address(InetSocketAddress next) {
        address = next;
    }

    /** Sends one picture in one packet. */
    void sendFrame(boolean keyframe) {
        sequence++;
        timestamp += TICKS_A_FRAME;
        framesSent++;
        frame.put(0, (byte) 0x80).put(1, (byte) (0x80 | VP8));
        frame.putShort(2, (short) sequence).putInt(4, timestamp).putInt(8, ssrc);
        frame.put(12, (byte) 0x10); // S=1, PID=0 (RFC 7741 §4.2)
        frame.put(13, (byte) (keyframe ? 0x10 : 0x11)); // P bit
        frame.put(16, (byte) 0x9d).put(17, (byte) 0x01).put(18, (byte) 0x2a);
        frame.put(19, (byte) 0x80).put(20, (byte) 0x02).put(21, (byte) 0x68).put(22, (byte) 0x01); // 640x360
        byte[] kept = new byte[HEADER_BYTES + PAYLOAD_BYTES];
        frame.get(0, kept);
        sent.put(sequence & 0xFFFF, kept);
        sent.remove((sequence - KEPT_PACKETS) & 0xFFFF);
        peer().sendRtp(frame, HEADER_BYTES, HEADER_BYTES + PAYLOAD_BYTES, ground.nowNs());
    }

    /** Resends on the original SSRC and sequence number, as OBS does (O6). */
    @Override
    public void onNack(int senderSsrc, int mediaSsrc, int seq16) {
        byte[] kept = sent.get(seq16);
        if (kept != null && mediaSsrc == ssrc) {
            nacksAnswered++;
            peer().sendRtp(ByteBuffer.wrap(kept), HEADER_BYTES, kept.length, ground.nowNs());
        }
    }

    @Override
    public void onPictureLoss(int senderSsrc, int mediaSsrc) {
        if (mediaSsrc == ssrc) {
            keyframesAsked++;
        }
    }

    int keyframesAsked() {
        return keyframesAsked;
    }

    /** Tells the server that the picture is lost. */
    void askForKeyframe() {
        writer.reset(feedback);
        writer.pictureLoss(1, received.getLast().ssrc());
        peer().sendRtcp(feedback, writer.length(), ground.nowNs());
    }

    /** Tells the server that a packet is lost. */
    void askForRepeat(Received lost) {
        writer.reset(feedback);
        writer.nack(1, lost.ssrc(), new long[] {lost.sequence() & 0xFFFF}, 0, 1);
        peer().sendRtcp(feedback, writer.length(), ground.nowNs());
    }

    /** Packets that came on the repair stream. */
    int repeats() {
        return repeats;
    }

    /** A check that names the session and is not signed with its password. */
    ByteBuffer unsignedCheck() {
        StunWriter check = new StunWriter();
        int length = check.request(new byte[12])
                .username(negotiated.attribute("ice-ufrag") + ":x")
                .finish(new StunKey("not the password, not the password"));
        ByteBuffer copy = ByteBuffer.allocateDirect(length);
        copy.put(0, check.buffer(), 0, length);
        return copy;
    }

    @Override
    public void onRtcp(ByteBuffer plain, int offset, int length, long nowNs) {
        if (!RtcpParser.parse(plain, offset, length, this)) {
            throw new AssertionError("the server sent malformed RTCP");
        }
    }

    int nacksAnswered() {
        return nacksAnswered;
    }

    @Override
    public void onRtp(ByteBuffer plain, int offset, int length, long nowNs) {
        if (!packet.wrap(plain, offset, length)) {
            throw new AssertionError("the server sent malformed RTP");
        }
        if (packet.payloadType() == VP8) {
            boolean keyframe = (plain.get(packet.payloadOffset() + 1) & 1) == 0;
            received.add(new Received(
                    packet.ssrc(),
                    sequences.unwrap(packet.sequence()),
                    timestamps.unwrap(packet.timestamp()),
                    keyframe,
                    packet.payloadLength(),
                    nowNs));
        } else if (packet.payloadType() == RTX) {
            repeats++;
        }
    }

    @Override
    public void onServerClosed() {
        closedByServer = true;
    }
}
