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
 * Sends H.264, VP8, VP9 or AV1 video and Opus into layers as the publisher's side of the SFU does. Each payload says which frame it is of, so that a
 * viewer can tell what it got: after the codec's own bytes come publisher, frame, packet and packet count.
 */
final class TestPublisher {

    static final int PAYLOAD_BYTES = 1_000;
    static final Map<String, String> H264_FMTP = Map.of("packetization-mode", "1", "profile-level-id", "42e01f");

    private static final int PAYLOAD_TYPE = 96;

    /** Frame tag and start code; width and height follow, little-endian. RFC 6386 §9.1. */
    private static final byte[] VP8_FRAME_HEADER = {0, 0, 0, (byte) 0x9D, 0x01, 0x2A};

    final int id;
    final Codec codec;
    final Layer video;
    final Layer audio;

    /** Of each packet's payload. */
    int audioBytes = 80;

    final Track videoTrack;
    final Random random;
    int keyframesAsked;

    /** Frames between keyframes; a request is obeyed only when {@link #obeys}. */
    int groupFrames = 30;

    boolean obeys;
    int framesPerSecond = 30;
    int frameBytes = 8_000;
    int keyframeBytes = 50_000;
    int width = 320;
    int height = 240;
    boolean sendsParameterSets = true;
    boolean sendsAudio = true;
    double lossShare;
    double lateShare;
    double paddingShare;

    /** The last packet of each frame never comes. */
    boolean losesMarkers;

    /** Over how long a frame's packets are spread. */
    long spreadNs;

    /** Hands packets over only after timers had their turn. */
    boolean flushesLate;

    private final List<Map.Entry<String, Integer>> extensionIds;
    private final PublisherClock publisherClock = new PublisherClock();
    private final Publication publication;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(2_048);
    private final RtpHeaderWriter header = new RtpHeaderWriter();
    private final RtpPacket packet = new RtpPacket();
    private final PayloadInfo info = new PayloadInfo();
    private final List<Pending> pending = new ArrayList<>();

    long videoSequence = 65_536 + 100;
    long audioSequence = 65_536 + 60_000;
    int videoTimestamp;
    int audioTimestamp;
    int frame;
    int pictureId;
    int tl0PicIdx;
    int keyIdx;

    /** Of a dependency descriptor. */
    int frameNumber;

    /** 7 bits instead of 15. */
    boolean shortPictureIds;

    private int sinceKeyframe;
    private long nextFrameNs;
    private long nextAudioNs;
    private boolean keyframeWanted = true;

    private record Pending(long sequence, ByteBuffer bytes, long dueNs) {}

    TestPublisher(int id, Codec codec, Map<String, String> fmtp) {
        this(id, codec, fmtp, Map.of());
    }

    TestPublisher(int id, Codec codec, Map<String, String> fmtp, Map<String, Integer> extensionIds) {
        this(id, "", codec, fmtp, extensionIds);
    }

    private TestPublisher(
            int id, String rid, Codec codec, Map<String, String> fmtp, Map<String, Integer> extensionIds) {
        this.id = id;
        this.codec = codec;
        this.random = new Random(id);
        this.videoTimestamp = random.nextInt();
        this.audioTimestamp = random.nextInt();
        this.pictureId = random.nextInt(32_768);
        this.tl0PicIdx = random.nextInt(256);
        this.keyIdx = random.nextInt(32);
        this.frameNumber = random.nextInt(65_536);
        this.extensionIds = extensionIds.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .toList();
        var format = new Format(codec, fmtp, extensionIds);
        video = new Layer(rid, format, HistoryBounds.VIDEO, new SenderClock(90_000, publisherClock), (layer, nowNs) -> {
            keyframesAsked++;
            keyframeWanted |= obeys;
        });
        audio = new Layer(
                "",
                new Format(Codec.OPUS, Map.of()),
                HistoryBounds.AUDIO,
                new SenderClock(48_000, publisherClock),
                (layer, nowNs) -> {});
        videoTrack = new Track(List.of(video));
        publication = new Publication(List.of(videoTrack, new Track(List.of(audio))), Instant.EPOCH, "test");
    }

    static TestPublisher h264(int id) {
        return new TestPublisher(id, Codec.H264, H264_FMTP);
    }

    static TestPublisher vp8(int id) {
        return new TestPublisher(id, Codec.VP8, Map.of());
    }

    /** A simulcast layer. */
    static TestPublisher vp8(int id, String rid, int width, int height) {
        TestPublisher layer = new TestPublisher(id, rid, Codec.VP8, Map.of(), Map.of());
        layer.width = width;
        layer.height = height;
        return layer;
    }

    Publication publication() {
        return publication;
    }

