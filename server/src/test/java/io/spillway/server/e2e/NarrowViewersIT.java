package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.client.Chromium;
import io.spillway.testkit.client.DistantViewer;
import io.spillway.testkit.client.Tab;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R38, R39: one Chromium publishes three sizes; three others, each behind a line of its own, get what their lines carry. */
final class NarrowViewersIT {

    /** Of the picture, and kbit/s of the line: each carries its size with sound, but not the next. */
    private static final List<Integer> WIDTHS = List.of(640, 320, 160);

    private static final List<Integer> LINES = List.of(5_000, 600, 250);

    /** Chromium sends two sizes of so small a picture otherwise, and a larger one would keep a small machine busy. */
    private static final String ALL_THREE = "--force-fieldtrials=WebRTC-LegacySimulcastLayerLimit/Disabled/";

    private static final List<DistantViewer> viewers = new ArrayList<>();
    private static Scene scene;
    private static Chromium publishing;

    @BeforeAll
    static void open() {
        scene = Scene.open();
        publishing = Chromium.launch(ALL_THREE);
        for (int line : LINES) {
            DistantViewer viewer = DistantViewer.open();
            viewers.add(viewer);
            viewer.narrow(line);
        }
    }

    @AfterAll
    static void close() {
        viewers.forEach(DistantViewer::close);
        publishing.close();
        scene.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"VP8", "H264"})
    void shouldGiveEachViewerTheLayerOfItsLine(String codec) {
        String stream = "lines-" + codec;
        try (Tab publisher = publish(stream, codec);
                Watching wide = watch(0, stream);
                Watching middle = watch(1, stream);
                Watching narrow = watch(2, stream)) {
            List<Watching> all = List.of(wide, middle, narrow);
            for (int i = 0; i < all.size(); i++) {
                awaitWidth(all.get(i), WIDTHS.get(i));
            }
            viewers.get(0).narrow(LINES.get(1));
            awaitWidth(wide, WIDTHS.get(1));
            viewers.get(0).narrow(LINES.get(0));
            awaitWidth(wide, WIDTHS.get(0));
            for (int i = 0; i < all.size(); i++) {
                Watching viewer = all.get(i);
                awaitWidth(viewer, WIDTHS.get(i));
                viewer.awaitFramesBeyond(viewer.framesDecoded() + 45);
                assertEquals(1.0, viewer.connections(), "the same session goes on");
                assertEquals(codec, viewer.videoCodec());
                assertEquals(List.of(), viewer.tab().complaints());
            }
            assertEquals("live", publisher.text("__spillway.state"));
        }
    }

    /** Returns when all three sizes are on their way. */
    private static Tab publish(String stream, String codec) {
        Tab tab = publishing.newPage();
        tab.open(scene.server().url("/publish/" + stream + "?size=360&layers=simulcast&bitrate=1600&codec=" + codec));
        tab.page().click("#start");
        tab.waitFor("__spillway.stats?.video?.layers.filter(({ width }) => width > 0).length === 3", Scene.PATIENCE_MS);
        return tab;
    }

    private static Watching watch(int viewer, String stream) {
        return new Watching(viewers.get(viewer).open(scene.server(), "/watch/" + stream));
    }

    private static void awaitWidth(Watching viewer, int width) {
        viewer.tab().waitFor("document.getElementById('video').videoWidth === " + width, 2 * Scene.PATIENCE_MS);
    }
}
