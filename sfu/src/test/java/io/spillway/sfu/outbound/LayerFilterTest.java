package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.live.Format;
import io.spillway.media.live.HistoryBounds;
import io.spillway.media.live.Layer;
import io.spillway.media.live.LayerSelection;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * R8, R9 as rows. In: pictures, apart by commas, of layer frames {@code spatial.temporal}, with {@code k} in front of a keyframe and {@code u} behind a switching point; {@code >s.t} aims there. Out: what passes, and
 * {@code ?} where a keyframe is wanted at the end.
 */
final class LayerFilterTest {

    private final StoredPacket stored = new StoredPacket();
    private int timestamp = 90_000;
    private long sequence = 100;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        all is aimed at              | 7.7 | k0.0, 0.2u, 0.1u, 0.2            | k0.0, 0.2u, 0.1u, 0.2
        the base only                | 7.0 | k0.0, 0.2u, 0.1u, 0.2, 0.0       | k0.0, 0.0
        two of three                 | 7.1 | k0.0, 0.2u, 0.1u, 0.2, 0.0, 0.1  | k0.0, 0.1u, 0.0, 0.1
        down in the middle           | 7.7 | k0.0, 0.2u, >7.0, 0.1u, 0.2, 0.0 | k0.0, 0.2u, 0.0
        up at a switching point only | 7.0 | k0.0, 0.1u, >7.1, 0.1, 0.0, 0.1, 0.1u, 0.1 | k0.0, 0.0, 0.1u, 0.1
        Y of one layer is no other's | 7.0 | k0.0, 0.2u, 0.1u, >7.7, 0.2, 0.0, 0.2u, 0.1, 0.2, 0.1u, 0.2u, 0.2 | k0.0, 0.0, 0.1u, 0.2u, 0.2
        up at a keyframe             | 7.0 | k0.0, 0.1, >7.1, 0.1, k0.0, 0.1  | k0.0, k0.0, 0.1
        """)
    void shouldPassVp8(String what, String aim, String in, String out) {
        assertEquals(out, filtered(Codec.VP8, aim, in), what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        all is aimed at                | 7.7 | k0.0 k1.0 k2.0, 0.0 1.0 2.0        | k0.0 k1.0 k2.0, 0.0 1.0 2.0
        the lowest only                | 0.7 | k0.0 k1.0 k2.0, 0.0 1.0 2.0        | k0.0, 0.0
        two of three                   | 1.7 | k0.0 k1.0 k2.0, 0.0 1.0 2.0        | k0.0 k1.0, 0.0 1.0
        down with the next picture     | 7.7 | k0.0 k1.0, 0.0 >0.7 1.0, 0.0 1.0   | k0.0 k1.0, 0.0 1.0, 0.0
        up with the next keyframe      | 0.7 | k0.0 k1.0, >1.7, 0.0 1.0, k0.0 k1.0, 0.0 1.0 | k0.0, 0.0, k0.0 k1.0, 0.0 1.0
        a keyframe is wanted until it  | 0.7 | k0.0 k1.0, >1.7, 0.0 1.0           | k0.0, 0.0?
        none where there is no higher  | 0.7 | k0.0, >1.7, 0.0, 0.0               | k0.0, 0.0, 0.0
        a layer that comes back passes | 1.7 | k0.0 k1.0, 0.0, 0.0 k1.0           | k0.0 k1.0, 0.0, 0.0 k1.0
        U of the base lets all up      | 7.0 | k0.0u, 0.2, 0.1, >7.7, 0.2, 0.0, 0.2, 0.0u, 0.2, 0.1, 0.2 | k0.0u, 0.0, 0.0u, 0.2, 0.1, 0.2
        U of a higher one its own      | 7.0 | k0.0, 0.1u, >7.1, 0.0, 0.1, 0.0, 0.1u | k0.0, 0.0, 0.0, 0.1u
        each spatial layer for itself  | 7.0 | k0.0 k1.0, 0.1 1.1, >7.1, 0.0u 1.0, 0.1 1.1 | k0.0 k1.0, 0.0u 1.0, 0.1
        both kinds at once             | 0.0 | k0.0 k1.0, 0.1 1.1, >1.1, 0.0u 1.0u, 0.1 1.1 | k0.0, 0.0u, 0.1?
        """)
    void shouldPassVp9(String what, String aim, String in, String out) {
        assertEquals(out, filtered(Codec.VP9, aim, in), what);
    }

    @Test
    void shouldTreatALatePacketAsTheRestOfItsFrame() {
        var filter = new LayerFilter(false);
        Layer layer = layer(Codec.VP9);
        filter.begin(new LayerSelection(layer, 1, 7));
        assertTrue(filter.passes(packet(layer, "k0.0")));
        StoredPacket passed = packet(layer, "k1.0");
        assertTrue(filter.passes(passed));
        long late = sequence - 1;
        filter.aim(new LayerSelection(layer, 0, 7));
        timestamp += 3_000;
        assertTrue(filter.passes(packet(layer, "0.0")));
        assertEquals(0, filter.spatial());

        assertTrue(layer.history().find(late, stored));
        assertTrue(filter.passesLate(stored), "its frame passed when the layer was still sent");
        assertEquals(false, filter.passesLate(packet(layer, "1.0")), "of a frame never seen");
    }

    private String filtered(Codec codec, String aim, String in) {
        Layer layer = layer(codec);
        var filter = new LayerFilter(codec == Codec.VP8);
        filter.begin(selection(layer, aim));
        List<String> pictures = new ArrayList<>();
        for (String picture : in.split(",", -1)) {
            List<String> passed = new ArrayList<>();
            timestamp += 3_000;
            for (String token : picture.trim().split(" ", -1)) {
                if (token.startsWith(">")) {
                    filter.aim(selection(layer, token.substring(1)));
                    continue;
                }
                boolean first = filter.passes(packet(layer, token));
                assertEquals(first, filter.passes(packet(layer, token)), "a frame's second packet");
                if (first) {
                    passed.add(token);
                }
            }
            if (!passed.isEmpty()) {
                pictures.add(String.join(" ", passed));
            }
        }
        return String.join(", ", pictures) + (filter.wantsKeyframe() ? "?" : "");
    }

    private static LayerSelection selection(Layer layer, String aim) {
        return new LayerSelection(layer, aim.charAt(0) - '0', aim.charAt(2) - '0');
    }

    private static Layer layer(Codec codec) {
        return new Layer(
                "",
                new Format(codec, Map.of()),
                HistoryBounds.VIDEO,
                new SenderClock(90_000, new PublisherClock()),
                (asked, nowNs) -> {});
    }

    private StoredPacket packet(Layer layer, String token) {
        boolean key = token.startsWith("k");
        boolean up = token.endsWith("u");
        int at = key ? 1 : 0;
        int spatial = token.charAt(at) - '0';
        int temporal = token.charAt(at + 2) - '0';
        ByteBuffer buffer = ByteBuffer.allocate(40);
        var header = new RtpHeaderWriter();
        header.begin(buffer, 0, 96, false, (int) sequence & 0xFFFF, timestamp, 7);
        int payload = header.finish();
        if (layer.codec() == Codec.VP8) {
            buffer.put(payload, (byte) 0x90).put(payload + 1, (byte) 0x20);
            buffer.put(payload + 2, (byte) (temporal << 6 | (up ? 0x20 : 0))).put(payload + 3, (byte) (key ? 0 : 1));
        } else {
            buffer.put(payload, (byte) (0x2C | (key ? 0 : 0x40)));
            buffer.put(payload + 1, (byte) (temporal << 5 | (up ? 0x10 : 0) | spatial << 1));
        }
        var rtp = new RtpPacket();
        var info = new PayloadInfo();
        assertTrue(rtp.wrap(buffer, 0, payload + 6));
        assertTrue(PayloadParser.of(layer.codec()).parse(buffer, payload, 6, info));
        layer.append(rtp, sequence, sequence, info);
        assertTrue(layer.history().find(sequence++, stored));
        return stored;
    }
}
