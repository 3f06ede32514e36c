package io.spillway.sfu.crossing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.live.Format;
import io.spillway.media.live.HistoryBounds;
import io.spillway.media.live.Layer;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.live.StreamName;
import io.spillway.media.live.Track;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.NtpTime;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.testkit.Seeds;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A publication and its mirror, on either side of a crossing. */
class MirrorTest {

    private static final long MS = 1_000_000L;
    private static final int FRAME_TICKS = 3_000;
    private static final Format VP8 = new Format(Codec.VP8, Map.of());

    private long nowNs = 5_000 * MS;
    private final DropCounters drops = new DropCounters();
    private final List<Integer> keyframesAsked = new ArrayList<>();
    private final PublisherClock publisherClock = new PublisherClock();
    private final Layer layer = new Layer(
            "", VP8, HistoryBounds.VIDEO, new SenderClock(90_000, publisherClock), (_, _) -> keyframesAsked.add(0));
    private final Track track = new Track(List.of(layer));
    private final Publication publication = new Publication(List.of(track), Instant.EPOCH, "test");
    private final Subscription subscription = new Subscription(new StreamName("live"), 1, 1, 7);
    private final Mirror mirror = new Mirror(subscription, 0, (_, index, _) -> keyframesAsked.add(index + 1));
    private final Queue<Runnable> posted = new ArrayDeque<>();
    private final Crossing crossing = new Crossing(0, 1 << 16, posted::add, new Arriving(), () -> nowNs);
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(1_200);
    private final RtpPacket packet = new RtpPacket();
    private final PayloadInfo info = new PayloadInfo();
    private final PayloadParser parser = PayloadParser.of(Codec.VP8);
    private final StoredPacket one = new StoredPacket();
    private final StoredPacket other = new StoredPacket();
    private long sequence = 70_000;
    private int timestamp = -10_000;

