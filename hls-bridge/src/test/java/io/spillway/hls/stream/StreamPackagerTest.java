package io.spillway.hls.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.playlist.MediaPlaylist;
import io.spillway.hls.playlist.MultivariantPlaylist;
import io.spillway.media.frame.AccessUnit;
import io.spillway.testkit.PlaylistRules;
import io.spillway.testkit.Seeds;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams in virtual time, every playlist held to {@link PlaylistRules} and to the one before it. */
class StreamPackagerTest {

    private static final long SECOND = 1_000_000_000L;
    private static final HlsSettings SETTINGS = new HlsSettings(200, 1000, 30_000, 64 << 20);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Shelf shelf = new Shelf();
    private final StreamPackager packager =
            new StreamPackager(SETTINGS, shelf, "r1", 1000, 1_700_000_000L * SECOND, RANDOM);
    private final Map<String, PlaylistRules> before = new HashMap<>();
    private final Map<String, SampleLedger> ledgers = new HashMap<>();
    private boolean byTheClock;

    private void check() {
        List<Rendition> all = packager.renditions();
        for (Rendition each : all) {
            ledger(each.name()).read(each);
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

    /** What holds for the renditions of one moment together, beside {@link #check}. */
    private void checkTogether() {
        check();
        before.forEach((name, rules) -> rules.checkReports(name, before));
    }

    private SampleLedger ledger(String name) {
        return ledgers.computeIfAbsent(name, _ -> new SampleLedger(name, 1_700_000_000L * SECOND, byTheClock));
    }

    private void run(TestStream stream, double seconds) {
        run(stream, seconds, SECOND / 5);
    }

    private void run(TestStream stream, double seconds, long stepNs) {
        long endNs = stream.nowNs() + (long) (seconds * SECOND);
        while (stream.nowNs() < endNs) {
            stream.playUntil(Math.min(endNs, stream.nowNs() + stepNs));
            checkTogether();
        }
    }

    private Rendition track(String name) {
        return packager.renditions().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private PlaylistRules rules(String name) {
        return Objects.requireNonNull(before.get(name));
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
        for (String name : List.of("v1", "a0", "a1")) {
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
        assertTrue(shelf.size() < 4 * 70 * 8, "what is old is gone: " + shelf.size());
        String multivariant = MultivariantPlaylist.write(packager.renditions(), "");
        assertTrue(multivariant.contains("CODECS=\"" + TestStream.VIDEO.codecs() + ",mp4a.40.2\""), multivariant);
        // Sound in a group a codec, each picture with either, and each sound alone (H40, H41).
        assertTrue(multivariant.contains("CODECS=\"" + TestStream.VIDEO.codecs() + ",opus\""), multivariant);
        assertEquals(
                List.of("v0,aac", "v1,aac", "v0,opus", "v1,opus", "a0,aac", "a1,opus"),
                Pattern.compile(",AUDIO=\"(\\w+)\"\n(\\w+)\\.m3u8")
                        .matcher(multivariant)
                        .results()
                        .map(found -> found.group(2) + "," + found.group(1))
                        .toList());
        assertTrue(multivariant.contains("GROUP-ID=\"opus\""), multivariant);
        assertTrue(multivariant.contains("FRAME-RATE=30.000"), multivariant);
        assertTrue(multivariant.contains("RESOLUTION="), multivariant);
    }

    /** Every sample once, where it was captured, to the tick, whatever happened in two hours; whatever is missing was lost on the way. */
    @Seeds(2)
    void shouldAccountForEverySampleOfTwoHoursWithLossReturnsAndOtherKeyframes(long seed) {
        Random random = new Random(seed);
        byTheClock = true;
        TestStream stream = new TestStream(packager, 2);
        int returns = 0;
        while (stream.nowNs() < TestStream.START_NS + 2 * 3600 * SECOND) {
            run(stream, 10 + random.nextInt(50), SECOND);
            switch (random.nextInt(4)) {
                case 0 -> stream.gop = List.of(15, 30, 60, 250, 480).get(random.nextInt(5));
                case 1 -> stream.lostPerMille = random.nextInt(20);
                case 2 -> stream.jitterNs = random.nextLong(300_000_000L);
                default -> {
                    stream.videoOn = false;
                    stream.soundOn = false;
                    run(stream, random.nextInt(20), SECOND);
                    stream.videoOn = true;
                    stream.soundOn = true;
                    stream.restart();
                    stream.format = random.nextBoolean() ? TestStream.VIDEO : TestStream.OTHER_VIDEO;
                    returns++;
                }
            }
        }
        run(stream, 15, SECOND);
        packager.end();
        check();
        assertTrue(returns > 20, returns + " returns");
        assertEquals(stream.pictures, ledger("v0").samples());
        for (String name : List.of("v0", "v1", "a0", "a1")) {
            SampleLedger ledger = ledger(name);
            assertEquals(returns, ledger.discontinuities(), name);
            long listed = track(name).segments().stream()
                    .filter(Segment::discontinuity)
                    .count();
            assertEquals(returns, track(name).discontinuitySequence() + listed, name);
            assertEquals(track("v0").open().sequence(), track(name).open().sequence(), name);
        }
        // Another layer may lose what was waiting for the leading one when the publisher returned, up to a key.
        assertTrue(ledger("v1").samples() > 0.98 * stream.pictures);
    }

    /** What is made of what was kept comes all at once and late: it begins in the segment in which it was captured, and is cut where that was (decision 053). */
    @ParameterizedTest
    @ValueSource(ints = {60, 90, 120})
    void shouldOpenATrackWhereItBegins(int from) {
        byTheClock = true;
        TestStream stream = new TestStream(packager, 1);
        run(stream, 4.5);
        int next = from;
        for (int turn = 0; turn < 200; turn++) {
            for (; captureNs(next) + SECOND / 2 < stream.nowNs(); next++) {
                boolean key = next % 30 == 0;
                byte[] data = TestStream.bytes(50, captureNs(next));
                packager.add(
                        "v360",
                        new AccessUnit(
                                5 + 3_000L * next,
                                captureNs(next),
                                stream.nowNs(),
                                key,
                                key ? TestStream.OTHER_VIDEO : null,
                                data),
                        stream.nowNs());
            }
            stream.playUntil(stream.nowNs() + 20_000_000);
            checkTogether();
            assertTrue(turn > 0 || from > 60 || packager.isAligned(track("v360"), 1), "a whole segment at once");
        }
        Rendition made = track("v360");
        List<Segment> expected = track("v0").segments().stream()
                .filter(each -> each.sequence() >= 1_000 + from / 30)
                .toList();
        List<Segment> begun = Stream.concat(made.segments().stream(), Stream.of(made.open()))
                .filter(each -> each.sequence() < track("v0").open().sequence())
                .toList();
        assertEquals(
                expected.stream().map(Segment::sequence).toList(),
                begun.stream().map(Segment::sequence).toList());
        for (int i = 0; i < begun.size(); i++) {
            // Captures are rounded to ticks.
            assertTrue(Math.abs(expected.get(i).startTicks() - begun.get(i).startTicks()) <= 1);
        }
        assertTrue(made.segments().stream().noneMatch(Segment::isGap));
        assertTrue(
                made.segments().stream().flatMap(each -> each.parts().stream()).noneMatch(Part::gap));
    }

    /** A key of before, that no segment begins with, is of no use: the track begins with the next one. */
    @Test
    void shouldNotOpenATrackWhereNoSegmentBegins() {
        TestStream stream = new TestStream(packager, 1);
        run(stream, 4.5);
        long early = captureNs(75);
        packager.add(
                "v360",
                new AccessUnit(5, early, stream.nowNs(), true, TestStream.OTHER_VIDEO, TestStream.bytes(50, early)),
                stream.nowNs());
        assertEquals(
                List.of("v0", "a0", "a1"),
                packager.renditions().stream().map(Rendition::name).toList());
    }

    private static long captureNs(int frame) {
        return TestStream.START_NS + frame * SECOND / 30;
    }

    /** What was listed can be had for as long as a player may ask for it (H7, H12), and not for ever. */
    @Test
    void shouldKeepWhatWasListedForAWhile() {
        TestStream stream = new TestStream(packager, 1);
        Map<String, Long> untilMs = new HashMap<>();
        double[] longestMs = {0};
        long nowMs = 0;
        while (stream.nowNs() < TestStream.START_NS + 240 * SECOND) {
            run(stream, 0.2);
            nowMs = stream.nowNs() / 1_000_000;
            for (PlaylistRules rules : before.values()) {
                longestMs[0] = Math.max(
                        longestMs[0],
                        rules.segments().stream()
                                .mapToDouble(each -> 1000 * each.duration())
                                .sum());
                for (PlaylistRules.ASegment each : rules.segments()) {
                    untilMs.put(each.uri(), nowMs + (long) (1000 * each.duration() + longestMs[0]));
                    for (PlaylistRules.APart part : each.parts()) {
                        untilMs.put(part.uri(), nowMs + 3 * 1000 * HlsSettings.TARGET_DURATION_S);
                    }
                }
            }
            long atMs = nowMs;
            untilMs.forEach(
                    (uri, until) -> assertTrue(atMs > until || shelf.find(uri).isPresent(), uri));
        }
        long endMs = nowMs;
        untilMs.forEach((uri, until) ->
                assertTrue(endMs < until + 60_000 || shelf.find(uri).isEmpty(), uri));
        assertTrue(untilMs.values().stream().anyMatch(until -> endMs > until + 60_000), "some are old enough");
    }

    /** A part follows the one before within PART-TARGET while all goes well (H18); time is told each 20 ms. */
    @Test
    void shouldAddAPartWithinThePartTarget() {
        TestStream stream = new TestStream(packager, 2);
        run(stream, 10);
        Map<String, String> newest = new HashMap<>();
        Map<String, Long> sinceNs = new HashMap<>();
        for (int i = 0; i < 3_000; i++) {
            stream.playUntil(stream.nowNs() + 20_000_000);
            for (Rendition each : packager.renditions()) {
                String now = each.lastSequence() + "." + each.lastPart();
                if (!now.equals(newest.put(each.name(), now))) {
                    Long last = sinceNs.put(each.name(), stream.nowNs());
                    assertTrue(
                            last == null || stream.nowNs() - last <= (SETTINGS.partTargetMs() + 20) * 1_000_000L,
                            () -> each.name() + " " + now);
                }
            }
        }
        assertEquals(4, sinceNs.size());
    }

    /** Sound that is behind the picture does not wait for its next packet to end a part: who plays waits for the later of both. */
    @Test
    void shouldEndPartsOfSoundWithTheirLastPacket() {
        TestStream stream = new TestStream(packager, 1);
        long lateNs = 60_000_000;
        stream.soundLateNs = _ -> lateNs;
        run(stream, 10);
        Map<String, Long> newest = new HashMap<>();
        int ended = 0;
        for (int i = 0; i < 500; i++) {
            stream.playUntil(stream.nowNs() + 20_000_000);
            long comesNs = stream.nowNs() - TestStream.DELAY_NS - lateNs + 1_700_000_000L * SECOND;
            for (String name : List.of("a0", "a1")) {
                Rendition sound = track(name);
                Long before = newest.put(name, ticks(sound));
                List<Part> parts = sound.open().parts();
                // Not where a segment ends.
                boolean full = !parts.isEmpty() && parts.getLast().durationTicks() >= 9_600;
                if (before != null && before < ticks(sound) && full) {
                    double endMs = sound.originMs() + 1000.0 * ticks(sound) / 48_000;
                    assertTrue(endMs > comesNs / 1e6, () -> name + " has to wait " + (comesNs / 1e6 - endMs));
                    ended++;
                }
            }
        }
        assertTrue(ended > 80, ended + " parts");
    }

    /** What comes is as much as the multivariant playlist said before (H38). */
    @Test
    void shouldTellTheBandwidthOfWhatComes() {
        TestStream stream = new TestStream(packager, 2);
        run(stream, 30);
        String multivariant = MultivariantPlaylist.write(packager.renditions(), "");
        run(stream, 32);
        List<MatchResult> variants = Pattern.compile(
                        "BANDWIDTH=(\\d+),AVERAGE-BANDWIDTH=(\\d+).*,AUDIO=\"(\\w+)\"\n(\\w+)\\.m3u8")
                .matcher(multivariant)
                .results()
                .toList();
        for (MatchResult variant : variants) {
            Rendition main = track(variant.group(4));
            Rendition sound = track(variant.group(3).equals("aac") ? "a0" : "a1");
            double peak = main.segments().stream()
                    .mapToDouble(each -> bps(each))
                    .max()
                    .orElseThrow();
            double mean = main.segments().stream()
                    .mapToDouble(each -> bps(each))
                    .average()
                    .orElseThrow();
            if (!main.name().equals(sound.name())) {
                peak += sound.segments().stream()
                        .mapToDouble(each -> bps(each))
                        .max()
                        .orElseThrow();
                mean += sound.segments().stream()
                        .mapToDouble(each -> bps(each))
                        .average()
                        .orElseThrow();
            }
            double toldPeak = Double.parseDouble(variant.group(1));
            double toldMean = Double.parseDouble(variant.group(2));
            assertTrue(peak <= 1.25 * toldPeak && peak > 0.5 * toldPeak, variant.group() + ": peak " + peak);
            assertTrue(mean <= 1.1 * toldMean && mean > 0.9 * toldMean, variant.group() + ": mean " + mean);
        }
        assertEquals(6, variants.size());
    }

    /** Players read the index once: who does in a quiet time must not be told less than what comes when it is over (H38). */
    @Test
    void shouldRememberWhatItTakesThroughAQuietTime() {
        TestStream stream = new TestStream(packager, 1);
        stream.density = 6;
        run(stream, 40);
        stream.density = 1;
        run(stream, 60);
        long peak = track("v0").peakBps();
        long mean = track("v0").meanBps();
        stream.density = 6;
        run(stream, 40);
        List<Segment> dense = track("v0").segments();
        assertTrue(dense.stream().allMatch(each -> bps(each) <= 1.25 * peak), peak + " bps");
        assertTrue(dense.stream().mapToDouble(StreamPackagerTest::bps).average().orElseThrow() <= 1.1 * mean);
        // Of another size it is another story.
        stream.density = 1;
        stream.format = TestStream.OTHER_VIDEO;
        stream.restart();
        run(stream, 40);
        assertTrue(track("v0").peakBps() < peak / 4, "of what is sent now");
    }

    private static double bps(Segment segment) {
        return segment.bytes() * 8.0 * segment.format().timescale() / segment.shownTicks();
    }

    /** Of pictures that go into no part evenly, parts are as long as they must be all the same, and nothing is a gap (H4). */
    @ParameterizedTest
    @ValueSource(ints = {60, 24, 15, 12, 11, 8, 7, 6, 5})
    void shouldMakePartsThatAreLongEnoughAtAnyRate(int framesPerSecond) {
        TestStream stream = new TestStream(packager, 1);
        stream.framesPerSecond = framesPerSecond;
        stream.gop = 2 * framesPerSecond;
        run(stream, 30);
        assertEquals(0, packager.gapParts());
        assertTrue(track("v0").segments().size() > 10);
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
        for (String name : List.of("v0", "v1", "a0", "a1")) {
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

    /** What the next publisher sends beside what is known begins with its first media, not with a gap from the time before: players that come now would go from one such rendition to the next (H15). */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 1.5, 4, 7.7})
    void shouldBeginWhatIsNewWithItsFirstMedia(double away) {
        TestStream stream = new TestStream(packager, 2);
        run(stream, 10);
        stream.videoOn = false;
        stream.soundOn = false;
        run(stream, away);
        stream.videoOn = true;
        stream.soundOn = true;
        stream.firstNumber = 5;
        stream.restart();
        run(stream, 0.3);
        assertFalse(packager.hasBegun(track("v5")), "no segment of it is whole");
        run(stream, 4);
        Segment joint = track("a0").segments().stream()
                .filter(Segment::discontinuity)
                .findFirst()
                .orElseThrow();
        for (String name : List.of("v5", "v6")) {
            Rendition each = track(name);
            assertEquals(joint.sequence(), each.firstSequence(), name);
            long apartMs = each.segments().getFirst().captureMs() - joint.captureMs();
            assertTrue(Math.abs(apartMs) <= 25, () -> name + " by " + apartMs + " ms");
            PlaylistRules rules = rules(name);
            // As many as there are up to that segment in playlists that go further back.
            assertEquals(1, rules.discontinuitySequence(), name);
            assertFalse(rules.segments().getFirst().discontinuity(), name);
            assertTrue(
                    rules.segments().stream()
                            .flatMap(segment -> segment.parts().stream())
                            .noneMatch(part -> part.gap()),
                    name);
            assertTrue(packager.isAligned(each), name);
            assertTrue(packager.hasBegun(each), name);
        }
        assertEquals(0, rules("a0").discontinuitySequence());
        assertFalse(packager.hasBegun(track("v0")));
        assertTrue(packager.hasBegun(track("a0")));
        run(stream, 40);
        for (String name : List.of("v5", "v6", "a0", "a1")) {
            assertEquals(1, rules(name).discontinuitySequence(), name);
            assertEquals(track("v5").open().sequence(), track(name).open().sequence(), name);
        }
    }

    /** A layer that begins in the middle of the leading one's segment is offered from the next one on. */
    @Test
    void shouldBeginALayerThatJoinsWithItsFirstMedia() {
        TestStream stream = new TestStream(packager, 2);
        stream.keysBehind = new int[] {0, 15, 0};
        stream.sent = new boolean[] {true, false, false};
        run(stream, 10.3);
        stream.sent[1] = true;
        run(stream, 0.4);
        stream.keysBehind[1] = 0;
        run(stream, 0.6);
        Rendition joined = track("v1");
        assertEquals(track("v0").open().sequence() - 1, joined.firstSequence());
        Segment first = joined.segments().getFirst();
        assertFalse(first.parts().getFirst().gap());
        assertFalse(packager.isAligned(joined, 1), "it was not there where the segment begins");
        run(stream, 1.0);
        assertTrue(packager.isAligned(track("v1"), 1));
        assertEquals(track("v0").open().sequence(), track("v1").open().sequence());
    }

    /** The leading track has just been cut, with nothing in it since, when another publisher's first key is put right there. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBeginAnewAlikeExactlyAtABoundary(boolean soundStays) {
        TestStream stream = new TestStream(packager, 2);
        run(stream, 10);
        stream.videoOn = false;
        stream.soundOn = soundStays;
        long before = track("v0").open().sequence();
        for (int i = 0; i < 500 && track("v0").open().sequence() == before; i++) {
            stream.playUntil(stream.nowNs() + 20_000_000);
        }
        assertEquals(List.of(), track("v0").open().parts());
        stream.videoOn = true;
        stream.soundOn = true;
        stream.restart(3 * SECOND / 2);
        run(stream, 20);
        for (String name : List.of("v0", "v1", "a0", "a1")) {
            Rendition each = track(name);
            assertEquals(
                    List.of(before + 1),
                    each.segments().stream()
                            .filter(Segment::discontinuity)
                            .map(Segment::sequence)
                            .toList(),
                    name);
            assertEquals(track("v0").open().sequence(), each.open().sequence(), name);
        }
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

    /** Before reports have come each layer's clock goes by its own packets; the largest picture is the latest (O9). */
    @ParameterizedTest
    @ValueSource(ints = {-140, -60, -25, -17, 17, 25, 60, 140})
    void shouldCutLayersAtTheSameKeysThoughTheirClocksDiffer(int ms) {
        TestStream stream = new TestStream(packager, 3);
        stream.earlyNs = new long[] {0, ms * 1_000_000L, ms * 500_000L};
        run(stream, 12);
        for (Rendition each : packager.renditions()) {
            assertTrue(packager.isAligned(each), each.name());
            assertTrue(each.isIndependent(), each.name());
            assertEquals(track("v0").open().sequence(), each.open().sequence(), each.name());
        }
    }

    /** A busy encoder leaves a picture out of one layer: its key is the next one's. */
    @Test
    void shouldCutALayerWhoseKeysAreAPictureLater() {
        TestStream stream = new TestStream(packager, 3);
        stream.keysBehind = new int[] {0, 1, 3};
        run(stream, 12);
        packager.renditions().forEach(each -> assertTrue(packager.isAligned(each), each.name()));
        assertEquals(0, packager.gapParts());
    }

    /** Cuts in the middle of a group of pictures are no reason to leave a layer out: they are there in all of them. */
    @Test
    void shouldOfferLayersOfLongGroupsOfPictures() {
        TestStream stream = new TestStream(packager, 3);
        stream.gop = 240;
        run(stream, 30);
        packager.renditions().forEach(each -> assertTrue(packager.isAligned(each), each.name()));
    }

    /** H20: such layers are not offered, and the largest leads from its next key on. */
    @Test
    void shouldTellLayersApartWhoseKeysComeAtOtherTimes() {
        TestStream stream = new TestStream(packager, 2);
        stream.keysBehind = new int[] {0, 14, 0};
        run(stream, 10);
        assertFalse(packager.isAligned(track("v1")));
        assertTrue(packager.isApart(track("v1")));
        assertFalse(packager.isApart(track("v0")));
        packager.prefer("v1");
        run(stream, 10);
        assertTrue(packager.isAligned(track("v1")));
        assertTrue(packager.isApart(track("v0")));
        assertTrue(track("v1").segments().reversed().stream().limit(5).allMatch(Segment::isIndependent));
    }

    /** What a publisher sent who is gone leads no more, whatever the next one sends. */
    @Test
    void shouldLetThePictureOfTheNextPublisherLead() {
        TestStream stream = new TestStream(packager, 1);
        run(stream, 10);
        stream.videoOn = false;
        run(stream, 2);
        stream.videoOn = true;
        stream.firstNumber = 5;
        stream.restart();
        run(stream, 10);
        for (String name : List.of("v5", "a0", "a1")) {
            assertTrue(packager.isAligned(track(name)), name);
            assertTrue(track(name).segments().reversed().stream().limit(5).noneMatch(Segment::isGap), name);
            // What is new begins behind it.
            assertEquals(
                    name.equals("v5") ? 0 : 1,
                    track(name).segments().stream()
                            .filter(Segment::discontinuity)
                            .count(),
                    name);
        }
        assertEquals(
                List.of(90_000L, 90_000L),
                track("v5").segments().reversed().stream()
                        .limit(2)
                        .map(Segment::durationTicks)
                        .toList());
        assertFalse(packager.isAligned(track("v0")));
        assertTrue(packager.isSilent(track("v0")));
        assertFalse(packager.isSilent(track("v5")));
        assertEquals(track("v5").open().sequence(), track("v0").open().sequence());
        // And back.
        stream.firstNumber = 0;
        stream.restart();
        run(stream, 10);
        assertTrue(packager.isAligned(track("v0")));
        assertFalse(packager.isSilent(track("v0")));
        assertTrue(packager.isSilent(track("v5")));
    }

    /** A publisher stops its largest layer: the others go on with segments that begin with keys. */
    @Test
    void shouldLetAnotherLayerLeadWhereTheLeadingOneStops() {
        TestStream stream = new TestStream(packager, 3);
        run(stream, 10);
        stream.sent = new boolean[] {false, true, true};
        run(stream, 10);
        for (String name : List.of("v1", "v2", "a0")) {
            assertTrue(packager.isAligned(track(name)), name);
            assertTrue(
                    track(name).segments().reversed().stream()
                            .limit(4)
                            .allMatch(each -> each.isIndependent() && !each.isGap()),
                    name);
        }
        assertTrue(packager.isSilent(track("v0")));
        stream.sent = new boolean[] {true, true, true};
        run(stream, 6);
        packager.renditions().forEach(each -> assertTrue(packager.isAligned(each), each.name()));
        assertTrue(packager.renditions().stream().noneMatch(packager::isSilent));
    }

    /** Players find the same place in another rendition by these (H13). */
    @Test
    void shouldCountForALayerThatJoinsTheDiscontinuitiesBeforeIt() {
        TestStream stream = new TestStream(packager, 2);
        stream.sent[1] = false;
        run(stream, 10);
        stream.restart();
        run(stream, 5);
        stream.sent[1] = true;
        run(stream, 10);
        assertEquals(0, track("v0").discontinuitySequence());
        assertEquals(1, track("v1").discontinuitySequence());
        run(stream, 60);
        assertEquals(1, track("v0").discontinuitySequence());
        assertEquals(1, track("v1").discontinuitySequence());
    }

    @Test
    void shouldLetSoundLeadWhereTheNextPublisherSendsNothingElse() {
        TestStream stream = new TestStream(packager, 1);
        run(stream, 10);
        stream.videoOn = false;
        stream.restart();
        run(stream, 10);
        assertTrue(packager.isAligned(track("a0")));
        assertTrue(packager.isSilent(track("v0")));
        stream.videoOn = true;
        stream.restart();
        run(stream, 10);
        assertTrue(packager.isAligned(track("v0")));
        assertTrue(
                track("v0").segments().reversed().stream().limit(5).allMatch(each -> each.durationTicks() == 90_000));
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

    /** How publishers and networks go wrong for minutes, each as what it is to a stream. */
    enum Trouble {
        /** ffmpeg beside other work: what it captured comes later and later, and its reports say so. */
        PUBLISHER_AT_0_97(stream -> {
            stream.picturesLateNs = elapsedNs -> elapsedNs * 3 / 97;
            stream.soundLateNs = stream.picturesLateNs;
        }),
        /** The same, but it catches up again. */
        PUBLISHER_SLOW_FOR_A_MINUTE(stream -> {
            stream.picturesLateNs = elapsedNs ->
                    Math.max(0, Math.min(elapsedNs, 60 * SECOND) * 3 / 97 - Math.max(0, elapsedNs - 60 * SECOND) / 10);
            stream.soundLateNs = stream.picturesLateNs;
        }),
        /** An encoder that looks far ahead. */
        PICTURES_LATE(stream -> stream.picturesLateNs = _ -> 3 * SECOND / 2),
        ALL_LATE(stream -> {
            stream.picturesLateNs = _ -> 3 * SECOND;
            stream.soundLateNs = _ -> 3 * SECOND;
        }),
        SOUND_LATE(stream -> stream.soundLateNs = _ -> 5 * SECOND / 4),
        SOUND_AT_0_97(stream -> stream.soundLateNs = elapsedNs -> elapsedNs * 3 / 97),
        /** Its reports are right, its timestamps are not. */
        SOUND_CLOCK_SLOW(stream -> stream.soundClockNs = elapsedNs -> -elapsedNs * 3 / 100),
        SOUND_CLOCK_FAST(stream -> stream.soundClockNs = elapsedNs -> elapsedNs * 3 / 100),
        /** Without reports: right each ten seconds, and behind by more and more until then. */
        SOUND_CLOCK_CORRECTED(stream -> stream.soundClockNs = elapsedNs -> -(elapsedNs % (10 * SECOND)) / 20),
        SOUND_CLOCK_LEAPS(stream -> stream.soundClockNs = elapsedNs -> elapsedNs / (5 * SECOND) % 2 * SECOND / 4),
        /** Lost where segments begin, for a third of a second. */
        SOUND_LOST(stream ->
                stream.soundLost = elapsedNs -> Math.floorMod(elapsedNs + SECOND / 20, SECOND) < 2 * SECOND / 5);

        @SuppressWarnings("ImmutableEnumChecker") // holds nothing that changes
        private final Consumer<TestStream> begins;

        Trouble(Consumer<TestStream> begins) {
            this.begins = begins;
        }
    }

    /** Who opens the index while sound has its troubles would never hear any. */
    @ParameterizedTest
    @EnumSource
    void shouldOfferSoundAndHaveItWhateverGoesWrong(Trouble trouble) {
        TestStream stream = new TestStream(packager, 1);
        trouble.begins.accept(stream);
        run(stream, 10);
        for (int i = 0; i < 170; i++) {
            run(stream, 1);
            for (String name : List.of("a0", "a1")) {
                assertTrue(packager.isAligned(track(name)), name + " after " + i + " s");
            }
        }
        for (String name : List.of("v0", "a0", "a1")) {
            double least = trouble == Trouble.SOUND_LOST ? 0.5 : 0.9;
            assertTrue(
                    ledger(name).shown() > least,
                    () -> name + " is there for " + ledger(name).shown());
        }
    }

    /** Where all of a publisher is late, sound lies beside the picture that it belongs to (H46). */
    @ParameterizedTest
    @EnumSource(names = {"PUBLISHER_AT_0_97", "PUBLISHER_SLOW_FOR_A_MINUTE", "ALL_LATE"})
    void shouldKeepSoundAndPictureTogetherHoweverLateTheyAre(Trouble trouble) {
        TestStream stream = new TestStream(packager, 1);
        trouble.begins.accept(stream);
        run(stream, 10);
        int apart = 0;
        for (int i = 0; i < 170; i++) {
            run(stream, 1);
            apart += Math.abs(ledger("v0").behindMs() - ledger("a0").behindMs()) >= 20 ? 1 : 0;
        }
        // But for the moments in which the timeline has gone on without them.
        assertTrue(apart < 20, apart + " of 170 s");
    }

    /** How a sound card counts samples otherwise than its publisher's clock, which reports tell, counts time. */
    enum SoundCard {
        SLOW_BY_100_PPM(0, countedNs -> countedNs / 10_000),
        FAST_BY_100_PPM(0, countedNs -> -countedNs / 10_000),
        SLOW_BY_1_PERCENT(0, countedNs -> countedNs / 100),
        FAST_BY_1_PERCENT(0, countedNs -> -countedNs / 100),
        /** Each twenty seconds it leaves samples out. */
        LEAVES_60_MS_OUT(1, countedNs -> countedNs / (20 * SECOND) * 60_000_000L),
        LEAVES_700_MS_OUT(1, countedNs -> countedNs / (20 * SECOND) * 700_000_000L),
        /** Each twenty seconds it makes up samples, which come as fast as they can. */
        MAKES_60_MS_UP(1, countedNs -> -madeUpNs(countedNs, 60_000_000L)),
        MAKES_700_MS_UP(1, countedNs -> -madeUpNs(countedNs, 700_000_000L));

        /** Seconds that sound may be elsewhere after a jump. */
        private final int settles;

        @SuppressWarnings("ImmutableEnumChecker") // holds nothing that changes
        private final LongUnaryOperator driftNs;

        SoundCard(int settles, LongUnaryOperator driftNs) {
            this.settles = settles;
            this.driftNs = driftNs;
        }

        private static long madeUpNs(long countedNs, long eachNs) {
            return countedNs / (20 * SECOND) * eachNs + Math.min(eachNs, countedNs % (20 * SECOND) * 99 / 100);
        }
    }

    /** However its publisher's sound card counts: sound lies beside the picture with which it was captured, is all there, and nothing else becomes of it (H46). */
    @ParameterizedTest
    @EnumSource
    void shouldKeepSoundBesideThePictureHoweverItsSamplesAreCounted(SoundCard card) {
        TestStream stream = new TestStream(packager, 1);
        stream.soundDriftNs = card.driftNs;
        run(stream, 10);
        // Of 100 ppm 60 ms come together.
        int seconds = card.settles == 0 ? 600 : 240;
        int elsewhere = 0;
        for (int i = 0; i < seconds; i++) {
            run(stream, 1, SECOND);
            for (String name : List.of("a0", "a1")) {
                double apart = ledger("v0").behindMs() - ledger(name).behindMs();
                elsewhere += Math.abs(apart) >= 20 ? 1 : 0;
                assertTrue(packager.isAligned(track(name)), name + " after " + i + " s");
            }
        }
        assertTrue(elsewhere <= 2 * card.settles * seconds / 20, elsewhere + " times elsewhere");
        double least = card.settles == 0 ? 0.9999 : 0.95;
        for (String name : List.of("a0", "a1")) {
            assertTrue(
                    ledger(name).shown() > least,
                    () -> name + " is there for " + ledger(name).shown());
            assertEquals(0, ledger(name).discontinuities(), name);
        }
    }

    /** The first report tells where sound lies by so much; until then it went by its arrival (H46). */
    @ParameterizedTest
    @ValueSource(ints = {-28, -22, 22, 28})
    void shouldPutSoundWhereReportsSayItIs(int ms) {
        TestStream stream = new TestStream(packager, 1);
        stream.soundClockNs = elapsedNs -> elapsedNs < 5 * SECOND ? ms * 1_000_000L : 0;
        run(stream, 15);
        for (int i = 0; i < 20; i++) {
            run(stream, 1);
            double apart = ledger("v0").behindMs() - ledger("a0").behindMs();
            assertTrue(Math.abs(apart) < 20, apart + " ms");
        }
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
        StreamPackager small =
                new StreamPackager(new HlsSettings(200, 1000, 60_000, 200_000), shelf, "r2", 1, 0, RANDOM);
        TestStream stream = new TestStream(small, 2);
        stream.playUntil(TestStream.START_NS + 120 * SECOND);
        assertTrue(shelf.mediaBytes() < 250_000, () -> shelf.mediaBytes() + " bytes");
        assertTrue(small.renditions().getFirst().segments().size() >= 6);
    }

    /** Keyframes, losses, holes, silences, stalls of the network and returns as they come. */
    @Seeds(15)
    void shouldKeepEveryRuleWhateverThePublisherDoes(long seed) {
        Random random = new Random(seed);
        TestStream stream = new TestStream(packager, 1 + random.nextInt(3));
        run(stream, 2);
        for (int i = 0; i < 40; i++) {
            switch (random.nextInt(13)) {
                case 7 -> stream.earlyNs[1] = random.nextLong(-SECOND / 4, SECOND / 4);
                case 8 -> stream.keysBehind[random.nextInt(3)] = random.nextInt(stream.gop);
                case 9 -> stream.sent[random.nextInt(3)] ^= true;
                case 10 -> {
                    stream.firstNumber = random.nextInt(3);
                    stream.restart();
                }
                case 0 -> stream.videoOn = !stream.videoOn;
                case 1 -> stream.soundOn = !stream.soundOn;
                case 2 -> stream.gop = 1 + random.nextInt(400);
                case 3 -> {
                    stream.restart();
                    stream.format = random.nextBoolean() ? TestStream.VIDEO : TestStream.OTHER_VIDEO;
                }
                case 4 -> stream.lostPerMille = random.nextInt(50);
                case 5 -> stream.heldUntilNs = stream.nowNs() + random.nextLong(3 * SECOND);
                case 6 -> stream.jitterNs = random.nextLong(SECOND);
                default -> {}
            }
            run(stream, 0.2 + random.nextDouble() * 6);
        }
    }
}
