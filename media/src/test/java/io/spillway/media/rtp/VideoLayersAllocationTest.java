package io.spillway.media.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R41, B2; the layouts are those of the extension's own description. */
final class VideoLayersAllocationTest {

    private final VideoLayersAllocation allocation = new VideoLayersAllocation();

    /** Each active layer as stream.spatial:kbps of each temporal layer, and its size. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        nothing is sent                    | 00                                             | 0 of 0 |
        one stream, one layer              | 01 00 64                                       | 0 of 1 | 0.0:100
        three streams of one layer, on 2   | a1 00 64 ac 02 e8 07                           | 2 of 3 | 0.0:100 1.0:300 2.0:1000
        the same with sizes                | 21 00 64 ac 02 e8 07 013f 00b3 0f 027f 0167 1e 04ff 02cf 1e | 0 of 3 | 0.0:100@320x180 1.0:300@640x360 2.0:1000@1280x720
        the highest of three is off        | 60 11 00 00 64 ac 02                           | 1 of 3 | 0.0:100 1.0:300
        the lowest of two is off           | 10 01 00 e8 07                                 | 0 of 2 | 1.0:1000
        L3T3, all in one stream            | 07 a8 0a 14 1e 28 32 3c 46 50 5a               | 0 of 1 | 0.0:10,20,30 0.1:40,50,60 0.2:70,80,90
        five layers need two bytes of counts | 33 00 00 01 02 03 04 05 06 07 08             | 0 of 4 | 0.0:1 0.1:2 1.0:3 1.1:4 2.0:5 2.1:6 3.0:7 3.1:8
        """)
    void shouldRead(String what, String hex, String streams, String layers) {
        byte[] bytes = Hex.bytes(hex);
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length + 2).put(2, bytes);
        assertTrue(allocation.parse(buffer, 2, bytes.length), what);
        assertEquals(streams, allocation.streamIndex() + " of " + allocation.streamCount());
        assertEquals(layers == null ? "" : layers, text());
        for (int stream = 0; stream < VideoLayersAllocation.MAX_STREAMS; stream++) {
            assertEquals(text().contains(stream + "."), allocation.isActive(stream), "stream " + stream);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        counts are missing        | 01
        masks are missing         | 20
        second mask is missing    | 20 11
        masks are all empty       | 20 00 00 00
        a rate is missing         | 11 00 64
        a rate does not end       | 01 00 ff
        a rate is too long        | 01 00 ff ff ff ff 01
        a size is cut short       | 01 00 64 0140 00b4
        more than the sizes       | 01 00 64 0140 00b4 1e 00
        sizes of one layer of two | 11 00 64 64 0140 00b4 1e
        """)
    void shouldRefuse(String what, String hex) {
        byte[] bytes = Hex.bytes(hex);
        assertFalse(allocation.parse(ByteBuffer.wrap(bytes), 0, bytes.length), what);
    }

    @Test
    void shouldRefuseAnEmptyElement() {
        assertFalse(allocation.parse(ByteBuffer.allocate(0), 0, 0));
    }

    @Test
    void shouldKeepNothingOfTheOneBefore() {
        byte[] bytes = Hex.bytes("07 a8 0a 14 1e 28 32 3c 46 50 5a");
        assertTrue(allocation.parse(ByteBuffer.wrap(bytes), 0, bytes.length));
        assertTrue(allocation.parse(ByteBuffer.wrap(new byte[1]), 0, 1));
        assertEquals("", text());
        assertEquals(0, allocation.bitrateBps(0, 2, 2));
    }

    private String text() {
        List<String> all = new ArrayList<>();
        for (int stream = 0; stream < VideoLayersAllocation.MAX_STREAMS; stream++) {
            for (int spatial = 0; spatial < VideoLayersAllocation.MAX_SPATIAL_LAYERS; spatial++) {
                List<String> rates = new ArrayList<>();
                for (int i = 0; i < allocation.temporalLayers(stream, spatial); i++) {
                    rates.add(Long.toString(allocation.bitrateBps(stream, spatial, i) / 1000));
                }
                assertEquals(allocation.isActive(stream, spatial), !rates.isEmpty());
                if (!rates.isEmpty()) {
                    int width = allocation.width(stream, spatial);
                    String size = width == 0 ? "" : "@" + width + "x" + allocation.height(stream, spatial);
                    all.add(stream + "." + spatial + ":" + String.join(",", rates) + size);
                }
            }
        }
        return String.join(" ", all);
    }
}