    void start(long nowNs) {
        nextFrameNs = nowNs + 10 * World.MS;
        nextAudioNs = nowNs + 5 * World.MS;
    }

    /** Sends what is due. */
    void tick(long nowNs) {
        while (nowNs >= nextFrameNs) {
            sendFrame(nowNs);
            nextFrameNs += 1_000_000_000L / framesPerSecond;
            videoTimestamp += 90_000 / framesPerSecond;
        }
        while (nowNs >= nextAudioNs) {
            if (sendsAudio) {
                sendAudio(nowNs);
            }
            nextAudioNs += 20 * World.MS;
            audioTimestamp += 960;
        }
        sendPending(nowNs);
        if (!flushesLate) {
            flush(nowNs);
        }
    }

    /** Sends only what is left of the last frame. */
    void finish(long nowNs) {
        sendPending(nowNs);
        flush(nowNs);
    }

    void flush(long nowNs) {
        video.flush(nowNs);
        audio.flush(nowNs);
    }

    /** A sender report for both tracks: what is sent next was captured so long before now. */
    void report(long ntp, long videoDelayNs, long audioDelayNs, long nowNs) {
        int videoNow = videoTimestamp + (int) (videoDelayNs * 9 / 100_000);
        int audioNow = audioTimestamp + (int) (audioDelayNs * 6 / 125_000);
        videoTrack.onSenderReport(video, ntp, videoNow, nowNs);
        audio.clock().onSenderReport(ntp, audioNow, nowNs);
    }

    void sendFrame(long nowNs) {
        boolean key = keyframeWanted || sinceKeyframe >= groupFrames;
        if (key) {
            keyframeWanted = false;
            sinceKeyframe = 0;
            keyIdx = (keyIdx + 1) & 31;
        }
        sinceKeyframe++;
        frame++;
        pictureId = (pictureId + 1) & 0x7FFF;
        tl0PicIdx = (tl0PicIdx + 1) & 0xFF;
        frameNumber = (frameNumber + 1) & 0xFFFF;
        if (key && codec == Codec.H264 && sendsParameterSets) {
            sendParameterSets(nowNs, id);
        }
        int bytes = key ? keyframeBytes : frameBytes;
        int count = (bytes + PAYLOAD_BYTES - 1) / PAYLOAD_BYTES;
        for (int i = 0; i < count; i++) {
            int offset = beginVideo(i == count - 1);
            offset = switch (codec) {
                case H264 -> putFragment(offset, key, i, count);
                case VP9 -> putVp9(offset, key, i, count);
                case AV1 -> putAv1(offset, key, i, count);
                default -> putVp8(offset, key, i);
            };
            offset = putMark(offset, i, count);
            if (losesMarkers && i == count - 1) {
                videoSequence++;
                break;
            }
            sendVideo(Math.max(offset, Math.min(PAYLOAD_BYTES, bytes)), nowNs, nowNs + spreadNs * i / count);
        }
    }

    /** {@code level} tells one SPS from another. */
    void sendParameterSets(long nowNs, int level) {
        int offset = beginVideo(false);
        byte[] sets = {0x78, 0, 4, 0x67, 0x42, (byte) 0xE0, (byte) level, 0, 3, 0x68, (byte) 0xCE, 0x06};
        buffer.put(offset, sets);
        sendVideo(offset + sets.length, nowNs, nowNs);
    }

    /** An SPS and two PPS of 400 bytes, a packet each. */
    void sendLongParameterSets(long nowNs) {
        for (int i = 0; i < 3; i++) {
            int offset = beginVideo(false);
            for (int j = 0; j < 400; j++) {
                buffer.put(offset + j, (byte) (0x11 * i + 1));
            }
            buffer.put(offset, (byte) (i == 0 ? 0x67 : 0x68));
            sendVideo(offset + 400, nowNs, nowNs);
        }
    }

    void sendAudio(long nowNs) {
        header.begin(buffer, 0, 111, false, (int) audioSequence & 0xFFFF, audioTimestamp, 2);
        int offset = header.finish();
        buffer.put(offset, (byte) 0x78);
        for (int i = 1; i < 80; i++) {
            buffer.put(offset + i, (byte) id);
        }
        buffer.putInt(offset + 1, (int) audioSequence);
        append(audio, Codec.OPUS, audioSequence++, offset + audioBytes, nowNs);
    }

    private int beginVideo(boolean marker) {
        header.begin(buffer, 0, PAYLOAD_TYPE, marker, (int) videoSequence & 0xFFFF, videoTimestamp, 1);
        for (int i = 0; i < extensionIds.size(); i++) {
            Map.Entry<String, Integer> extension = extensionIds.get(i);
            boolean descriptor = extension.getKey().equals(HeaderExtension.DEPENDENCY_DESCRIPTOR.uri());
            // A descriptor is flags and template, then the frame number. Others hold their own id.
            header.extension(extension.getValue(), descriptor ? 0xC1_0000L | frameNumber : extension.getValue(), 3);
        }
        return header.finish();
    }