    @Seeds(20)
    void shouldBeTheSameAsWhatItMirrors(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            frame(i == 20, 1 + random.nextInt(3));
        }
        feed();
        Layer copy = mirrored();
        for (int i = 0; i < 200; i++) {
            switch (random.nextInt(12)) {
                case 0 -> frame(true, 5);
                case 1 -> sequence++; // lost
                case 2 -> layer.skipPadding(++sequence, nowNs);
                case 3 -> report();
                case 4 -> layer.restart(VP8, nowNs);
                default -> {}
            }
            // What happened to the layer crosses with the packets that come next.
            frame(false, 1 + random.nextInt(3));
            layer.flush(nowNs);
            crossing.flush();
            cross();
            assertSame(copy);
        }
        frame(true, 2);
        layer.flush(nowNs);
        crossing.flush();
        cross();
        assertSame(copy);
        assertEquals(0, drops.dropped(DropReason.HANDOVER_FULL));
    }

    @Test
    void shouldHandOverOnceABurst() {
        frame(true, 1);
        feed();
        for (int i = 0; i < 10; i++) {
            frame(false, 2);
        }
        layer.flush(nowNs);
        crossing.flush();
        frame(false, 2);
        layer.flush(nowNs);
        crossing.flush();
        assertEquals(1, posted.size(), "the other loop is awake already");
        Layer copy = mirrored();
        cross();
        assertEquals(layer.highestSequence(), copy.highestSequence());
    }

    @Test
    void shouldLoseWholeBurstsAndStartOverWhenThereIsRoom() {
        frame(true, 1);
        feed();
        Layer copy = mirrored();
        int epoch = copy.epoch();
        while (drops.dropped(DropReason.HANDOVER_FULL) == 0) {
            frame(false, 4);
            layer.flush(nowNs);
            crossing.flush();
        }
        assertEquals(4, drops.dropped(DropReason.HANDOVER_FULL), "the burst as a whole");
        cross();
        assertEquals(layer.highestSequence() - 4, copy.highestSequence());
        assertEquals(List.of(), keyframesAsked);

        frame(false, 1);
        layer.flush(nowNs);
        crossing.flush();
        cross();
        assertEquals(List.of(0), keyframesAsked, "asked of the publisher");
        assertEquals(epoch + 1, copy.epoch());
        assertEquals(-1, copy.gopStart(), "what has a hole is no group to start from");
        frame(true, 1);
        layer.flush(nowNs);
        crossing.flush();
        cross();
        assertEquals(layer.gopStart(), copy.gopStart());
        assertEquals(layer.clock().captureNs(timestamp), copy.clock().captureNs(timestamp));
    }

    @Test
    void shouldMergeTheWishesOfItsViewers() {
        frame(true, 1);
        feed();
        Layer copy = mirrored();
        for (int i = 0; i < 100; i++) {
            copy.requestKeyframe(nowNs);
        }
        assertEquals(List.of(1), keyframesAsked);
        copy.requestKeyframe(nowNs + 100 * MS);
        assertEquals(List.of(1, 1), keyframesAsked);
        frame(true, 1);
        layer.flush(nowNs);
        crossing.flush();
        cross();
        copy.requestKeyframe(nowNs + 101 * MS);
        assertEquals(List.of(1, 1, 1), keyframesAsked, "what came since is not what is wished for now");
    }

    @Test
    void shouldAllocateNothingAPacket() {
        frame(true, 1);
        feed();
        mirrored();
        play(60_000);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int frames = 50_000;
        long least = Long.MAX_VALUE;
        // Some bytes are the compiler at work, not the packets.
        for (int round = 0; round < 3; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            play(frames);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least < frames / 100, least + " bytes for " + frames + " frames");
    }

    private void play(int frames) {
        for (int i = 0; i < frames; i++) {
            frame(i % 60 == 0, 2);
            layer.flush(nowNs);
            crossing.flush();
            cross();
        }
    }

    private void feed() {
        var _ = new Feed(
                subscription,
                publication,
                crossing,
                drops,
                defect -> {
                    throw defect;
                },
                nowNs);
    }

    private Layer mirrored() {
        Publication opened = mirror.open();
        if (opened == null) {
            throw new AssertionError("nothing was offered");
        }
        return opened.tracks().getFirst().layers().getFirst();
    }

    private void cross() {
        for (Runnable handover = posted.poll(); handover != null; handover = posted.poll()) {
            handover.run();
        }
    }

    private void assertSame(Layer copy) {
        assertEquals(layer.gopStart(), copy.gopStart());
        assertEquals(layer.gopPackets(), copy.gopPackets());
        assertEquals(layer.gopBytes(), copy.gopBytes());
        assertEquals(layer.highestSequence(), copy.highestSequence());
        assertEquals(layer.width(), copy.width());
        assertEquals(layer.height(), copy.height());
        assertEquals(layer.clock().hasReport(), copy.clock().hasReport());
        if (layer.clock().isSet() && copy.clock().isSet()) {
            assertEquals(layer.clock().captureNs(timestamp), copy.clock().captureNs(timestamp));
        }
        for (long at = Math.max(0, layer.gopStart()); layer.gopStart() >= 0 && at <= layer.highestSequence(); at++) {
            boolean there = layer.history().find(at, one);
            assertEquals(there, copy.history().find(at, other));
            if (there) {
                assertEquals(one.arrivalNs(), other.arrivalNs());
                assertEquals(one.isPadding(), other.isPadding());
                assertEquals(one.startsKeyframe(), other.startsKeyframe());
                assertEquals(
                        one.buffer().slice(one.offset(), one.length()),
                        other.buffer().slice(other.offset(), other.length()));
            }
        }
    }

    private void report() {
        long unixNs = 1_700_000_000_000_000_000L + nowNs + 20 * MS;
        track.onSenderReport(layer, NtpTime.fromUnixNs(unixNs), timestamp, nowNs);
    }

    private void frame(boolean keyframe, int packets) {
        nowNs += 33 * MS;
        timestamp += FRAME_TICKS;
        for (int i = 0; i < packets; i++) {
            sequence++;
            boolean last = i == packets - 1;
            bytes.put(0, (byte) 0x80).put(1, (byte) (96 | (last ? 0x80 : 0)));
            bytes.putShort(2, (short) sequence).putInt(4, timestamp).putInt(8, 1234);
            bytes.put(12, (byte) (i == 0 ? 0x10 : 0)); // S, RFC 7741 §4.2
            bytes.put(13, (byte) (keyframe ? 0x10 : 0x11)); // P
            bytes.put(16, (byte) 0x9d).put(17, (byte) 0x01).put(18, (byte) 0x2a);
            bytes.put(19, (byte) 0x80).put(20, (byte) 0x02).put(21, (byte) 0x68).put(22, (byte) 0x01); // 640x360
            bytes.putLong(100, sequence);
            if (!packet.wrap(bytes, 0, bytes.capacity())
                    || !parser.parse(bytes, packet.payloadOffset(), packet.payloadLength(), info)) {
                throw new AssertionError("no packet");
            }
            layer.append(packet, sequence, nowNs, info);
        }
    }

    private final class Arriving implements Arrivals {

        @Override
        public void onCheck(
                int fromLoop, InetSocketAddress from, ByteBuffer datagram, int offset, int length, long atNs) {}

        @Override
        public void onDetoured(int detour, ByteBuffer datagram, int offset, int length, long atNs) {}

        @Override
        public @Nullable Mirror mirror(int number, long atNs) {
            return number == subscription.mirror() ? mirror : null;
        }

        @Override
        public void onArrived(long atNs) {
            mirror.flush(atNs);
        }

        @Override
        public void onDefect(RuntimeException defect) {
            throw defect;
        }
    }
}
