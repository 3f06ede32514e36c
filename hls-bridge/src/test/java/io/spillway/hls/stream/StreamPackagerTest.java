package io.spillway.hls.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.playlist.MediaPlaylist;
import io.spillway.hls.playlist.MultivariantPlaylist;
import io.spillway.hls.playlist.PlaylistRules;
import io.spillway.testkit.Seeds;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Streams in virtual time, every playlist held to {@link PlaylistRules} and to the one before it. */
class StreamPackagerTest {

    private static final long SECOND = 1_000_000_000L;
    private static final HlsSettings SETTINGS = new HlsSettings(200, 1000, 30_000, 64 << 20);

    private final Shelf shelf = new Shelf();
    private final StreamPackager packager = new StreamPackager(SETTINGS, shelf, "r1", 1000, 1_700_000_000L * SECOND);
    private final Map<String, PlaylistRules> before = new HashMap<>();

    private void check() {
        List<Rendition> all = packager.renditions();
        for (Rendition each : all) {
            PlaylistRules now = PlaylistRules.check(MediaPlaylist.write(each, all, SETTINGS, false, ""));
            PlaylistRules last = before.put(each.name(), now);
            if (last != null) {
                now.checkAfter(last);
                now.checkDelta(MediaPlaylist.write(each, all, SETTINGS, true, ""), last);
            }
            for (PlaylistRules.ASegment segment : now.segments()) {
                assertTrue(shelf.find(segment.uri()).isPresent(), segment::uri);
                assertTrue(shelf.find(segment.map()).isPresent(), segment::map);
            }
        }
    }

    private void run(TestStream stream, double seconds) {
        run(stream, seconds, SECOND / 5);
    }

    private void run(TestStream stream, double seconds, long stepNs) {
        long endNs = stream.nowNs() + (long) (seconds * SECOND);
        while (stream.nowNs() < endNs) {
            stream.playUntil(Math.min(endNs, stream.nowNs() + stepNs));
            check();
        }
    }

