package io.spillway.hls;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.live.Format;
import io.spillway.media.live.HistoryBounds;
import io.spillway.media.live.Layer;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;

/** An encoder of H.264 of 30 pictures a second, and the layer that its packets come to. Pictures are noise, headers real. */
final class TestLayer {

    static final long FRAME_NS = 1_000_000_000L / 30;

    private static final byte[] SPS = HexFormat.of().parseHex("6742c01eda02802fe9500fc0");
    private static final byte[] PPS = HexFormat.of().parseHex("68ce3c80");

    final Layer layer;
    private final PayloadParser parser = PayloadParser.of(Codec.H264);
    private final PayloadInfo info = new PayloadInfo();
    private final RtpPacket rtp = new RtpPacket();
    private final int firstTimestamp;
    private long extSeq = 1_000;
    private boolean keyWanted = true;

    /** @param publisher the clock that all layers of one publisher share */
    TestLayer(String rid, int firstTimestamp, PublisherClock publisher) {
        this.firstTimestamp = firstTimestamp;
        this.layer = new Layer(
                rid,
                new Format(Codec.H264, Map.of("packetization-mode", "1")),
                HistoryBounds.VIDEO,
                new SenderClock(90_000, publisher),
                (_, _) -> keyWanted = true);
    }

    boolean isKeyWanted() {
        return keyWanted;
    }

    /** Sends picture {@code number}, all of whose packets arrive at a time. */
    void send(long number, boolean key, long nowNs) {
        int timestamp = firstTimestamp + (int) (number * 3_000);
        if (key) {
            keyWanted = false;
            ByteBuffer sets = ByteBuffer.allocate(5 + SPS.length + PPS.length).put((byte) 24);
            sets.putShort((short) SPS.length)
                    .put(SPS)
                    .putShort((short) PPS.length)
                    .put(PPS);
            packet(sets.array(), timestamp, false, nowNs);
        }
        byte[] unit = new byte[key ? 900 : 90];
        unit[0] = (byte) (key ? 0x65 : 0x41);
        // first_mb_in_slice is 0.
        unit[1] = (byte) 0x80;
        packet(unit, timestamp, true, nowNs);
        layer.flush(nowNs);
    }

    private void packet(byte[] payload, int timestamp, boolean marker, long nowNs) {
        ByteBuffer packet = ByteBuffer.allocate(12 + payload.length)
                .put((byte) 0x80)
                .put((byte) (marker ? 0xE0 : 0x60))
                .putShort((short) extSeq)
                .putInt(timestamp)
                .putInt(7)
                .put(payload)
                .flip();
        if (!rtp.wrap(packet, 0, packet.limit()) || !parser.parse(packet, 12, payload.length, info)) {
            throw new IllegalStateException("no packet of H.264");
        }
        layer.append(rtp, extSeq++, nowNs, info);
    }
}