    private int putFragment(int offset, boolean key, int index, int count) {
        int type = key ? 5 : 1;
        if (count == 1) {
            buffer.put(offset, (byte) (0x60 | type));
            buffer.put(offset + 1, (byte) 0x80);
            return offset + 2;
        }
        boolean first = index == 0;
        boolean last = index == count - 1;
        buffer.put(offset, (byte) 0x7C);
        buffer.put(offset + 1, (byte) ((first ? 0x80 : 0) | (last ? 0x40 : 0) | type));
        // First macroblock 0: the picture's first slice.
        buffer.put(offset + 2, (byte) 0x80);
        return offset + 3;
    }

    private int putVp8(int offset, boolean key, int index) {
        buffer.put(offset, (byte) (0x80 | (index == 0 ? 0x10 : 0)));
        buffer.put(offset + 1, (byte) 0xF0);
        int at = putPictureId(offset + 2);
        buffer.put(at, (byte) tl0PicIdx);
        buffer.put(at + 1, (byte) keyIdx);
        at += 2;
        if (index == 0) {
            buffer.put(at, VP8_FRAME_HEADER);
            buffer.put(at, (byte) (key ? 0 : 1));
            at += VP8_FRAME_HEADER.length;
            buffer.putShort(at, Short.reverseBytes((short) width));
            buffer.putShort(at + 2, Short.reverseBytes((short) height));
            at += 4;
        }
        return at;
    }

    /** One spatial layer, not flexible: RFC 9628 §4.2. */
    private int putVp9(int offset, boolean key, int index, int count) {
        int begins = index == 0 ? 0x08 : 0;
        int ends = index == count - 1 ? 0x04 : 0;
        buffer.put(offset, (byte) (0xA0 | (key ? 0 : 0x40) | begins | ends));
        int at = putPictureId(offset + 1);
        buffer.put(at, (byte) 0);
        buffer.put(at + 1, (byte) tl0PicIdx);
        return at + 2;
    }

    /** One OBU, a frame, in as many elements: AV1 RTP specification §4.4. */
    private int putAv1(int offset, boolean key, int index, int count) {
        int continues = index > 0 ? 0x80 : 0;
        int goesOn = index < count - 1 ? 0x40 : 0;
        int newSequence = key && index == 0 ? 0x08 : 0;
        buffer.put(offset, (byte) (continues | goesOn | 0x10 | newSequence));
        buffer.put(offset + 1, (byte) 0x30);
        return offset + 2;
    }

    private int putPictureId(int at) {
        if (shortPictureIds) {
            buffer.put(at, (byte) (pictureId & 0x7F));
            return at + 1;
        }
        buffer.putShort(at, (short) (0x8000 | pictureId));
        return at + 2;
    }

    private int putMark(int offset, int index, int count) {
        buffer.putInt(offset, 0x4D41524B);
        buffer.put(offset + 4, (byte) id);
        buffer.putInt(offset + 5, frame);
        buffer.putShort(offset + 9, (short) index);
        buffer.putShort(offset + 11, (short) count);
        return offset + 13;
    }

    private void sendVideo(int length, long nowNs, long dueNs) {
        long sequence = videoSequence++;
        if (random.nextDouble() < lossShare) {
            return;
        }
        if (dueNs > nowNs || random.nextDouble() < lateShare) {
            ByteBuffer copy = ByteBuffer.allocate(length);
            copy.put(0, buffer, 0, length);
            pending.add(new Pending(sequence, copy, dueNs));
            return;
        }
        append(video, codec, sequence, length, nowNs);
        if (random.nextDouble() < paddingShare) {
            video.skipPadding(videoSequence++, nowNs);
        }
    }

    private void sendPending(long nowNs) {
        for (int i = 0; i < pending.size(); i++) {
            Pending next = pending.get(i);
            if (next.dueNs() <= nowNs) {
                buffer.put(0, next.bytes(), 0, next.bytes().limit());
                append(video, codec, next.sequence(), next.bytes().limit(), nowNs);
                pending.remove(i--);
            }
        }
    }

    private void append(Layer layer, Codec of, long sequence, int length, long nowNs) {
        if (!packet.wrap(buffer, 0, length)
                || !PayloadParser.of(of).parse(buffer, packet.payloadOffset(), packet.payloadLength(), info)) {
            throw new IllegalStateException("the publisher's packets are well-formed");
        }
        layer.append(packet, sequence, nowNs, info);
    }
}
