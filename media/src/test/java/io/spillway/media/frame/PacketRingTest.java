package io.spillway.media.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** From a layer of the media loop to the packaging thread: the newest GOP first, what follows in order, and losses counted where the reader does not keep up. */
class PacketRingTest {

    private final Layer layer = new Layer(
            "",
            new Format(Codec.H264, Map.of()),
            HistoryBounds.VIDEO,
            new SenderClock(90_000, new PublisherClock()),
            (_, _) -> {});
    private final TestEncoder encoder = new TestEncoder(new Random(1), 30);
    private final List<Packet> sent = new ArrayList<>();
    private final List<Packet> got = new ArrayList<>();

    private void send(int frames) {
        for (int i = 0; i < frames; i++) {
            for (Packet packet : encoder.next().packets()) {
                sent.add(packet);
                ByteBuffer rtp = ByteBuffer.allocate(12 + packet.payload().length);
                rtp.put((byte) 0x80).put((byte) (packet.marker() ? 0xE0 : 0x60)).putShort((short) packet.extSeq());
                rtp.putInt(packet.timestamp()).putInt(7).put(packet.payload());
                RtpPacket wrapped = new RtpPacket();
                PayloadInfo info = new PayloadInfo();
                assertTrue(wrapped.wrap(rtp, 0, rtp.capacity()));
                assertTrue(PayloadParser.of(Codec.H264).parse(rtp, 12, packet.payload().length, info));
                layer.append(wrapped, packet.extSeq(), packet.arrivalNs(), info);
            }
        }
        layer.flush(0);
    }

    private void assertSame(List<Packet> expected) {
        assertEquals(
                expected.stream()
                        .map(p -> p.extSeq() + " " + p.timestamp() + p.marker() + List.of(p.payload().length))
                        .toList(),
                got.stream()
                        .map(p -> p.extSeq() + " " + p.timestamp() + p.marker() + List.of(p.payload().length))
                        .toList());
    }

    @Test
    void shouldBeginWithTheNewestGopAndFollow() {
        send(100);
        PacketRing ring = new PacketRing(1 << 20);
        Tap tap = Tap.open(List.of(layer), ring, 0);
        List<Packet> expected = new ArrayList<>(sent.stream()
                .filter(packet -> packet.extSeq() >= layer.gopStart())
                .toList());
        sent.clear();
        send(50);
        expected.addAll(sent);
        ring.drain((_, packet) -> got.add(packet));
        assertSame(expected);
        assertEquals(0, ring.lost());
        got.clear();
        tap.close();
        send(1);
        ring.drain((_, packet) -> got.add(packet));
        assertTrue(got.isEmpty());
    }

    @Test
    void shouldLoseAndCountWhenNobodyReadsAndGoOnAfterwards() {
        PacketRing ring = new PacketRing(1 << 14);
        Tap.open(List.of(layer), ring, 0);
        send(200);
        ring.drain((_, packet) -> got.add(packet));
        assertEquals(sent.size(), got.size() + ring.lost());
        assertTrue(ring.lost() > 0);
        got.clear();
        sent.clear();
        for (int i = 0; i < 100; i++) {
            send(1);
            ring.drain((_, packet) -> got.add(packet));
        }
        assertSame(sent);
    }

    @Test
    void shouldBeginWithWhatComesAfterItWasCleared() {
        PacketRing ring = new PacketRing(1 << 14);
        Tap tap = Tap.open(List.of(layer), ring, 0);
        send(30);
        ring.clear();
        sent.clear();
        send(20);
        ring.drain((_, packet) -> got.add(packet));
        assertSame(sent);
        tap.close();
    }

    @Test
    void shouldSayWhenTheLayerStartedOver() {
        PacketRing ring = new PacketRing(1 << 14);
        Tap tap = Tap.open(List.of(layer), ring, 0);
        send(1);
        assertFalse(tap.isStale());
        layer.restart(new Format(Codec.H264, Map.of()), 0);
        send(1);
        assertTrue(tap.isStale());
    }
}
