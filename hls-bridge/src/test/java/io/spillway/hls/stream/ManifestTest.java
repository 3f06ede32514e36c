package io.spillway.hls.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.dash.Manifest;
import io.spillway.hls.dash.ManifestRules;
import io.spillway.testkit.Seeds;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Manifests of streams in virtual time, every one held to {@link ManifestRules} and to the one before it. */
class ManifestTest {

    private static final long SECOND = 1_000_000_000L;
    private static final HlsSettings SETTINGS = new HlsSettings(200, 1000, 30_000, 64 << 20);
    private static final long UNIX_NS = 1_700_000_000L * SECOND;

    private final Shelf shelf = new Shelf();
    private final StreamPackager packager =
            new StreamPackager(SETTINGS, shelf, "r1", 1000, UNIX_NS, new SecureRandom());
    private @Nullable ManifestRules last;

    private String manifest(long nowNs) {
        List<Rendition> all = packager.renditions().stream()
                .filter(each -> !each.segments().isEmpty())
                .toList();
        return all.isEmpty() ? "" : Manifest.write(all, SETTINGS, "crowd", "", (nowNs + UNIX_NS) / 1_000_000);
    }

    private void run(TestStream stream, double seconds) {
        long endNs = stream.nowNs() + (long) (seconds * SECOND);
        while (stream.nowNs() < endNs) {
            stream.playUntil(Math.min(endNs, stream.nowNs() + SECOND / 5));
            String text = manifest(stream.nowNs());
            if (!text.isEmpty()) {
                ManifestRules now = ManifestRules.check(text);
                if (last != null) {
                    now.checkAfter(last);
                }
                last = now;
            }
        }
    }

    private ManifestRules now() {
        return java.util.Objects.requireNonNull(last);
    }

    /** Whether it can be had now, whole or in part. */
    private boolean isThere(String uri) {
        return shelf.find(uri).isPresent()
                || packager.renditions().stream()
                        .anyMatch(each -> each.open().uri().equals(uri)
                                && !each.open().chunks().isEmpty());
    }

    @Test
    void shouldListWhatIsThereAndWhatGrows() {
        TestStream stream = new TestStream(packager, 2);
        run(stream, 40);
        for (String id : List.of("v0", "v1", "a0", "a1")) {
            List<ManifestRules.ASegment> segments = now().segments(id);
            assertTrue(segments.size() >= 30, id);
            for (ManifestRules.ASegment segment : segments) {
                assertTrue(isThere(segment.uri()), segment::uri);
                assertTrue(shelf.find(segment.init()).isPresent(), segment::init);
            }
            // Two segments of video that follow each other meet to the tick, also the one that grows.
            assertEquals(1.0, segments.getLast().seconds(), 0.05, id);
        }
        String text = manifest(stream.nowNs());
        assertTrue(text.contains("availabilityTimeOffset=\"0.765000\""), text);
        assertTrue(text.contains("frameRate=\"30\""), text);
        assertTrue(text.contains("codecs=\"" + TestStream.VIDEO.codecs() + "\""), text);
        assertTrue(text.contains("codecs=\"opus\""), text);
        assertTrue(text.contains("audioSamplingRate=\"48000\""), text);
    }

    /** Where a player is, by the manifest and the wall clock: behind what is captured now by less than a segment. */
    @Test
    void shouldLieOnTheWallClock() {
        TestStream stream = new TestStream(packager, 1);
        run(stream, 20);
        ManifestRules.ASegment newest = now().segments("v0").getLast();
        String text = manifest(stream.nowNs());
        java.util.regex.Matcher begins = java.util.regex.Pattern.compile("availabilityStartTime=\"([^\"]+)\"")
                .matcher(text);
        assertTrue(begins.find());
        java.time.Instant starts =
                java.time.Instant.parse(begins.group(1)).plusNanos((long) (newest.startSeconds() * 1e9));
        java.time.Instant now = java.time.Instant.ofEpochSecond(0, stream.nowNs() + UNIX_NS);
        double ago = Duration.between(starts, now).toNanos() / 1e9;
        assertTrue(ago > 0.2 && ago < 1.4, ago + " s");
    }

    @Test
    void shouldBeginAPeriodAtEachDiscontinuity() {
        TestStream stream = new TestStream(packager, 2);
        run(stream, 10);
        stream.videoOn = false;
        stream.soundOn = false;
        run(stream, 7);
        stream.videoOn = true;
        stream.soundOn = true;
        stream.restart();
        stream.format = TestStream.OTHER_VIDEO;
        run(stream, 10);
        assertEquals(List.of("0", "1"), now().periods());
        String text = manifest(stream.nowNs());
        assertTrue(text.indexOf("width=\"640\"") < text.indexOf("width=\"320\""), text);
        // When the first is out of the window the second has kept its number and its place.
        run(stream, 60);
        assertEquals(List.of("1"), now().periods());
    }

    @Test
    void shouldLeaveOutWhatIsNotThere() {
        TestStream stream = new TestStream(packager, 1);
        run(stream, 10);
        stream.videoOn = false;
        run(stream, 8);
        stream.videoOn = true;
        run(stream, 10);
        for (ManifestRules.ASegment segment : now().segments("v0")) {
            assertTrue(shelf.find(segment.uri()).map(Shelf.Item::length).orElse(1L) > 0, segment::uri);
        }
        assertTrue(now().segments("a0").size() > now().segments("v0").size());
    }

    @Test
    void shouldEnd() {
        TestStream stream = new TestStream(packager, 1);
        run(stream, 10.1);
        packager.end();
        ManifestRules ended = ManifestRules.check(manifest(stream.nowNs()));
        assertTrue(ended.ended());
        ended.checkAfter(now());
    }

    /** Keyframes, losses, holes, silences, stalls of the network and returns as they come. */
    @Seeds(5)
    void shouldKeepEveryRuleWhateverThePublisherDoes(long seed) {
        Random random = new Random(seed);
        TestStream stream = new TestStream(packager, 1 + random.nextInt(3));
        run(stream, 2);
        for (int i = 0; i < 20; i++) {
            switch (random.nextInt(8)) {
                case 0 -> stream.videoOn = !stream.videoOn;
                case 1 -> stream.soundOn = !stream.soundOn;
                case 2 -> stream.gop = 1 + random.nextInt(400);
                case 3 -> {
                    stream.restart();
                    stream.format = random.nextBoolean() ? TestStream.VIDEO : TestStream.OTHER_VIDEO;
                }
                case 4 -> stream.lostPerMille = random.nextInt(50);
                case 5 -> stream.heldUntilNs = stream.nowNs() + random.nextLong(3 * SECOND);
                default -> {}
            }
            run(stream, 0.2 + random.nextDouble() * 6);
        }
    }
}
