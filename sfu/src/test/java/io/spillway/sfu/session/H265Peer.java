package io.spillway.sfu.session;

import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.rtp.SequenceUnwrapper;
import io.spillway.media.rtp.TimestampUnwrapper;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.peer.Peer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A publisher or viewer of H.265: sends real parameter sets and pictures cut as RFC 7798 §4.4 says, and takes what comes apart to NAL units again. */
final class H265Peer implements Peer.Listener, RtcpVisitor {

    static final int IDR = 19;
    static final int TRAILING = 1;
    static final int VPS = 32;
    static final int SPS = 33;
    static final int PPS = 34;

    private static final int AGGREGATION_PACKET = 48;
    private static final int FRAGMENTATION_UNIT = 49;
    private static final int NAL_HEADER_BYTES = 2;
    private static final int RTP_HEADER_BYTES = 12;
    private static final int PAYLOAD_TYPE = 98;
    private static final int FRAGMENT_BYTES = 1_000;
    private static final int KEYFRAME_BYTES = 5_000;
    private static final int FRAME_BYTES = 1_500;

    static final List<String> CODECS = List.of(
            "m=video 9 UDP/TLS/RTP/SAVPF 98 99",
            "a=rtpmap:98 H265/90000",
            "a=fmtp:98 profile-id=1;tier-flag=0;level-id=93;tx-mode=SRST",
            "a=rtcp-fb:98 nack",
            "a=rtcp-fb:98 nack pli",
            "a=rtpmap:99 rtx/90000",
            "a=fmtp:99 apt=98");

    /** How a publisher brings its parameter sets. */
    enum Sets {
        /** One aggregation packet before each IDR picture, as libdatachannel does. */
        AGGREGATED,
        /** A packet each before each IDR picture. */
        SINGLE,
        /** Before the first IDR picture only. */
        ONCE
    }

    /** A NAL unit as it came: of which picture, and whether it was whole. */
    record Nal(int type, long sequence, long timestamp, boolean firstSlice, int bytes) {}

    private record Payload(long timestamp, ByteBuffer bytes) {}

    private final World world;
    private final Negotiated negotiated;
    private final Sets sets;
    private final int ssrc;
    private final byte[][] parameterSets;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(1_500);
    private final RtpPacket packet = new RtpPacket();
    private final SequenceUnwrapper sequences = new SequenceUnwrapper();
    private final TimestampUnwrapper timestamps = new TimestampUnwrapper();
    private final Map<Integer, byte[]> sent = new HashMap<>();
    final InetSocketAddress address;
    private final List<Long> arrivals = new ArrayList<>();
    private final TreeMap<Long, Payload> received = new TreeMap<>();
    private final List<Nal> nals = new ArrayList<>();
    private int sequence;
    private int timestamp;
    private int picturesSent;
    private int fragmentType = -1;
    private int fragmentBytes;
    private boolean fragmentStartsPicture;

