package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.spillway.media.live.Layer;
import io.spillway.media.live.LayerOption;
import io.spillway.media.live.LayerSelection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options as {@code layer.spatial.temporal}, the least first. */
final class WithheldLayersTest {

    private final List<Layer> layers = List.of(layer(1), layer(2), layer(3));

    private static Layer layer(int ssrc) {
        return TestPublisher.vp8(ssrc, "r" + ssrc, 320, 180).video;
    }

    @ParameterizedTest
    @CsvSource({
        // simulcast: a picture is an encoding
        "0, 0.0.0 1.0.0 2.0.0, 0.0.0 1.0.0 2.0.0",
        "1, 0.0.0 1.0.0 2.0.0, 0.0.0 1.0.0",
        "2, 0.0.0 1.0.0 2.0.0, 0.0.0",
        "2147483647, 0.0.0 1.0.0 2.0.0, 0.0.0",
        // with temporal layers within
        "1, 0.0.0 0.0.1 1.0.0 1.0.1, 0.0.0 0.0.1",
        // spatial layers of one encoding
        "1, 0.0.0 0.0.2 0.1.0 0.1.2 0.2.0 0.2.2, 0.0.0 0.0.2 0.1.0 0.1.2",
        "5, 0.0.0 0.0.2 0.1.0 0.1.2, 0.0.0 0.0.2",
        // temporal layers only
        "1, 0.0.0 0.0.1 0.0.2, 0.0.0 0.0.1",
        "9, 0.0.0 0.0.1 0.0.2, 0.0.0",
        // nothing to choose from
        "9, 0.0.0, 0.0.0",
    })
    void shouldLeaveOutTheLargestPicturesFirst(int withheld, String options, String left) {
        WithheldLayers layersLeft = new WithheldLayers();
        layersLeft.withhold(withheld);
        List<LayerOption> all = options(options);
        assertEquals(options(left), layersLeft.of(all));
        layersLeft.withhold(0);
        assertSame(all, layersLeft.of(all));
    }

    private List<LayerOption> options(String text) {
        List<LayerOption> options = new ArrayList<>();
        for (String option : text.split(" ", -1)) {
            int layer = option.charAt(0) - '0';
            int spatial = option.charAt(2) - '0';
            int temporal = option.charAt(4) - '0';
            options.add(new LayerOption(
                    new LayerSelection(layers.get(layer), spatial, temporal), spatial, temporal, 0, 0, 0, 0));
        }
        return options;
    }
}
