package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Route;
import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.OtherVersions;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams are watched by HLS in renditions that the server makes. */
final class LadderIT {

    private static Scene scene;

    @BeforeAll
    static void open() {
        scene = Scene.open();
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    private static void assertPlaysOn(Tab tab, double seconds) {
        double before = tab.number("document.getElementById('video').currentTime");
        tab.waitFor("document.getElementById('video').currentTime > " + (before + seconds), Scene.PATIENCE_MS);
        assertEquals("LL-HLS", tab.text("__spillway.via"));
    }

    /** HLS does not carry VP8 as it is. */
    @Test
    void shouldPlayWhatChromiumSendsAsVp8ByHlsJs() {
        try (Tab publisher = scene.publish("eight", "codec=VP8");
                Watching viewer = scene.watch("eight", "via=hls")) {
            viewer.awaitLive();
            assertPlaysOn(viewer.tab(), 8);
            assertEquals(640, viewer.tab().number("document.getElementById('video').videoWidth"));
            String index = scene.get("/hls/eight/index.m3u8");
            assertTrue(index.contains("CODECS=\"avc1.64"), index);
            assertTrue(index.contains("v360.m3u8"), index);
            assertTrue(scene.get("/hls/eight/v360.m3u8").lines().noneMatch(line -> line.contains("GAP")), index);
            String status = scene.status("eight");
            assertTrue(status.contains("\"name\":\"v360\",\"width\":640,\"height\":360,\"state\":\"running\""), status);
            assertEquals("live", publisher.text("__spillway.state"));
            viewer.tab().screenshot("e2e-hls-vp8");
        }
    }

    /** Of several layers of VP8, which HLS carries as little, the largest that is sent is transcoded. */
    @Test
    void shouldPlayWhatChromiumSendsAsVp8InThreeSizes() {
        try (Tab publisher = scene.publish("sizes", "codec=VP8&layers=simulcast&size=720&bitrate=2500")) {
            scene.awaitStatus("sizes", "\"rid\":\"m\",\"active\":true", publisher);
            try (Watching viewer = scene.watch("sizes", "via=hls")) {
                viewer.awaitLive();
                assertPlaysOn(viewer.tab(), 6);
                assertTrue(viewer.tab().number("document.getElementById('video').videoWidth") >= 320);
                String status = scene.status("sizes");
                assertTrue(status.contains("\"state\":\"running\""), status);
            }
        }
    }

    /** One layer of H.264: played as it is, and in what is made of it. */
    @Test
    void shouldOfferLowerRenditionsOfOneLayerAndPlayEach() {
        try (FfmpegWhip ffmpeg = FfmpegWhip.start(
                scene.server().url("/whip/one"), new Source(960, 540, 10, 10, 800_000, "", List.of()))) {
            ffmpeg.awaitSending(Scene.PATIENCE_MS);
            String index = awaitIndex("one", List.of("v0", "v480", "v360"));
            assertTrue(index.contains("RESOLUTION=854x480") && index.contains("RESOLUTION=640x360"), index);
            for (String only : List.of("v480", "v360", "v0")) {
                try (Tab tab = scene.viewerTab()) {
                    // The player sees this one alone.
                    tab.page()
                            .route(
                                    "**/index.m3u8",
                                    route -> route.fulfill(new Route.FulfillOptions()
                                            .setContentType("application/vnd.apple.mpegurl")
                                            .setBody(only(index, only))));
                    tab.open(scene.server().url("/watch/one?via=hls"));
                    tab.waitFor("__spillway.state === 'live'", Scene.PATIENCE_MS);
                    assertPlaysOn(tab, 4);
                    double expected =
                            Map.of("v0", 960, "v480", 854, "v360", 640).get(only);
                    assertEquals(expected, tab.number("document.getElementById('video').videoWidth"), only);
                }
            }
        }
    }

    /** What a person chooses in the page's menu plays, and goes on playing; left alone, hls.js chooses again. */
    @Test
    void shouldPlayTheRenditionThatIsChosen() {
        try (FfmpegWhip ffmpeg = FfmpegWhip.start(
                scene.server().url("/whip/menu"), new Source(960, 540, 10, 10, 800_000, "", List.of()))) {
            ffmpeg.awaitSending(Scene.PATIENCE_MS);
            awaitIndex("menu", List.of("v0", "v480", "v360"));
            try (Watching viewer = scene.watch("menu", "via=hls")) {
                viewer.awaitLive();
                Tab tab = viewer.tab();
                tab.waitFor("document.querySelectorAll('#quality option').length === 4", Scene.PATIENCE_MS);
                for (int height : List.of(360, 540, 480, 360)) {
                    viewer.choose(tab.text(
                            "[...document.querySelectorAll('#quality option')].find(({ text }) => text.startsWith('"
                                    + height + "p')).value"));
                    tab.waitFor("document.getElementById('video').videoHeight === " + height, Scene.PATIENCE_MS);
                    // For longer than hls.js keeps anything by its own choice, which would be another one soon.
                    assertPlaysOn(tab, 5);
                    assertEquals(height, tab.number("document.getElementById('video').videoHeight"));
                    assertEquals(height, tab.number("__spillway.hls().height"));
                    assertEquals("false", tab.text("String(__spillway.hls().auto)"));
                }
                viewer.choose("auto");
                tab.waitFor("__spillway.hls().auto", Scene.PATIENCE_MS);
                assertPlaysOn(tab, 3);
                assertEquals(1, tab.number("document.querySelectorAll('#quality option:checked').length"));
            }
        }
    }

    /** The next publisher sends what HLS carries as it is: players of what was made before go on with that, with low latency, and the other way round. */
    @Test
    void shouldGoOnWhenAPublisherReturnsWithAnotherCodec() {
        try (Tab first = scene.publish("other", "codec=VP8");
                Watching viewer = scene.watch("other", "via=hls")) {
            viewer.awaitLive();
            assertPlaysOn(viewer.tab(), 3);
            first.page().click("#stop");
            first.waitFor("__spillway.state !== 'live'", Scene.PATIENCE_MS);
            try (Tab second = scene.publish("other", "codec=H264")) {
                awaitRenditions("other", List.of("v0"));
                awaitPlaying(viewer.tab(), "v0");
                assertPlaysOn(viewer.tab(), 6);
                assertTrue(scene.get("/hls/other/v360.m3u8").contains("rendition-silent"));
                second.page().click("#stop");
                second.waitFor("__spillway.state !== 'live'", Scene.PATIENCE_MS);
            }
            try (Tab third = scene.publish("other", "codec=VP8")) {
                awaitRenditions("other", List.of("v360"));
                awaitPlaying(viewer.tab(), "v360");
                assertPlaysOn(viewer.tab(), 6);
                assertEquals("live", third.text("__spillway.state"));
            }
        }
    }

    /** Waits until a stream has these renditions of its picture, and no other. */
    private static void awaitRenditions(String stream, List<String> renditions) {
        List<String> wanted = renditions.stream().map(each -> each + ".m3u8").toList();
        String index = "";
        try (Tab pump = scene.viewerTab()) {
            for (int i = 0; i < Scene.PATIENCE_MS / 250; i++) {
                index = scene.get("/hls/" + stream + "/index.m3u8");
                if (index.lines()
                        .filter(line -> line.startsWith("v"))
                        .distinct()
                        .toList()
                        .equals(wanted)) {
                    return;
                }
                pump.watchFor(250);
            }
        }
        throw new AssertionError(index + scene.status(stream));
    }

    /** Waits until a page has fetched parts of a rendition for a while. */
    private static void awaitPlaying(Tab tab, String rendition) {
        // Unless told otherwise, the browser keeps the first 250 only, which is a quarter of a minute.
        tab.eval("() => { performance.setResourceTimingBufferSize(10000); performance.clearResourceTimings(); }");
        tab.waitFor(
                "performance.getEntriesByType('resource').slice(-60).filter(({ name }) => name.includes('/" + rendition
                        + "-')).length > 3",
                Scene.PATIENCE_MS);
    }

    /** Its thread gets next to no CPU: who watches a rendition that is not made any more is led to another, and the best comes back. */
    @Test
    void shouldLeadPlayersAwayFromARenditionThatThereIsNoTimeFor() throws IOException {
        // The source is worse than what is made of it, by what they say of themselves: players climb to the latter.
        try (FfmpegWhip ffmpeg = FfmpegWhip.start(
                        scene.server().url("/whip/short"), new Source(960, 540, 30, 30, 300_000, "", List.of()));
                Tab tab = scene.viewerTab()) {
            ffmpeg.awaitSending(Scene.PATIENCE_MS);
            awaitIndex("short", List.of("v0", "v480", "v360"));
            tab.open(scene.server().url("/watch/short?via=hls"));
            tab.waitFor("__spillway.state === 'live'", Scene.PATIENCE_MS);
            tab.waitFor("document.getElementById('video').videoWidth === 854", Scene.PATIENCE_MS);
            try (BusyCore busy = BusyCore.with(scene.server().processId(), "ladder-short")) {
                scene.awaitStatus("short", "\"name\":\"v480\",\"width\":854,\"height\":480,\"state\":\"shed\"", tab);
                String refusal = scene.get("/hls/short/v480.m3u8");
                assertTrue(refusal.contains(":rendition-shed\"") && refusal.contains("index.m3u8"), refusal);
                assertTrue(busy.isBusy());
                tab.waitFor("document.getElementById('video').videoWidth !== 854", Scene.PATIENCE_MS);
                assertPlaysOn(tab, 6);
            }
            scene.awaitStatus("short", "\"name\":\"v480\",\"width\":854,\"height\":480,\"state\":\"running\"", tab);
            assertPlaysOn(tab, 3);
        }
    }

    /** A machine that runs a whole build beside the test may shed a rendition for a while. */
    private static String awaitIndex(String stream, List<String> renditions) {
        String index = "";
        try (Tab pump = scene.viewerTab()) {
            for (int i = 0; i < 2 * Scene.PATIENCE_MS / 250; i++) {
                index = scene.get("/hls/" + stream + "/index.m3u8");
                if (renditions.stream().map(each -> "\n" + each + ".m3u8\n").allMatch(index::contains)) {
                    return index;
                }
                pump.watchFor(250);
            }
        }
        throw new AssertionError(index + scene.status(stream));
    }

    /** Without OpenH264, or with one of a version that it does not know, the server starts, gives what it is sent, and says what is missing. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldPassThroughAndSaySoWithoutItsLibrary(boolean there, @TempDir Path folder) throws IOException {
        String file = there ? otherOpenH264(folder).toString() : "/nowhere/libopenh264.so";
        try (Scene poor = Scene.open(Map.of("JAVA_TOOL_OPTIONS", "-Dspillway.openh264=" + file));
                FfmpegWhip ffmpeg = FfmpegWhip.start(poor.server().url("/whip/one"), Source.small(30))) {
            ffmpeg.awaitSending(Scene.PATIENCE_MS);
            String index = poor.get("/hls/one/index.m3u8");
            assertEquals(
                    List.of("v0.m3u8"),
                    index.lines()
                            .filter(line -> line.startsWith("v"))
                            .distinct()
                            .toList());
            String status = poor.status("one");
            String said = there
                    ? "\"problem\":\"OpenH264isthereinversion2." + OtherVersions.MINOR
                    : "\"problem\":\"OpenH264cannotbeusedonthissystem";
            assertTrue(status.contains(said), status);
            assertTrue(poor.server().log().contains(file), () -> poor.server().log());
        }
    }

    private static Path otherOpenH264(Path folder) throws IOException {
        // What renditions are made by was found when it was asked for.
        String found = "lower renditions of HLS and DASH are made by OpenH264";
        try (Tab pump = scene.viewerTab()) {
            for (int i = 0; i < Scene.PATIENCE_MS / 250 && !scene.server().log().contains(found); i++) {
                pump.watchFor(250);
            }
        }
        assertTrue(scene.server().log().contains(found), () -> scene.server().log());
        return OtherVersions.openH264(scene.server().processId(), folder);
    }

    /** FFmpeg's libraries. */
    enum Libraries {
        OF_ANOTHER_SYSTEM,
        NOT_THERE,
        OF_ANOTHER_VERSION
    }

    /** FFmpeg's libraries are of another system or version, or not there at all: the server starts, gives pictures and Opus as they are sent, and says what is missing. */
    @ParameterizedTest
    @EnumSource
    void shouldPassThroughAndSaySoWithoutFfmpegsLibraries(Libraries libraries, @TempDir Path folder)
            throws IOException {
        Path jar = libraries == Libraries.OF_ANOTHER_SYSTEM ? Scene.JAR : withoutFfmpeg(folder);
        if (libraries == Libraries.OF_ANOTHER_VERSION) {
            addOtherFfmpeg(folder.resolve("lib"));
        }
        String options = libraries == Libraries.OF_ANOTHER_SYSTEM
                ? "-Dorg.bytedeco.javacpp.platform=linux-other"
                // What others have unpacked stays out of it.
                : "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("unpacked");
        try (Scene poor = Scene.open(jar, Map.of("JAVA_TOOL_OPTIONS", options));
                FfmpegWhip ffmpeg = FfmpegWhip.start(poor.server().url("/whip/one"), Source.small(30))) {
            ffmpeg.awaitSending(Scene.PATIENCE_MS);
            String index = poor.get("/hls/one/index.m3u8");
            assertEquals(
                    List.of("v0.m3u8", "a1.m3u8"),
                    index.lines()
                            .filter(line -> line.endsWith(".m3u8"))
                            .distinct()
                            .toList(),
                    index);
            assertTrue(poor.get("/hls/one/v0.m3u8").contains("#EXTINF"));
            String status = poor.status("one");
            assertTrue(status.contains("\"problem\":\"FFmpeg'slibrariescannotbeusedonthissystem"), status);
            String thumbnail = poor.get("/hls/one/thumbnail.jpg");
            assertTrue(thumbnail.contains("\"status\""), thumbnail);
            String log = poor.server().log();
            assertTrue(log.contains("HLS carries Opus as it is") && log.contains("streams have no thumbnails"), log);
            if (libraries == Libraries.OF_ANOTHER_VERSION) {
                // By its name somebody finds the one that is wanted.
                assertTrue(status.contains("libavutil.so."), status);
                assertTrue(log.contains("libavutil.so."), log);
            }
        }
    }

    private static void addOtherFfmpeg(Path lib) throws IOException {
        try (Stream<Path> all = Files.list(Scene.JAR.resolveSibling("lib").toAbsolutePath())) {
            for (Path each : all.toList()) {
                String name = each.getFileName().toString();
                if (name.matches("ffmpeg-.*-linux-.*")) {
                    OtherVersions.ffmpeg(each, lib.resolve(name));
                } else if (name.startsWith("ffmpeg-") || name.startsWith("javacpp-")) {
                    Files.createSymbolicLink(lib.resolve(name), each);
                }
            }
        }
    }

    /** The server beside all its libraries but these. */
    private static Path withoutFfmpeg(Path folder) throws IOException {
        Path lib = Files.createDirectory(folder.resolve("lib"));
        try (Stream<Path> all = Files.list(Scene.JAR.resolveSibling("lib").toAbsolutePath())) {
            for (Path each : all.toList()) {
                String name = each.getFileName().toString();
                if (!name.startsWith("ffmpeg-") && !name.startsWith("javacpp-")) {
                    Files.createSymbolicLink(lib.resolve(name), each);
                }
            }
        }
        return Files.copy(Scene.JAR, folder.resolve("spillway.jar"));
    }

    private static String only(String index, String name) {
        StringBuilder out = new StringBuilder();
        List<String> lines = index.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("#EXT-X-STREAM-INF")
                    && !lines.get(i + 1).equals(name + ".m3u8")) {
                i++;
            } else {
                out.append(lines.get(i)).append('\n');
            }
        }
        return out.toString();
    }
}
