package io.spillway.hls.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.playlist.MediaPlaylist;
import io.spillway.testkit.PlaylistRules;
import io.spillway.testkit.PlaylistRules.ASegment;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Streams whose samples are encrypted, in virtual time: what playlists and init segments say of keys. That FFmpeg decrypts them is EncryptedSamplesTest's. */
class SampleEncryptionTest {

    private static final long SECOND = 1_000_000_000L;
    private static final HlsSettings SETTINGS =
            new HlsSettings(200, 1000, 30_000, 64 << 20, EncryptionMethod.CBCS, 10_000);
    private static final List<String> NAMES = List.of("v0", "v1", "a0", "a1");

    private final Shelf shelf = new Shelf();
    private final StreamPackager packager = new StreamPackager(SETTINGS, shelf, "r1", 1000, 0, new SecureRandom());
    private final TestStream stream = new TestStream(packager, 2);
    private final Map<String, PlaylistRules> before = new HashMap<>();

    private PlaylistRules playlist(String name) {
        List<Rendition> all = packager.renditions();
        Rendition rendition = all.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        PlaylistRules now = PlaylistRules.check(MediaPlaylist.write(rendition, all, SETTINGS, false, ""));
        PlaylistRules last = before.put(name, now);
        if (last != null) {
            now.checkAfter(last);
            now.checkDelta(MediaPlaylist.write(rendition, all, SETTINGS, true, ""), last);
        }
        return now;
    }

    private void run(int seconds) {
        long endNs = stream.nowNs() + seconds * SECOND;
        while (stream.nowNs() < endNs) {
            stream.playUntil(Math.min(endNs, stream.nowNs() + SECOND / 5));
            packager.renditions().forEach(each -> playlist(each.name()));
        }
    }

    private byte[] bytes(String uri) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        shelf.find(uri).orElseThrow(() -> new AssertionError(uri)).chunks().forEach(out::writeBytes);
        return out.toByteArray();
    }

    /** What {@code tenc} says of the key: its name, and the vector. */
    private List<String> said(String init) {
        String text = new String(bytes(init), StandardCharsets.ISO_8859_1);
        int at = text.indexOf("tenc") + 4 + 8;
        byte[] rest = text.substring(at).getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(16, rest[16]);
        return List.of(HexFormat.of().formatHex(rest, 0, 16), HexFormat.of().formatHex(rest, 17, 33));
    }

    @Test
    void shouldNameTheKeyInPlaylistAndInitSegmentAlike() {
        run(40);
        Map<String, String> ids = new TreeMap<>();
        Map<Long, String> keys = new TreeMap<>();
        Set<String> vectors = new LinkedHashSet<>();
        int inits = 0;
        for (String name : NAMES) {
            Set<String> maps = new LinkedHashSet<>();
            for (ASegment segment : playlist(name).segments()) {
                assertEquals("SAMPLE-AES", segment.key().method());
                List<String> said = said(segment.map());
                assertEquals(segment.key().iv(), said.getLast());
                String id = ids.computeIfAbsent(segment.key().uri(), _ -> said.getFirst());
                assertEquals(id, said.getFirst(), "a key has one name");
                String known = keys.computeIfAbsent(
                        segment.sequence(), _ -> segment.key().uri());
                assertEquals(known, segment.key().uri(), "the same in all renditions");
                assertTrue(shelf.findKey(known).isPresent());
                maps.add(segment.map());
                vectors.add(segment.key().iv());
            }
            inits += maps.size();
        }
        assertTrue(ids.size() >= 3, ids::toString);
        assertEquals(ids.size(), Set.copyOf(ids.values()).size());
        assertEquals(inits, vectors.size(), "a vector of its own for each rendition and key");
        for (String key : List.copyOf(ids.keySet()).subList(1, ids.size() - 1)) {
            assertEquals(10, keys.values().stream().filter(key::equals).count(), key);
        }
    }

    @Test
    void shouldHoldEachByteOnce() {
        run(20);
        for (Rendition each : packager.renditions()) {
            for (Segment segment : each.segments()) {
                ByteArrayOutputStream parts = new ByteArrayOutputStream();
                segment.chunks().forEach(parts::writeBytes);
                assertArrayEquals(parts.toByteArray(), bytes(segment.uri()));
            }
        }
        long held = packager.renditions().stream()
                .mapToLong(each ->
                        each.segments().stream().mapToLong(Segment::bytes).sum()
                                + each.open().bytes())
                .sum();
        assertEquals(held, shelf.mediaBytes());
    }

    @Test
    void shouldForgetKeysAndInitSegmentsWithTheirLastSegment() {
        run(20);
        ASegment first = playlist("v0").segments().getFirst();
        run(90);
        assertTrue(shelf.findKey(first.key().uri()).isEmpty());
        assertTrue(shelf.find(first.map()).isEmpty());
        long media = packager.renditions().stream()
                .mapToLong(each -> each.segments().size())
                .sum();
        assertTrue(media > 0 && shelf.mediaBytes() > 0);
    }

    @Test
    void shouldGoOnWithTheKeyInAnotherFormat() {
        run(5);
        stream.restart();
        stream.format = TestStream.OTHER_VIDEO;
        run(3);
        List<ASegment> segments = playlist("v0").segments();
        assertEquals(2, segments.stream().map(ASegment::map).distinct().count());
        for (ASegment segment : segments) {
            assertEquals(segment.key().iv(), said(segment.map()).getLast());
            assertEquals(segments.getFirst().key().uri(), segment.key().uri());
        }
    }
}
