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
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/** An encoder of H.264, of VP8 of 1280x720, or of VP9, of 30 pictures a second, or of Opus, of 50 packets a second, and the layer that its packets come to. Pictures are noise, headers real. */
final class TestLayer {

    static final long FRAME_NS = 1_000_000_000L / 30;

    static final long SOUND_NS = 20_000_000;

    private static final byte[] SPS = HexFormat.of().parseHex("6742c01eda02802fe9500fc0");
    private static final byte[] PPS = HexFormat.of().parseHex("68ce3c80");

    final Layer layer;
    private final PayloadParser parser;
    private final boolean vp8;
    private final PayloadInfo info = new PayloadInfo();
    private final RtpPacket rtp = new RtpPacket();
    private final int firstTimestamp;
    private long extSeq = 1_000;
    private boolean keyWanted = true;
    private int width;
    private int height;

    /** Of pictures of VP8 from the next key on; 1,280 and 720 at first. */
    private String size = "0005" + "d002";

    /** @param publisher the clock that all layers of one publisher share */
    TestLayer(String rid, int firstTimestamp, PublisherClock publisher) {
        this(rid, firstTimestamp, publisher, new Format(Codec.H264, Map.of("packetization-mode", "1")));
    }

    static TestLayer vp8(PublisherClock publisher) {
        return new TestLayer("r", 7, publisher, new Format(Codec.VP8, Map.of()));
    }

    static TestLayer opus(PublisherClock publisher) {
        return new TestLayer("s", 7, publisher, new Format(Codec.OPUS, Map.of()));
    }

    /** Of pictures of VP9 of a size. */
    static TestLayer vp9(String rid, PublisherClock publisher, int width, int height) {
        TestLayer made = new TestLayer(rid, 7, publisher, new Format(Codec.VP9, Map.of()));
        made.width = width;
        made.height = height;
        return made;
    }

    private TestLayer(String rid, int firstTimestamp, PublisherClock publisher, Format format) {
        this.firstTimestamp = firstTimestamp;
        this.vp8 = format.codec() == Codec.VP8;
        this.parser = PayloadParser.of(format.codec());
        this.layer = new Layer(
                rid,
                format,
                format.codec() == Codec.OPUS ? HistoryBounds.AUDIO : HistoryBounds.VIDEO,
                new SenderClock(format.codec().clockRateHz(), publisher),
                (_, _) -> keyWanted = true);
    }

    /** Pictures of VP8 have another size from the next key on. */
    void resize(int width, int height) {
        size = HexFormat.of().toHexDigits(Short.reverseBytes((short) width))
                + HexFormat.of().toHexDigits(Short.reverseBytes((short) height));
    }

    /** Its publisher begins anew, by another encoder. */
    void restart(long nowNs) {
        layer.restart(layer.format(), nowNs);
        keyWanted = true;
    }

    boolean isKeyWanted() {
        return keyWanted;
    }

    /** Sends a packet of sound. */
    void sound(long number, long nowNs) {
        // Twenty milliseconds, stereo: RFC 6716 §3.1.
        byte[] payload = Arrays.copyOf(new byte[] {(byte) 0xfc}, 60);
        packet(payload, firstTimestamp + (int) (number * 960), true, nowNs);
        layer.flush(nowNs);
    }

    /** Sends picture {@code number}, all of whose packets arrive at a time. */
    void send(long number, boolean key, long nowNs) {
        int timestamp = firstTimestamp + (int) (number * 3_000);
        keyWanted &= !key;
        if (vp8) {
            sendVp8(timestamp, key, nowNs);
            return;
        }
        if (layer.codec() == Codec.VP9) {
            sendVp9(timestamp, key, nowNs);
            return;
        }
        if (key) {
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

    /** The descriptor, the frame's tag, and of a key start code and size: RFC 7741 §4.2, RFC 6386 §9.1. */
    private void sendVp8(int timestamp, boolean key, long nowNs) {
        byte[] payload = key
                ? Arrays.copyOf(HexFormat.of().parseHex("10" + "100000" + "9d012a" + size), 900)
                : Arrays.copyOf(HexFormat.of().parseHex("10" + "110000"), 90);
        packet(payload, timestamp, true, nowNs);
        layer.flush(nowNs);
    }

    /** The descriptor, and of the uncompressed header marker, kind, sync code, colours and size: RFC 9628 §4.2, VP9 bitstream specification §6.2. */
    private void sendVp9(int timestamp, boolean key, long nowNs) {
        ByteBuffer payload = ByteBuffer.allocate(key ? 900 : 90);
        if (key) {
            long size = (long) (width - 1) << 16 | (height - 1);
            // Four bits of colours before it.
            payload.put(HexFormat.of().parseHex("0c" + "82" + "498342")).putLong((0x4L << 32 | size) << 28);
        } else {
            payload.put(HexFormat.of().parseHex("4c" + "86"));
        }
        packet(payload.array(), timestamp, true, nowNs);
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
            throw new IllegalStateException("no packet of its codec");
        }
        layer.append(rtp, extSeq++, nowNs, info);
    }
}
