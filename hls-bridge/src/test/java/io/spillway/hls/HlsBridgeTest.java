package io.spillway.hls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.stream.HlsSettings;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.media.live.Track;
import io.spillway.media.time.PublisherClock;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What names can ask of the bridge (X14, X15): each is answered at once, and of those that name nothing nothing is kept. */
class HlsBridgeTest {

    private static final StreamName LIVE = new StreamName("live");

    private final HlsBridge bridge = new HlsBridge(
            new HlsSettings(200, 1_000, 30_000, 64 << 20),
            System::nanoTime,
            0,
            () -> new Transcoding(Optional.empty(), Optional.empty(), Optional.empty()),
            new SecureRandom());

    @AfterEach
    void close() {
        bridge.close();
    }

    private static Publication publication() {
        return new Publication(
                List.of(new Track(List.of(new TestLayer("h", 0, new PublisherClock()).layer))), Instant.EPOCH, "");
    }

    private HlsReply ask(String stream, String file, String query) {
        List<HlsReply> replies = new ArrayList<>();
        bridge.request(stream, file, query.isEmpty() ? null : query, replies::add);
        return only(file, replies);
    }

    private HlsReply askDash(String stream, String file) {
        List<HlsReply> replies = new ArrayList<>();
        bridge.requestDash(stream, file, null, replies::add);
        return only(file, replies);
    }

    private static HlsReply only(String file, List<HlsReply> replies) {
        assertEquals(1, replies.size(), () -> "not at once: " + file);
        HlsReply reply = replies.getFirst();
        if (reply.status() >= 400) {
            assertEquals("application/problem+json", reply.contentType());
            assertTrue(text(reply).matches("\\{\"type\":\"urn:spillway:problem:[a-z-]+\".*"), () -> text(reply));
        }
        return reply;
    }

    private static String text(HlsReply reply) {
        return new String(reply.body().getFirst(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldKeepNothingOfStreamsThatNobodyPublishes() {
        for (int i = 0; i < 10_000; i++) {
            assertEquals(404, ask("s" + i, "index.m3u8", "").status());
            assertEquals(404, ask("s" + i, "v0.m3u8", "_HLS_msn=1&_HLS_part=0").status());
            assertEquals(404, ask("s" + i, "thumbnail.jpg", "").status());
            assertEquals(404, askDash("s" + i, "manifest.mpd").status());
        }
        assertEquals(0, bridge.packaged());
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        ".",
        "..",
        "a.b",
        "a%2fb",
        "a\\b",
        "ä",
        "-%00",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    })
    void shouldRefuseWhatIsNoNameOfAStream(String stream) {
        assertEquals(400, ask(stream, "index.m3u8", "").status());
        assertEquals(400, askDash(stream, "manifest.mpd").status());
        assertEquals(0, bridge.packaged());
    }

    /** Nothing is looked for on a disk, and what is no file's name does not stand in the answer. */
    @ParameterizedTest
    @CsvSource({
        "''",
        "..",
        "..%2f..%2fetc%2fpasswd",
        "v0.m3u8%00",
        "v0.m3u8;x",
        "\\v0.m3u8",
        "C:",
        "v0-1.m4s?x",
        "<b>.m4s",
        "V0.M3U8",
        "v12345.m3u8",
        "index.m3u8.",
        "init.mp4"
    })
    void shouldKnowNoOtherFilesThanItMade(String file) {
        bridge.onPublished(LIVE, publication(), Runnable::run);
        HlsReply reply = ask("live", file, "");
        assertEquals(404, reply.status());
        String said = text(reply);
        assertTrue(said.indexOf('<') < 0 && said.indexOf('%') < 0 && !said.contains(".."), said);
        assertEquals(0, bridge.packaged(), "only playlists begin the packaging");
    }

    @ParameterizedTest
    @CsvSource({"manifest-.mpd", "manifest-x.mpd", "manifest--1.mpd", "manifest-1234567890123456.mpd", "Manifest.mpd"})
    void shouldKnowNoOtherManifests(String file) {
        bridge.onPublished(LIVE, publication(), Runnable::run);
        assertEquals(404, askDash("live", file).status());
        assertEquals(0, bridge.packaged());
    }

    @Test
    void shouldRefuseNamesThatAreTooLong() {
        bridge.onPublished(LIVE, publication(), Runnable::run);
        assertEquals(404, ask("live", "v".repeat(129), "").status());
        assertEquals(
                400,
                ask("live", "index.m3u8", "t=" + "x".repeat(Carried.MAX_CHARS)).status());
        assertEquals(400, ask("live", "v0.m3u8", "_HLS_msn=9007199254740993").status());
    }
}
