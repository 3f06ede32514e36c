package io.spillway.recorder;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.live.Format;
import io.spillway.media.live.HistoryBounds;
import io.spillway.media.live.Layer;
import io.spillway.media.live.Publication;
import io.spillway.media.live.Track;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.NtpTime;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A publisher's layers as a media loop has them: sound, and a picture of 30 frames a second in packets of random content. */
final class TestPublisher {

    private static final long FRAME_NS = 33_333_333L;

    final Layer sound;
    final Layer picture;
    final Publication publication;

    /** When a keyframe was asked for, by the loop's clock. */
    final List<Long> wantedNs = new ArrayList<>();

    private final Track soundTrack;
    private final Track pictureTrack;
    private long seq = 1_000;
    private int frames;

    TestPublisher(Codec codec) {
        PublisherClock clock = new PublisherClock();
        sound = new Layer(
                "",
                new Format(Codec.OPUS, Map.of()),
                HistoryBounds.AUDIO,
                new SenderClock(48_000, clock),
                (_, _) -> {});
        picture = new Layer(
                "h",
                new Format(codec, Map.of("packetization-mode", "1")),
                HistoryBounds.VIDEO,
                new SenderClock(90_000, clock),
                (_, nowNs) -> wantedNs.add(nowNs));
        soundTrack = new Track(List.of(sound));
        pictureTrack = new Track(List.of(picture));
        publication = new Publication(List.of(soundTrack, pictureTrack), Instant.ofEpochMilli(1_000), "test");
    }

    /** Sends so many frames of two packets each, and the sound beside them; gives when the next is due. */
    long send(int count, long fromNs) {
        long nowNs = fromNs;
        for (int i = 0; i < count; i++, nowNs += FRAME_NS, frames++) {
            put(picture, seq, 3_000 * frames, false, nowNs, 700);
            put(picture, seq + 1, 3_000 * frames, true, nowNs, 300);
            put(sound, seq, 1_600 * frames, true, nowNs, 80);
            seq += 2;
            picture.flush(nowNs);
            sound.flush(nowNs);
        }
        return nowNs;
    }

    /** Both report when what they sent last was captured: so long before. */
    void report(long nowNs, long soundDelayNs, long pictureDelayNs) {
        long unixNs = 1_800_000_000_000_000_000L + nowNs;
        soundTrack.onSenderReport(sound, NtpTime.fromUnixNs(unixNs - soundDelayNs), 1_600 * (frames - 1), nowNs);
        pictureTrack.onSenderReport(picture, NtpTime.fromUnixNs(unixNs - pictureDelayNs), 3_000 * (frames - 1), nowNs);
    }

    private static void put(Layer layer, long seq, int timestamp, boolean marker, long nowNs, int bytes) {
        ByteBuffer rtp = ByteBuffer.allocate(12 + bytes);
        rtp.put((byte) 0x80).put((byte) (marker ? 0xE0 : 0x60)).putShort((short) seq);
        rtp.putInt(timestamp).putInt(7).put((byte) 0x41);
        RtpPacket packet = new RtpPacket();
        if (!packet.wrap(rtp, 0, rtp.capacity())) {
            throw new AssertionError("no RTP");
        }
        layer.append(packet, seq, nowNs, new PayloadInfo());
    }
}
