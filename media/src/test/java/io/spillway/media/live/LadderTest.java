package io.spillway.media.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.spillway.media.codec.Codec;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import io.spillway.testkit.Hex;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** R41, B1, O8: which layers there are and how they rank, whatever they are called. */
final class LadderTest {

    private static final long MS = 1_000_000L;

    private static final int ALLOCATION_ID = 7;

    private long nowNs = 5_000 * MS;
    private long sequence = 100;

    @Test
    void shouldRankBySizeWhateverTheNamesAndTheOrder() {
        Layer full = vp8("f");
        Layer half = vp8("h");
        Layer quarter = vp8("q");
        var track = new Track(List.of(full, quarter, half));
        key(full, 1280, 720);
        key(half, 640, 360);
        key(quarter, 320, 180);
        // The rate says otherwise for a moment: a still picture costs nothing at any size.
        run(1_000, half, 900, quarter, 100, full, 80);

        assertEquals(List.of("q", "h", "f"), names(track));
        LayerOption top = track.ladder(nowNs).options().getLast();
        assertEquals(1280, top.width());
        assertEquals(720, top.height());
        assertEquals(LayerSelection.whole(full), top.selection());
    }

    @Test
    void shouldRankLinearSizesAsObsSendsThem() {
        Layer zero = vp8("0");
        Layer one = vp8("1");
        Layer two = vp8("2");
        var track = new Track(List.of(zero, one, two));
        key(zero, 640, 360);
        key(one, 426, 240);
        key(two, 212, 120);

        assertEquals(List.of("2", "1", "0"), names(track));
    }

    @Test
    void shouldRankByRateWhereSizesAreUnknownAndFlipForAClearDifferenceOnly() {
        Layer first = vp8("a");
        Layer second = vp8("b");
        var track = new Track(List.of(first, second));
        run(2_500, first, 1_000, second, 400);
        assertEquals(List.of("b", "a"), names(track));

        run(2_500, first, 1_000, second, 1_300);
        assertEquals(List.of("b", "a"), names(track), "1.3 times");

        run(2_500, first, 1_000, second, 1_300, second, 1_300);
        assertEquals(List.of("a", "b"), names(track), "2.6 times");
    }

    @Test
    void shouldLeaveOutWhatIsSilentAndTakeItBack() {
        Layer high = vp8("h");
        Layer low = vp8("l");
        var track = new Track(List.of(high, low));
        key(high, 640, 360);
        key(low, 320, 180);
        assertEquals(List.of("l", "h"), names(track));

        run(1_600, low, 400);
        assertEquals(List.of("l"), names(track), "silent for 1.6 s");

        run(300, low, 400, high, 800);
        assertEquals(List.of("l", "h"), names(track));
    }

    @Test
    void shouldLeaveALayerOutAsSoonAsItIsAnnouncedOff() {
        Layer high = vp8("h");
        Layer low = vp8("l");
        var track = new Track(List.of(high, low));
        key(high, 640, 360);
        key(low, 320, 180);
        announce(low, 0, "11 00 64 e8 07");
        announce(high, 1, "51 00 64 e8 07");
        assertEquals(List.of("l", "h"), names(track));
        assertEquals(
                List.of(100_000L, 1_000_000L),
                track.ladder(nowNs).options().stream()
                        .map(LayerOption::targetBps)
                        .toList());

        announce(low, 0, "10 10 00 64");
        announce(high, 1, "no element: it was under way");
        assertEquals(List.of("l"), names(track));
        run(1_000, low, 400);
        assertEquals(List.of("l"), names(track));

        run(100, low, 400, high, 800);
        assertEquals(List.of("l", "h"), names(track), "it came back, and its announcement was lost");
    }

    @Test
    void shouldHaveNoOptionWhenAllIsAnnouncedOff() {
        Layer high = vp8("h");
        Layer low = vp8("l");
        var track = new Track(List.of(high, low));
        key(high, 640, 360);
        key(low, 320, 180);
        announce(low, 0, "00");
        assertEquals(List.of(), names(track));
    }

    @Test
    void shouldHaveNoOptionBeforeThePublisherSends() {
        var track = new Track(List.of(vp8("h"), vp8("l")));
        assertEquals(List.of(), names(track));
    }

    @Test
    void shouldBeMadeFiveTimesASecondAtMost() {
        Layer layer = vp8("h");
        var track = new Track(List.of(layer));
        key(layer, 640, 360);
        Ladder ladder = track.ladder(nowNs);
        assertSame(ladder, track.ladder(nowNs + 199 * MS));
    }

    private List<String> names(Track track) {
        nowNs += 200 * MS;
        return track.ladder(nowNs).options().stream()
                .map(option -> option.selection().layer().rid())
                .toList();
    }

    /** Sends packets of a size in bytes for each layer named, every 50 ms. */
    private void run(long ms, Object... layersAndBytes) {
        for (long untilNs = nowNs + ms * MS; nowNs < untilNs; nowNs += 50 * MS) {
            for (int i = 0; i < layersAndBytes.length; i += 2) {
                Layer layer = (Layer) layersAndBytes[i];
                int bytes = (Integer) layersAndBytes[i + 1];
                put(layer, RtpBytes.packet(++sequence, timestamp(), bytes, (byte) 0x10, (byte) 0x01));
            }
        }
    }

    private void key(Layer layer, int width, int height) {
        byte[] payload = new byte[20];
        ByteBuffer.wrap(payload)
                .put(0, (byte) 0x10)
                .put(4, (byte) 0x9D)
                .put(5, (byte) 0x01)
                .put(6, (byte) 0x2A)
                .putShort(7, Short.reverseBytes((short) width))
                .putShort(9, Short.reverseBytes((short) height));
        put(layer, RtpBytes.packet(++sequence, timestamp(), 60, payload));
    }

    /** A packet with an allocation in a one-byte element, {@code stream} being what the first two bits must say. */
    private void announce(Layer layer, int stream, String hex) {
        boolean bare = hex.startsWith("no ");
        byte[] element = bare ? new byte[0] : Hex.bytes(hex);
        int extensionBytes = bare ? 0 : 4 + (element.length + 1 + 3) / 4 * 4;
        ByteBuffer packet = RtpBytes.packet(++sequence, timestamp(), 200);
        if (!bare) {
            assertEquals(stream, (element[0] & 0xFF) >> 6);
            packet.put(0, (byte) 0x90).putShort(12, (short) 0xBEDE).putShort(14, (short) (extensionBytes / 4 - 1));
            packet.put(16, new byte[extensionBytes - 4]);
            packet.put(16, (byte) (ALLOCATION_ID << 4 | element.length - 1)).put(17, element);
        }
        packet.put(12 + extensionBytes, (byte) 0x10).put(13 + extensionBytes, (byte) 0x01);
        put(layer, packet);
    }

    private void put(Layer layer, ByteBuffer packet) {
        RtpBytes.append(layer, packet, sequence, nowNs);
    }

    private int timestamp() {
        return (int) (nowNs * 9 / 100_000);
    }

    private static Layer vp8(String rid) {
        return new Layer(
                rid,
                new Format(Codec.VP8, Map.of(), Map.of(HeaderExtension.VIDEO_LAYERS_ALLOCATION.uri(), ALLOCATION_ID)),
                HistoryBounds.VIDEO,
                new SenderClock(90_000, new PublisherClock()),
                (layer, atNs) -> {});
    }
}
