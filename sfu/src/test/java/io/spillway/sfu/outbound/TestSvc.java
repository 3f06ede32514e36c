package io.spillway.sfu.outbound;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.live.Format;
import io.spillway.media.live.HistoryBounds;
import io.spillway.media.live.Layer;
import io.spillway.media.live.Publication;
import io.spillway.media.live.Track;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One encoding of spatial and temporal layers: VP8 with temporal ones, VP9 in non-flexible mode, AV1 or H.264 with dependency descriptors. Pictures of three temporal layers come as 0 2 1 2, of two as 0 1. The mark in
 * each payload has as its frame number {@code picture * 4 + spatial layer}.
 */
final class TestSvc {

    static final int DESCRIPTOR_ID = 9;
    static final int PACKETS = 3;

    final Layer layer;
    final int spatialLayers;
    final int temporalLayers;
    final Random random = new Random(5);
    int keyframesAsked;
    boolean obeys = true;
    double lossShare;
    double lateShare;

    int picture;
    int pictureId = 32_760;
    int tl0PicIdx = 250;
    int frameNumber = 65_530;
    long sequence = 65_536 + 65_500;
    int timestamp = -9_000;

    private final Codec codec;
    private final Publication publication;
    private final List<Late> late = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1_500);
    private final RtpHeaderWriter header = new RtpHeaderWriter();
    private final RtpPacket packet = new RtpPacket();
    private final PayloadInfo info = new PayloadInfo();
    private boolean keyframeWanted = true;
    private int sinceKeyframe;
    private long nextNs;

    private record Late(long sequence, ByteBuffer bytes, long dueNs) {}

    TestSvc(Codec codec, int spatialLayers, int temporalLayers) {
        this.codec = codec;
        this.spatialLayers = spatialLayers;
        this.temporalLayers = temporalLayers;
        boolean described = codec == Codec.AV1 || codec == Codec.H264;
        Map<String, Integer> extensions =
                described ? Map.of(HeaderExtension.DEPENDENCY_DESCRIPTOR.uri(), DESCRIPTOR_ID) : Map.of();
        Map<String, String> fmtp = codec == Codec.H264 ? TestPublisher.H264_FMTP : Map.of();
        layer = new Layer(
                "",
                new Format(codec, fmtp, extensions),
                HistoryBounds.VIDEO,
                new SenderClock(90_000, new PublisherClock()),
                (asked, nowNs) -> {
                    keyframesAsked++;
                    keyframeWanted |= obeys;
                });
        publication = new Publication(List.of(new Track(List.of(layer))), Instant.EPOCH, "test");
    }

    void publish(World world) {
        world.live.publish(publication, world.nowNs);
        nextNs = world.nowNs;
    }

    void run(World world, long ms) {
        for (long i = 0; i < ms; i++) {
            tick(world.nowNs);
            world.advanceMs(1);
        }
    }

    /** Of a spatial layer, told by descriptors only; its height is half of it. */
    static int widthOf(int spatial) {
        return 320 << spatial;
    }

    /** The temporal layer of a picture so many after a keyframe. */
    int temporalOf(int since) {
        return switch (temporalLayers) {
            case 1 -> 0;
            case 2 -> since % 2;
            default -> new int[] {0, 2, 1, 2}[since % 4];
        };
    }

    private void tick(long nowNs) {
        while (nowNs >= nextNs) {
            sendPicture(nowNs);
            nextNs += 33 * World.MS;
            timestamp += 2_970;
        }
        for (int i = 0; i < late.size(); i++) {
            if (late.get(i).dueNs() <= nowNs) {
                Late repaired = late.remove(i--);
                buffer.put(0, repaired.bytes(), 0, repaired.bytes().limit());
                append(repaired.sequence(), repaired.bytes().limit(), nowNs);
            }
        }
        layer.flush(nowNs);
    }

    private void sendPicture(long nowNs) {
        // A cycle is ended first, so that every base picture begins one.
        boolean key = keyframeWanted && temporalOf(sinceKeyframe) == 0;
        if (key) {
            keyframeWanted = false;
            sinceKeyframe = 0;
        }
        int temporal = temporalOf(sinceKeyframe);
        sinceKeyframe++;
        picture++;
        pictureId = (pictureId + 1) & 0x7FFF;
        tl0PicIdx = temporal == 0 ? (tl0PicIdx + 1) & 0xFF : tl0PicIdx;
        for (int spatial = 0; spatial < spatialLayers; spatial++) {
            frameNumber = (frameNumber + 1) & 0xFFFF;
            for (int i = 0; i < PACKETS; i++) {
                sendPacket(key, spatial, temporal, i, nowNs);
            }
        }
    }

    private void sendPacket(boolean key, int spatial, int temporal, int index, long nowNs) {
        boolean first = index == 0;
        boolean last = index == PACKETS - 1;
        long number = sequence++;
        header.begin(buffer, 0, 96, last && spatial == spatialLayers - 1, (int) number & 0xFFFF, timestamp, 77);
        if (codec == Codec.AV1 || codec == Codec.H264) {
            byte[] descriptor = descriptor(key && spatial == 0 && first, first, last, spatial, temporal);
            header.extension(DESCRIPTOR_ID, ByteBuffer.wrap(descriptor), 0, descriptor.length);
        }
        int at = header.finish();
        at = switch (codec) {
            case VP8 -> putVp8(at, key, temporal, first);
            case VP9 -> putVp9(at, key, spatial, temporal, first, last);
            case AV1 -> putAv1(at, key && spatial == 0 && first, first);
            default -> putH264(at, key, first, last);
        };
        buffer.putInt(at, 0x4D41524B).put(at + 4, (byte) 1).putInt(at + 5, picture * 4 + spatial);
        buffer.putShort(at + 9, (short) index).putShort(at + 11, (short) PACKETS);
        int length = at + 13 + 40 * (spatial + 1);
        if (random.nextDouble() < lossShare) {
            return;
        }
        if (random.nextDouble() < lateShare) {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            bytes.put(0, buffer, 0, length);
            late.add(new Late(number, bytes, nowNs + random.nextInt(80) * World.MS));
            return;
        }
        append(number, length, nowNs);
    }

    private int putVp8(int from, boolean key, int temporal, boolean first) {
        buffer.put(from, (byte) (first ? 0x90 : 0x80)).put(from + 1, (byte) 0xE0);
        buffer.putShort(from + 2, (short) (0x8000 | pictureId)).put(from + 4, (byte) tl0PicIdx);
        // Y: the first picture of a layer after a base picture needs only that one.
        boolean sync = temporal > 0 && sinceKeyframe % 4 != 0;
        buffer.put(from + 5, (byte) (temporal << 6 | (sync ? 0x20 : 0)));
        buffer.put(from + 6, (byte) (first && key ? 0 : 1)).putShort(from + 7, (short) 0);
        if (first && key) {
            buffer.put(from + 9, new byte[] {(byte) 0x9D, 1, 0x2A, 0x40, 1, (byte) 0xF0, 0});
            return from + 16;
        }
        return from + 9;
    }

    private int putVp9(int from, boolean key, int spatial, int temporal, boolean first, boolean last) {
        int flags = 0xA0 | (key ? 0 : 0x40) | (first ? 0x08 : 0) | (last ? 0x04 : 0);
        buffer.put(from, (byte) flags).putShort(from + 1, (short) (0x8000 | pictureId));
        // U: nothing later needs a picture before this one and of a higher layer.
        boolean up = temporal == 0;
        int layers = temporal << 5 | (up ? 0x10 : 0) | spatial << 1 | (spatial > 0 ? 1 : 0);
        buffer.put(from + 3, (byte) layers).put(from + 4, (byte) tl0PicIdx).put(from + 5, (byte) 0);
        return from + 6;
    }

    private int putAv1(int from, boolean newSequence, boolean first) {
        // One element; its OBU is a frame, or goes on from the packet before.
        buffer.put(from, (byte) (0x10 | (newSequence ? 0x08 : 0) | (first ? 0 : 0x80)))
                .put(from + 1, (byte) 0x30);
        return from + 2;
    }

    private int putH264(int from, boolean key, boolean first, boolean last) {
        buffer.put(from, (byte) 0x7C);
        buffer.put(from + 1, (byte) ((first ? 0x80 : 0) | (last ? 0x40 : 0) | (key ? 5 : 1)));
        buffer.put(from + 2, (byte) 0x80);
        return from + 3;
    }

    private byte[] descriptor(boolean structure, boolean first, boolean last, int spatial, int temporal) {
        var bits = new StringBuilder();
        bits.append(first ? 1 : 0).append(last ? 1 : 0);
        put(bits, 6, spatial * temporalLayers + temporal);
        put(bits, 16, frameNumber);
        if (structure) {
            int targets = spatialLayers * temporalLayers;
            put(bits, 5, 0b10000);
            put(bits, 6, 0);
            put(bits, 5, targets - 1);
            for (int i = 1; i < targets; i++) {
                put(bits, 2, i % temporalLayers == 0 ? 2 : 1);
            }
            put(bits, 2, 3);
            for (int frame = 0; frame < targets; frame++) {
                for (int target = 0; target < targets; target++) {
                    int t = frame % temporalLayers;
                    boolean present = frame / temporalLayers <= target / temporalLayers && t <= target % temporalLayers;
                    put(bits, 2, !present ? 0 : t == 0 ? 2 : 1);
                }
            }
            // No references, no chains: ns(n) of 0 takes the bits of n but one.
            put(bits, targets + 31 - Integer.numberOfLeadingZeros(targets + 1), 0);
            put(bits, 1, 1);
            for (int i = 0; i < spatialLayers; i++) {
                put(bits, 16, widthOf(i) - 1);
                put(bits, 16, widthOf(i) / 2 - 1);
            }
        }
        while (bits.length() % 8 != 0) {
            bits.append('0');
        }
        byte[] bytes = new byte[bits.length() / 8];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(bits.substring(8 * i, 8 * i + 8), 2);
        }
        return bytes;
    }

    private static void put(StringBuilder bits, int count, int value) {
        for (int i = count - 1; i >= 0; i--) {
            bits.append(value >> i & 1);
        }
    }

    private void append(long number, int length, long nowNs) {
        if (!packet.wrap(buffer, 0, length)
                || !PayloadParser.of(codec).parse(buffer, packet.payloadOffset(), packet.payloadLength(), info)) {
            throw new IllegalStateException("the publisher's packets are well-formed");
        }
        layer.append(packet, number, nowNs, info);
    }
}
