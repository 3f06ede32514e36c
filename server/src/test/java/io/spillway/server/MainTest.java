package io.spillway.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.server.config.ConfigReader;
import io.spillway.server.json.YamlFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person meets at the command line. */
class MainTest {

    private static final long PATIENCE_MS = 10_000;

    @TempDir
    Path dir;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void shouldNameKeyValueAndMendWhenTheHttpPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertEquals(2, run(Map.of("SPILLWAY_HTTP_PORT", port, "SPILLWAY_HTTP_BIND", "127.0.0.1")));
            assertOneLine(
                    "http.port is \"" + port + "\"", "cannot be bound", "SPILLWAY_HTTP_PORT", "0 takes a free one");
        }
    }

    @Test
    void shouldLeaveNothingRunningWhenItCannotStart() throws Exception {
        Set<Thread> before = Set.copyOf(running());
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertEquals(2, run(Map.of("SPILLWAY_HTTP_PORT", port, "SPILLWAY_HTTP_BIND", "127.0.0.1")));
        }
        for (Thread ours : running()) {
            if (!before.contains(ours)) {
                ours.join(PATIENCE_MS);
                assertFalse(ours.isAlive(), ours.toString());
            }
        }
    }

    /** Threads of the media loops and of the recorder. */
    private static List<Thread> running() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("media-.*|recorder|recordings|mux|clips"))
                .toList();
    }

    @Test
    void shouldNameKeyValueAndMendWhenTheMediaPortIsTaken() throws IOException {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertEquals(2, run(Map.of("SPILLWAY_MEDIA_PORT", port, "SPILLWAY_MEDIA_BIND", "127.0.0.1")));
            assertOneLine("media.port is \"" + port + "\"", "cannot be bound", "SPILLWAY_MEDIA_PORT");
        }
    }

    @Test
    void shouldNameTheFolderWhenItCannotBeWritten() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "not a folder");
        assertEquals(2, run(Map.of("SPILLWAY_DATA_DIR", file.resolve("data").toString())));
        assertOneLine("data.dir is \"" + file.resolve("data"), "SPILLWAY_DATA_DIR");
    }

    @Test
    void shouldNameFileAndLineWhenTheYamlIsBad() throws IOException {
        Path file = Files.writeString(dir.resolve("bad.yaml"), "http:\n  port: 8080\n bad: 1\n");
        assertEquals(2, run(Map.of(), "--config", file.toString()));
        assertOneLine("bad.yaml line 3");
    }

    @Test
    void shouldNameWhatThereIsWhenTheCommandIsUnknown() {
        assertEquals(2, run(Map.of(), "strat"));
        assertOneLine("there is no command \"strat\"", "check, mux, turn-config, rehearse, version, help");
        assertEquals(2, run(Map.of(), "--config"));
    }

    @Test
    void shouldHelpAndTellItsVersion() {
        assertEquals(0, run(Map.of(), "help"));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("turn-config"));
        assertEquals(0, run(Map.of(), "--version"));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("spillway "));
    }

    @Test
    void shouldStartAndEndByItselfWhenItRehearsesWhateverTheConfigurationSays() throws IOException {
        assertEquals(0, run(Map.of("SPILLWAY_HTTP_PORT", "none"), "rehearse"));
        assertTrue(
                out.toString(StandardCharsets.UTF_8).contains("is ready at http://localhost:"),
                out.toString(StandardCharsets.UTF_8));
        assertFalse(Files.exists(dir.resolve("data")), "the data folder of the configuration is not touched");
    }

    @Test
    void shouldSayWhichRecordingCannotBeMuxedAndWhy() throws IOException {
        assertEquals(2, run(Map.of(), "mux"));
        assertOneLine("mux needs a recording");
        assertEquals(2, run(Map.of(), "mux", "live-20261127T093000Z"));
        assertOneLine(
                "there is no journal of \"live-20261127T093000Z\"",
                dir.resolve("data").resolve("recordings").toString());
        Path recording = Files.createDirectories(dir.resolve("data/recordings/live-20261127T093000Z"));
        Files.createDirectory(recording.resolve("journal"));
        assertEquals(1, run(Map.of(), "mux", "live-20261127T093000Z"));
        assertOneLine("holds no keyframe and no sound");
        Files.createDirectory(recording.resolve("video.mp4.999999999999.part"));
        assertEquals(1, run(Map.of(), "mux", "live-20261127T093000Z"));
        try (var left = Files.list(recording)) {
            assertEquals(
                    List.of(recording.resolve("journal")),
                    left.toList(),
                    "nothing is left behind, nor what one left that was killed");
        }
        for (Path nowhere : List.of(dir, dir.resolve("none/movie.mp4"))) {
            assertEquals(2, run(Map.of(), "mux", "live-20261127T093000Z", nowhere.toString()));
            assertOneLine("no movie can be written to \"" + nowhere + "\"", "name a file");
        }
        Files.delete(recording.resolve("journal"));
        Files.writeString(recording.resolve("recording.json"), "{}");
        assertEquals(2, run(Map.of(), "mux", "live-20261127T093000Z"));
        assertOneLine("any more: it went when its movie was found good", "video.mp4", "record.keep-journals");
    }

    @Test
    void shouldCheckPortsAndAddresses() throws IOException {
        assertEquals(0, run(Map.of("SPILLWAY_MEDIA_ADDRESSES", "127.0.0.1"), "check"));
        String good = out.toString(StandardCharsets.UTF_8);
        assertTrue(good.contains("ok      candidate: 127.0.0.1 leads to this machine"), good);
        assertTrue(good.contains("ok      hls.ladder: OpenH264 2."), good);
        try (DatagramSocket taken = new DatagramSocket(0)) {
            assertEquals(1, run(Map.of("SPILLWAY_MEDIA_PORT", Integer.toString(taken.getLocalPort())), "check"));
        }
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("FAILED  media.port"));
    }

    /** What makes renditions is missing: said, and no reason to fail. */
    @Test
    void shouldSayInACheckWhichLibraryIsMissingAndHowToGetIt() {
        System.setProperty("spillway.openh264", "/nowhere/libopenh264.so");
        try {
            assertEquals(0, run(Map.of(), "check"));
        } finally {
            System.clearProperty("spillway.openh264");
        }
        String said = out.toString(StandardCharsets.UTF_8);
        assertTrue(said.contains("note    hls.ladder: OpenH264 cannot be used on this system"), said);
        assertTrue(said.contains("/nowhere/libopenh264.so") && said.contains("install libopenh264-8"), said);
    }

    @Test
    void shouldWriteATurnConfigurationOrSayWhatItNeeds() {
        assertEquals(2, run(Map.of(), "turn-config"));
        assertOneLine("ice.servers has no entry with a secret");
    }

    @Test
    void shouldWriteATurnConfigurationForTheServerItKnows() throws IOException {
        Path file = Files.writeString(
                dir.resolve("spillway.yaml"),
                "ice:\n  servers:\n    - urls: [\"turn:turn.example:3478?transport=udp\"]\n      secret: a-shared-secret\n");
        assertEquals(0, run(Map.of(), "turn-config", "--config", file.toString()));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("static-auth-secret=a-shared-secret"));
    }

    @Test
    void shouldTakeOverLiveKeysWhenTheFileChangesAndKeepTheOldOnesWhenItIsBad() throws Exception {
        Path file = dir.resolve("spillway.yaml");
        Files.writeString(file, "media:\n  addresses: [192.0.2.1]\n  interfaces: false\n");
        LiveSettings live = new LiveSettings(ConfigReader.read(YamlFile.read(file), Map.of()));
        ConfigWatch watch = new ConfigWatch(file, Map.of(), live);
        assertEquals(List.of(InetAddress.ofLiteral("192.0.2.1")), live.addresses());

        change(file, "media:\n  addresses: [192.0.2.2]\n  interfaces: false\n", 1);
        watch.look();
        assertEquals(List.of(InetAddress.ofLiteral("192.0.2.2")), live.addresses());
        change(file, "media:\n  adresses: [192.0.2.3]\n", 2);
        watch.look();
        assertEquals(List.of(InetAddress.ofLiteral("192.0.2.2")), live.addresses());
    }

    private static void change(Path file, String text, int later) throws IOException {
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_800_000_000_000L + later));
    }

    private int run(Map<String, String> environment, String... arguments) {
        out.reset();
        err.reset();
        Map<String, String> all = new HashMap<>(Map.of(
                "SPILLWAY_HTTP_PORT", "0",
                "SPILLWAY_MEDIA_PORT", "0",
                "SPILLWAY_DATA_DIR", dir.resolve("data").toString()));
        all.putAll(environment);
        return new Main(
                        all,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(List.of(arguments));
    }

    private void assertOneLine(String... parts) {
        String said = err.toString(StandardCharsets.UTF_8);
        assertEquals(
                1, said.lines().filter(line -> line.startsWith("spillway: ")).count(), said);
        for (String part : parts) {
            assertTrue(said.contains(part), said);
        }
    }
}