    private Rendition track(String name) {
        return packager.renditions().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static long ticks(Rendition rendition) {
        return rendition.open().startTicks() + rendition.open().durationTicks();
    }

    @Test
    void shouldKeepEveryRuleForTwoHours() {
        TestStream stream = new TestStream(packager, 2);
        run(stream, 30);
        run(stream, 2 * 3600 - 30, 2 * SECOND);
        // Exact to the sample: segments of 30 frames, as many as there were.
        Rendition video = track("v0");
        assertTrue(video.segments().stream().allMatch(segment -> segment.durationTicks() == 90_000));
        assertEquals(1000 + 2 * 3600 - 1, video.open().sequence());
        assertEquals(0, packager.gapParts());
        // All renditions are cut alike, and sound within a packet.
        for (String name : List.of("v1", "a0")) {
            Rendition other = track(name);
            assertEquals(video.open().sequence(), other.open().sequence());
            for (Segment there : other.segments()) {
                for (Segment here : video.segments()) {
                    if (here.sequence() == there.sequence()) {
                        double apart = (double) here.startTicks() / 90_000
                                - (double) there.startTicks() / other.format().timescale();
                        assertEquals(0, apart, 0.0215, name);
                        assertTrue(Math.abs(here.captureMs() - there.captureMs()) <= 22);
                    }
                }
            }
            assertTrue(packager.isAligned(other));
        }
        assertTrue(shelf.size() < 3 * 70 * 8, "what is old is gone: " + shelf.size());
        String multivariant = MultivariantPlaylist.write(packager.renditions(), "");
        assertTrue(multivariant.contains("CODECS=\"" + TestStream.VIDEO.codecs() + ",mp4a.40.2\""), multivariant);
        assertTrue(multivariant.contains("FRAME-RATE=30.000"), multivariant);
        assertTrue(multivariant.contains("RESOLUTION="), multivariant);
    }

    @Test
    void shouldGoOnBehindADiscontinuityWhenThePublisherReturns() {
        TestStream stream = new TestStream(packager, 2);
        run(stream, 10);
        stream.videoOn = false;
        stream.soundOn = false;
        run(stream, 7);
        assertTrue(packager.gapParts() > 0, "the timeline goes on");
        stream.videoOn = true;
        stream.soundOn = true;
        stream.restart();
        stream.format = TestStream.OTHER_VIDEO;
        run(stream, 20);
        for (String name : List.of("v0", "v1", "a0")) {
            Rendition each = track(name);
            List<Segment> broken =
                    each.segments().stream().filter(Segment::discontinuity).toList();
            assertEquals(1, broken.size(), name);
            assertEquals(
                    broken.getFirst().sequence(),
                    track("v0").segments().stream()
                            .filter(Segment::discontinuity)
                            .findFirst()
                            .orElseThrow()
                            .sequence());
        }
        assertEquals(TestStream.OTHER_VIDEO, track("v0").format());
        assertEquals(TestStream.OTHER_VIDEO, track("v1").format());
        run(stream, 60);
        assertEquals(1, track("a0").discontinuitySequence());
    }

    @Test
    void shouldCutLongGroupsOfPicturesAndSayThatSegmentsDependOnOthers() {
        TestStream stream = new TestStream(packager, 1);
        stream.gop = 250;
        run(stream, 40);
        Rendition video = track("v0");
        assertFalse(video.isIndependent());
        assertTrue(video.segments().stream().allMatch(segment -> segment.durationTicks() <= 3 * 90_000 + 3000));
        assertTrue(MediaPlaylist.write(video, List.of(), SETTINGS, false, "")
                .lines()
                .noneMatch(line -> line.equals("#EXT-X-INDEPENDENT-SEGMENTS")));
    }

    @Test
    void shouldFillWithGapsWhereOneTrackStops() {
        TestStream stream = new TestStream(packager, 1);
        run(stream, 10);
        stream.videoOn = false;
        run(stream, 8);
        double ahead = (double) ticks(track("a0")) / 48_000 - (double) ticks(track("v0")) / 90_000;
        assertEquals(0, ahead, 1.0, "sound does not wait");
        stream.videoOn = true;
        run(stream, 10);
        stream.soundOn = false;
        run(stream, 8);
        assertTrue(track("a0").segments().stream().anyMatch(Segment::isGap));
        stream.soundOn = true;
        run(stream, 10);
        assertEquals(track("v0").open().sequence(), track("a0").open().sequence());
    }

    @Test
    void shouldEnd() {
        TestStream stream = new TestStream(packager, 1);
        run(stream, 10.1);
        packager.end();
        check();
        assertTrue(before.values().stream().allMatch(PlaylistRules::ended));
    }

    @Test
    void shouldStayWithinItsBytes() {
        StreamPackager small = new StreamPackager(new HlsSettings(200, 1000, 60_000, 200_000), shelf, "r2", 1, 0);
        TestStream stream = new TestStream(small, 2);
        stream.playUntil(TestStream.START_NS + 120 * SECOND);
        assertTrue(shelf.mediaBytes() < 230_000, () -> shelf.mediaBytes() + " bytes");
        assertTrue(small.renditions().getFirst().segments().size() >= 6);
    }

    /** Keyframes, holes, silences and returns as they come. */
    @Seeds(15)
    void shouldKeepEveryRuleWhateverThePublisherDoes(long seed) {
        Random random = new Random(seed);
        TestStream stream = new TestStream(packager, 1 + random.nextInt(3));
        run(stream, 2);
        for (int i = 0; i < 40; i++) {
            switch (random.nextInt(6)) {
                case 0 -> stream.videoOn = !stream.videoOn;
                case 1 -> stream.soundOn = !stream.soundOn;
                case 2 -> stream.gop = 1 + random.nextInt(400);
                case 3 -> {
                    stream.restart();
                    stream.format = random.nextBoolean() ? TestStream.VIDEO : TestStream.OTHER_VIDEO;
                }
                default -> {}
            }
            run(stream, 0.2 + random.nextDouble() * 6);
        }
    }
}