    H265Peer(World world, boolean publishes, Sets sets, InetSocketAddress address) throws Rejected {
        this.world = world;
        this.sets = sets;
        this.address = address;
        this.ssrc = world.random.nextInt() | 1;
        this.sequence = world.random.nextInt() & 0x7FFF;
        this.timestamp = world.random.nextInt();
        this.negotiated = Negotiated.by(world, publishes, () -> address, CODECS, this);
        // Main profile, 640x360: of a camera. The PPS is the shortest there is.
        this.parameterSets = new byte[][] {
            hex("40010c01ffff01600000030090000003000003005d959809"),
            hex(
                    "420101214000000300900000030000030096a00502016967a5b91285cd404080b84000000300400000051449ff78400ea60015f95f080410"),
            hex("4401c172b46240")
        };
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    Peer peer() {
        return negotiated.peer();
    }

    String answer() {
        return negotiated.answer().sdp();
    }

    int picturesSent() {
        return picturesSent;
    }

    // A publisher

    /** Sends one picture: its parameter sets as told, then its only slice in fragments. */
    void sendPicture(boolean key) {
        timestamp += 3_000;
        if (key && (sets != Sets.ONCE || picturesSent == 0)) {
            sendParameterSets();
        }
        picturesSent++;
        int type = key ? IDR : TRAILING;
        int size = key ? KEYFRAME_BYTES : FRAME_BYTES;
        for (int at = 0; at < size; at += FRAGMENT_BYTES) {
            int length = Math.min(FRAGMENT_BYTES, size - at);
            boolean first = at == 0;
            boolean last = at + length == size;
            begin(last);
            bytes.putShort(RTP_HEADER_BYTES, (short) (FRAGMENTATION_UNIT << 9 | 1));
            int fragment = RTP_HEADER_BYTES + NAL_HEADER_BYTES;
            bytes.put(fragment, (byte) ((first ? 0x80 : 0) | (last ? 0x40 : 0) | type));
            for (int i = 1; i <= length; i++) {
                bytes.put(fragment + i, (byte) picturesSent);
            }
            if (first) {
                bytes.put(fragment + 1, (byte) 0x80); // first_slice_segment_in_pic_flag
            }
            send(fragment + 1 + length);
        }
    }

    private void sendParameterSets() {
        int at = RTP_HEADER_BYTES;
        if (sets == Sets.SINGLE) {
            for (byte[] set : parameterSets) {
                begin(false);
                bytes.put(at, set);
                send(at + set.length);
            }
            return;
        }
        begin(false);
        bytes.putShort(at, (short) (AGGREGATION_PACKET << 9 | 1));
        at += NAL_HEADER_BYTES;
        for (byte[] set : parameterSets) {
            bytes.putShort(at, (short) set.length);
            bytes.put(at + Short.BYTES, set);
            at += Short.BYTES + set.length;
        }
        send(at);
    }

    private void begin(boolean marker) {
        sequence++;
        bytes.put(0, (byte) 0x80).put(1, (byte) ((marker ? 0x80 : 0) | PAYLOAD_TYPE));
        bytes.putShort(2, (short) sequence).putInt(4, timestamp).putInt(8, ssrc);
    }

    private void send(int length) {
        byte[] kept = new byte[length];
        bytes.get(0, kept);
        sent.put(sequence & 0xFFFF, kept);
        peer().sendRtp(bytes, RTP_HEADER_BYTES, length, world.net.nowNs());
    }

    @Override
    public void onNack(int senderSsrc, int mediaSsrc, int seq16) {
        byte[] kept = sent.get(seq16);
        if (kept != null && mediaSsrc == ssrc) {
            peer().sendRtp(ByteBuffer.wrap(kept), RTP_HEADER_BYTES, kept.length, world.net.nowNs());
        }
    }

    @Override
    public void onRtcp(ByteBuffer plain, int offset, int length, long nowNs) {
        if (!RtcpParser.parse(plain, offset, length, this)) {
            throw new AssertionError("the server sent malformed RTCP");
        }
    }

    // A viewer

    @Override
    public void onRtp(ByteBuffer plain, int offset, int length, long nowNs) {
        if (!packet.wrap(plain, offset, length)) {
            throw new AssertionError("the server sent malformed RTP");
        }
        if (packet.payloadType() != PAYLOAD_TYPE) {
            return;
        }
        long extended = sequences.unwrap(packet.sequence());
        arrivals.add(extended);
        byte[] payload = new byte[packet.payloadLength()];
        plain.get(packet.payloadOffset(), payload);
        received.put(extended, new Payload(timestamps.unwrap(packet.timestamp()), ByteBuffer.wrap(payload)));
    }

    /** Extended sequence numbers in the order in which packets came. */
    List<Long> arrivals() {
        return arrivals;
    }

    /** All that came, in the order of sequence numbers, as a decoder's reader takes it apart. */
    List<Nal> nals() {
        nals.clear();
        received.forEach((extended, payload) -> takeApart(extended, payload.bytes(), payload.timestamp()));
        return nals;
    }

    private void takeApart(long extended, ByteBuffer payload, long time) {
        switch (type(payload, 0)) {
            case AGGREGATION_PACKET -> {
                for (int at = NAL_HEADER_BYTES; at < payload.limit(); ) {
                    int size = payload.getShort(at) & 0xFFFF;
                    add(payload, at + Short.BYTES, size, extended, time);
                    at += Short.BYTES + size;
                }
            }
            case FRAGMENTATION_UNIT -> takeFragment(payload, extended, time);
            default -> add(payload, 0, payload.limit(), extended, time);
        }
    }

    private void add(ByteBuffer payload, int at, int size, long extended, long time) {
        nals.add(new Nal(type(payload, at), extended, time, payload.get(at + NAL_HEADER_BYTES) < 0, size));
    }

    private void takeFragment(ByteBuffer payload, long extended, long time) {
        int header = payload.get(NAL_HEADER_BYTES);
        int content = NAL_HEADER_BYTES + 1;
        if ((header & 0x80) != 0) {
            fragmentType = header & 0x3F;
            fragmentBytes = 0;
            fragmentStartsPicture = payload.get(content) < 0;
        }
        if (fragmentType != (header & 0x3F)) {
            throw new AssertionError("a fragment of " + (header & 0x3F) + " within one of " + fragmentType);
        }
        fragmentBytes += payload.limit() - content;
        if ((header & 0x40) != 0) {
            nals.add(new Nal(fragmentType, extended, time, fragmentStartsPicture, fragmentBytes));
            fragmentType = -1;
        }
    }

    private static int type(ByteBuffer plain, int at) {
        return (plain.get(at) >> 1) & 0x3F;
    }

    static int pictureBytes(int type) {
        return type == IDR ? KEYFRAME_BYTES : FRAME_BYTES;
    }
}
