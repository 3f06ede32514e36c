package io.spillway.hls.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.playlist.MediaPlaylist;
import io.spillway.testkit.PlaylistRules;
import io.spillway.testkit.PlaylistRules.ASegment;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Encrypted streams in virtual time, read as a player reads them: by what the playlist says of key and vector. */
class EncryptionTest {

    private static final long SECOND = 1_000_000_000L;
    private static final HlsSettings SETTINGS =
            new HlsSettings(200, 1000, 30_000, 64 << 20, EncryptionMethod.AES_128, 10_000);
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

    private void run(double seconds) {
        long endNs = stream.nowNs() + (long) (seconds * SECOND);
        while (stream.nowNs() < endNs) {
            stream.playUntil(Math.min(endNs, stream.nowNs() + SECOND / 5));
            packager.renditions().forEach(each -> playlist(each.name()));
        }
    }

    private byte[] bytes(String uri) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        shelf.find(uri).orElseThrow().chunks().forEach(out::writeBytes);
        return out.toByteArray();
    }

    private byte[] decrypted(String uri, ASegment segment) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(shelf.findKey(segment.key().uri()).orElseThrow(), "AES"),
                    new IvParameterSpec(HexFormat.of().parseHex(segment.key().iv())));
            return cipher.doFinal(bytes(uri));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(uri, e);
        }
    }

    private static boolean isClear(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains("moof");
    }

    @Test
    void shouldBeReadableByTheKeysThatThePlaylistNames() {
        run(40);
        Set<String> vectors = new HashSet<>();
        for (String name : NAMES) {
            int parts = 0;
            for (ASegment segment : playlist(name).segments()) {
                byte[] whole = decrypted(segment.uri(), segment);
                assertTrue(isClear(whole));
                assertFalse(isClear(bytes(segment.uri())));
                assertTrue(vectors.add(segment.key().iv()), "a vector of its own");
                if (!segment.parts().isEmpty()) {
                    ByteArrayOutputStream together = new ByteArrayOutputStream();
                    segment.parts().forEach(part -> together.writeBytes(decrypted(part.uri(), segment)));
                    assertArrayEquals(together.toByteArray(), whole);
                    parts += segment.parts().size();
                }
            }
            assertTrue(parts > 30, name + " lists " + parts + " parts");
        }
    }

    @Test
    void shouldTakeAnotherKeyInTimeAndTheSameInAllRenditions() {
        run(40);
        Map<Long, String> keys = new TreeMap<>();
        for (String name : NAMES) {
            for (ASegment segment : playlist(name).segments()) {
                String known =
                        keys.putIfAbsent(segment.sequence(), segment.key().uri());
                assertEquals(
                        known == null ? segment.key().uri() : known,
                        segment.key().uri(),
                        name);
            }
        }
        // Keys of ten segments each, in order; no two are the same.
        List<String> used = List.copyOf(new LinkedHashSet<>(keys.values()));
        assertTrue(used.size() >= 3, used::toString);
        for (String key : used.subList(1, used.size() - 1)) {
            assertEquals(10, keys.values().stream().filter(key::equals).count(), key);
        }
        assertEquals(
                used.size(),
                used.stream()
                        .map(key -> HexFormat.of().formatHex(shelf.findKey(key).orElseThrow()))
                        .distinct()
                        .count());
    }

    @Test
    void shouldForgetAKeyWithItsLastSegment() {
        run(20);
        ASegment first = playlist("v0").segments().getFirst();
        run(30);
        assertFalse(playlist("v0").segments().contains(first));
        assertTrue(isClear(decrypted(first.uri(), first)), "what can be had can be read");
        run(60);
        assertTrue(shelf.find(first.uri()).isEmpty());
        assertTrue(shelf.findKey(first.key().uri()).isEmpty());
    }

    @Test
    void shouldLeaveInitSegmentsInTheClear() {
        run(10);
        stream.restart();
        stream.format = TestStream.OTHER_VIDEO;
        run(10);
        List<ASegment> segments = playlist("v0").segments();
        assertEquals(2, segments.stream().map(ASegment::map).distinct().count());
        for (ASegment segment : segments) {
            assertTrue(new String(bytes(segment.map()), StandardCharsets.ISO_8859_1).contains("moov"));
            assertTrue(isClear(decrypted(segment.uri(), segment)));
        }
    }

    @Test
    void shouldCountBothFormsOfWhatIsHeld() {
        StreamPackager small = new StreamPackager(
                new HlsSettings(200, 1000, 60_000, 400_000, EncryptionMethod.AES_128, 10_000),
                shelf,
                "r2",
                1,
                0,
                new SecureRandom());
        new TestStream(small, 2).playUntil(TestStream.START_NS + 120 * SECOND);
        assertTrue(shelf.mediaBytes() < 500_000, () -> shelf.mediaBytes() + " bytes");
        long held = small.renditions().stream()
                .flatMap(each -> each.segments().stream())
                .mapToLong(segment -> segment.bytes()
                        + shelf.find(segment.uri()).orElseThrow().length())
                .sum();
        assertTrue(
                held <= shelf.mediaBytes() && held > shelf.mediaBytes() / 2, () -> held + " of " + shelf.mediaBytes());
    }
}
