package io.spillway.hls.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.libav.LibavDecoder;
import io.spillway.hls.openh264.OpenH264;
import io.spillway.media.frame.AccessUnit;
import io.spillway.media.mp4.Fragment;
import io.spillway.media.mp4.InitSegment;
import io.spillway.media.mp4.Sample;
import io.spillway.media.mp4.TrackFormat;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.testkit.Seeds;
import io.spillway.testkit.client.FfmpegTool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real streams through FFmpeg's decoders and OpenH264, in virtual time. */
class TranscoderTest {

    private static final LadderSettings SETTINGS = new LadderSettings(List.of(720, 480, 360), 200, 1_000);
    private static final VideoCoders CODERS = new VideoCoders(LibavDecoder.load(), OpenH264.load(""), () -> {});

    /** Of a test picture full of edges, beside the source scaled: what a viewer takes for the same. */
    private static final double MIN_PSNR_DB = 30;

    @TempDir
    Path folder;

    private final Map<String, List<AccessUnit>> made = new LinkedHashMap<>();
    private long nowNs = TestClip.START_NS;
    private final Transcoder transcoder = new Transcoder(
            SETTINGS,
            CODERS,
            () -> nowNs,
            (rung, unit) -> made.computeIfAbsent(rung, _ -> new ArrayList<>()).add(unit));

    @AfterEach
    void close() {
        transcoder.close();
    }

    private void add(AccessUnit unit, int epoch, int source, boolean passed, boolean begins) {
        nowNs = unit.arrivalNs();
        transcoder.add(new Job(epoch, source, passed, begins, unit, nowNs));
        transcoder.onTime();
    }

    private void play(TestClip clip) {
        clip.units.forEach(unit -> add(unit, 1, 1, false, false));
    }

    private List<AccessUnit> rung(String name) {
        return Objects.requireNonNull(made.get(name), () -> name + " of " + made.keySet());
    }

    private static List<Integer> keys(List<AccessUnit> units) {
        return IntStream.range(0, units.size())
                .filter(i -> units.get(i).key())
                .boxed()
                .toList();
    }

    private static List<Long> ticks(List<AccessUnit> units) {
        return units.stream().map(AccessUnit::ticks).toList();
    }

    /** As a player would get it. */
    private Path file(String name) throws IOException {
        List<AccessUnit> units = rung(name);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(InitSegment.write(Objects.requireNonNull(units.getFirst().format()), 0));
        out.write(Fragment.write(
                1,
                0,
                units.stream()
                        .map(unit -> new Sample(unit.data(), TestClip.FRAME_TICKS, unit.key()))
                        .toList(),
                0));
        return Files.write(folder.resolve(name + ".mp4"), out.toByteArray());
    }

    /** Mean over all pictures, beside the source scaled to the rung's size. */
    private double psnrDb(Path rung, int width, int height, TestClip source) throws IOException {
        Path stats = folder.resolve("psnr.txt");
        // The numbers are compared, whatever they are said to mean.
        String same = "setparams=range=pc:colorspace=smpte170m";
        FfmpegTool.ffmpeg(
                "-i",
                rung.toString(),
                "-i",
                source.file.toString(),
                "-lavfi",
                "[0]settb=1/30,setpts=N," + same + "[a];[1]settb=1/30,setpts=N," + same + ",scale=" + width + ":"
                        + height + ":flags=bilinear[b];[a][b]psnr=stats_file=" + stats,
                "-f",
                "null",
                "-");
        return Files.readAllLines(stats).stream()
                .mapToDouble(line -> Double.parseDouble(
                        line.replaceFirst(".*psnr_avg:([0-9.]+|inf).*", "$1").replace("inf", "99")))
                .average()
                .orElseThrow();
    }

    @Test
    void shouldMakeEveryRungOfVp8WithTheTimesOfItsFrames() throws IOException {
        TestClip clip = TestClip.vp8(folder, 1280, 720, 95, 90);
        play(clip);
        assertEquals(List.of("v360", "v480", "v720"), List.copyOf(made.keySet()), "the lowest first");
        for (String name : made.keySet()) {
            List<AccessUnit> units = rung(name);
            assertEquals(ticks(clip.units), ticks(units), name);
            assertEquals(
                    clip.units.stream().map(AccessUnit::captureNs).toList(),
                    units.stream().map(AccessUnit::captureNs).toList());
            // Segments of a second, whatever the publisher's keys.
            assertEquals(List.of(0, 30, 60, 90), keys(units), name);
            TrackFormat format = Objects.requireNonNull(units.getFirst().format());
            assertTrue(format.codecs().startsWith("avc1.64"), format::toString);
            for (AccessUnit unit : units) {
                assertEquals(unit.key() ? format : null, unit.format(), "one init segment does for all");
            }
            Path file = file(name);
            assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", file.toString(), "-f", "null", "-"), name);
            String probed = FfmpegTool.ffprobe(
                            "-count_frames",
                            "-show_entries",
                            "stream=codec_name,profile,width,height,has_b_frames,color_range,color_space,color_transfer,color_primaries,nb_read_frames",
                            "-of",
                            "csv=p=0",
                            file.toString())
                    .strip();
            int height = Integer.parseInt(name.substring(1));
            int width = height == 480 ? 854 : height * 16 / 9;
            assertEquals("h264,High," + width + "," + height + ",0,pc,smpte170m,iec61966-2-1,bt709,95", probed);
            double psnrDb = psnrDb(file, width, height, clip);
            assertTrue(psnrDb > MIN_PSNR_DB, name + " " + psnrDb + " dB");
            long bits =
                    units.stream().mapToLong(unit -> unit.data().length * 8L).sum();
            double wanted = Rung.bitrateBps(width, height) * 95 / 30.0;
            assertTrue(bits < 1.5 * wanted && bits > 0.3 * wanted, name + " " + bits + " bits of " + wanted);
        }
    }

    @Test
    void shouldBeginWhereTheSegmentsOfALayerThatIsPlayedAsItIsDo() throws IOException {
        TestClip clip = TestClip.h264(folder, 1280, 720, 70, 70);
        for (int i = 0; i < 70; i++) {
            add(clip.units.get(i), 1, 1, true, i == 5 || i == 40);
        }
        assertEquals(List.of("v360", "v480"), List.copyOf(made.keySet()), "what is below the source");
        for (List<AccessUnit> units : made.values()) {
            assertEquals(TestClip.ticks(5), units.getFirst().ticks());
            assertEquals(List.of(0, 35), keys(units));
            assertEquals(65, units.size());
        }
        assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", file("v360").toString(), "-f", "null", "-"));
    }

    /** All of it comes at once when somebody asks: what a player would wait for is there already. */
    @Test
    void shouldBeginWithTheNewestSegmentOfWhatWasKept() throws IOException {
        TestClip clip = TestClip.h264(folder, 1280, 720, 70, 70);
        nowNs = clip.units.getLast().arrivalNs();
        for (int i = 0; i < 70; i++) {
            AccessUnit unit = clip.units.get(i);
            boolean late = nowNs - unit.arrivalNs() > Transcoder.LATE_NS;
            transcoder.add(new Job(1, 1, true, i == 5 || i == 40, unit, nowNs));
            assertEquals(late, made.isEmpty(), "nothing before it is in time: frame " + i);
        }
        assertEquals(List.of("v360", "v480"), List.copyOf(made.keySet()));
        for (List<AccessUnit> units : made.values()) {
            assertEquals(ticks(clip.units.subList(40, 70)), ticks(units));
            assertEquals(List.of(0), keys(units));
        }
        assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", file("v360").toString(), "-f", "null", "-"));
    }

    /** What is older than a segment can be is of no use; what takes too long to catch up is not handed on. */
    @Test
    void shouldBeginWithASegmentToComeWhereWhatWasKeptIsOldOrTheCpuIsSlow() throws IOException {
        TestClip clip = TestClip.h264(folder, 1280, 720, 130, 130);
        nowNs = clip.units.get(119).arrivalNs();
        for (int i = 0; i < 120; i++) {
            transcoder.add(new Job(1, 1, true, i == 5, clip.units.get(i), nowNs));
        }
        assertTrue(made.isEmpty(), made.keySet()::toString);
        for (int i = 120; i < 130; i++) {
            add(clip.units.get(i), 1, 1, true, i == 125);
        }
        assertEquals(TestClip.ticks(125), rung("v360").getFirst().ticks());
        made.clear();
        nowNs = clip.units.get(89).arrivalNs();
        try (Transcoder busy = new Transcoder(
                SETTINGS,
                new VideoCoders(CODERS.decoder(), slow(new long[] {100_000_000}), () -> {}),
                () -> nowNs,
                (rung, unit) ->
                        made.computeIfAbsent(rung, _ -> new ArrayList<>()).add(unit))) {
            long beganNs = nowNs;
            for (int i = 0; i < 90; i++) {
                busy.add(new Job(1, 1, true, i == 5, clip.units.get(i), beganNs));
            }
            assertTrue(made.isEmpty(), made.keySet()::toString);
            assertTrue(nowNs - beganNs < 3_000_000_000L, "it gives up");
        }
    }

    @Test
    void shouldRepeatAPictureThatStandsStillAndGoOn() throws IOException {
        TestClip clip = TestClip.vp8(folder, 640, 360, 60, 60);
        for (int i = 0; i < 60; i++) {
            if (i == 30) {
                // A screen that is shared sends nothing while nothing happens.
                nowNs = TestClip.captureNs(30) + TestClip.DELAY_NS;
                for (int ms = 0; ms < 3_000; ms += 20) {
                    nowNs += 20_000_000;
                    transcoder.onTime();
                }
            }
            AccessUnit unit = clip.units.get(i);
            long pauseNs = i < 30 ? 0 : 3_000_000_000L;
            add(
                    new AccessUnit(
                            unit.ticks() + pauseNs * 9 / 100_000,
                            unit.captureNs() + pauseNs,
                            unit.arrivalNs() + pauseNs,
                            unit.key(),
                            unit.format(),
                            unit.data()),
                    1,
                    1,
                    false,
                    false);
        }
        List<AccessUnit> units = rung("v360");
        for (int i = 1; i < units.size(); i++) {
            long apart = units.get(i).ticks() - units.get(i - 1).ticks();
            assertTrue(apart > 0 && apart <= 300 * 90, "frame " + i + " lasts " + apart / 90 + " ms");
            long capturedNs = units.get(i).captureNs() - units.get(i - 1).captureNs();
            assertEquals(apart / 90_000.0, capturedNs / 1e9, 1e-4);
        }
        assertTrue(units.size() >= 60 + 13, () -> units.size() + " frames");
        assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", file("v360").toString(), "-f", "null", "-"));
        // For seconds, not for good.
        int before = units.size();
        for (int ms = 0; ms < 20_000; ms += 20) {
            nowNs += 20_000_000;
            transcoder.onTime();
        }
        assertTrue(rung("v360").size() - before <= 26, () -> rung("v360").size() - before + " repeats");
    }

    @Test
    void shouldLeaveOutWhatIsLateAndKeepItsKeysInTime() throws IOException {
        TestClip clip = TestClip.vp8(folder, 640, 360, 60, 60);
        for (int i = 0; i < 60; i++) {
            AccessUnit unit = clip.units.get(i);
            nowNs = unit.arrivalNs() + (i >= 10 && i < 20 ? 2 * Transcoder.LATE_NS : 0);
            transcoder.add(new Job(1, 1, false, false, unit, unit.arrivalNs()));
        }
        assertEquals(50, rung("v360").size());
        assertEquals(10, transcoder.status().lateFrames());
        assertEquals(
                TestClip.ticks(30), rung("v360").get(keys(rung("v360")).get(1)).ticks());
    }

    @Test
    void shouldKeepItsTimelineWhenAnotherLayerIsTaken() throws IOException {
        TestClip large = TestClip.vp8(folder, 640, 360, 30, 30);
        TestClip small = TestClip.vp8(folder, 320, 180, 30, 30);
        for (int i = 0; i < 30; i++) {
            add(large.units.get(i), 1, 1, false, false);
        }
        for (int i = 0; i < 30; i++) {
            AccessUnit unit = small.units.get(i);
            long laterNs = 30 * TestClip.FRAME_NS;
            // Timestamps of another base.
            add(
                    new AccessUnit(
                            unit.ticks() - 3_000_000_000L,
                            unit.captureNs() + laterNs,
                            unit.arrivalNs() + laterNs,
                            unit.key(),
                            unit.format(),
                            unit.data()),
                    1,
                    2,
                    false,
                    false);
        }
        List<AccessUnit> units = rung("v360");
        assertEquals(60, units.size());
        for (int i = 1; i < 60; i++) {
            long apart = units.get(i).ticks() - units.get(i - 1).ticks();
            assertTrue(Math.abs(apart - 3_000) <= 1, () -> apart + " ticks");
        }
        assertEquals(
                1,
                units.stream()
                        .map(AccessUnit::format)
                        .filter(Objects::nonNull)
                        .distinct()
                        .count());
        assertEquals(List.of("v360"), List.copyOf(made.keySet()));
    }

    @Test
    void shouldBeginAnewForAnotherPublisher() throws IOException {
        play(TestClip.vp8(folder, 640, 360, 10, 30));
        TestClip upright = TestClip.vp8(folder, 360, 640, 10, 30);
        made.clear();
        upright.units.forEach(unit -> add(unit, 2, 1, false, false));
        assertEquals(10, rung("v360").size());
        assertTrue(rung("v360").getFirst().key());
        assertTrue(String.valueOf(rung("v360").getFirst().format()).endsWith("360x640"));
    }

    @Test
    void shouldMakeOneRungOfASourceBelowAll() throws IOException {
        play(TestClip.vp8(folder, 320, 180, 5, 30));
        assertEquals(List.of("v180"), List.copyOf(made.keySet()));
    }

    /** As a browser whose line turns out wide: each size begins with a key, none is made that is larger than the source has been. */
    @Test
    void shouldMakeMoreRungsOfASourceThatGrows() throws IOException {
        List<TestClip> sizes = List.of(
                TestClip.vp8(folder, 320, 180, 40, 40),
                TestClip.vp8(folder, 640, 360, 40, 40),
                TestClip.vp8(folder, 1280, 720, 40, 40),
                TestClip.vp8(folder, 640, 360, 40, 40));
        List<List<String>> known = List.of(
                List.of("v180"),
                List.of("v180", "v360"),
                List.of("v180", "v360", "v480", "v720"),
                List.of("v180", "v360", "v480", "v720"));
        for (int size = 0; size < 4; size++) {
            for (int i = 0; i < 40; i++) {
                add(later(sizes.get(size).units.get(i), 40 * size + i), 1, 1, false, false);
            }
            assertEquals(known.get(size), List.copyOf(made.keySet()), "of size " + size);
        }
        assertEquals(0, transcoder.status().failures());
        List<Integer> begins = List.of(0, 60, 90, 90);
        for (int i = 0; i < 4; i++) {
            String name = known.getLast().get(i);
            List<AccessUnit> units = rung(name);
            List<Long> expected = IntStream.range(begins.get(i), 160)
                    .mapToObj(TestClip::ticks)
                    .toList();
            assertEquals(expected, ticks(units), name);
            assertEquals(
                    1,
                    units.stream()
                            .map(AccessUnit::format)
                            .filter(Objects::nonNull)
                            .distinct()
                            .count(),
                    () -> name + " has one init segment");
            assertTrue(units.getFirst().key());
            Path file = file(name);
            assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", file.toString(), "-f", "null", "-"), name);
        }
    }

    /** A window that somebody drags larger: of each size a rung would be as many as there are heights. */
    @Test
    void shouldMakeOneRungOfASourceThatStaysBelowAllHoweverItGrows() throws IOException {
        int frame = 0;
        for (int height : List.of(180, 200, 240, 300, 180)) {
            for (AccessUnit unit : TestClip.vp8(folder, 2 * height, height, 10, 10).units) {
                add(later(unit, frame++), 1, 1, false, false);
            }
        }
        assertEquals(List.of("v180"), List.copyOf(made.keySet()));
        assertEquals(50, rung("v180").size());
    }

    /** A frame as if it came at the time of another. */
    private static AccessUnit later(AccessUnit unit, int frame) {
        long captureNs = TestClip.captureNs(frame);
        return new AccessUnit(
                TestClip.ticks(frame),
                captureNs,
                captureNs + TestClip.DELAY_NS,
                unit.key(),
                unit.format(),
                unit.data());
    }

    @Test
    void shouldSkipToTheNextKeyBehindDamage() throws IOException {
        TestClip clip = TestClip.vp8(folder, 640, 360, 40, 20);
        for (int i = 0; i < 40; i++) {
            AccessUnit unit = clip.units.get(i);
            byte[] data = i == 10 ? new byte[] {1} : unit.data();
            add(
                    new AccessUnit(unit.ticks(), unit.captureNs(), unit.arrivalNs(), unit.key(), unit.format(), data),
                    1,
                    1,
                    false,
                    false);
            assertEquals(i >= 10 && i < 20, transcoder.needsKey(), "frame " + i);
        }
        assertEquals(1, transcoder.status().failures());
        List<Long> expected = new ArrayList<>(ticks(clip.units));
        expected.subList(10, 20).clear();
        assertTrue(ticks(rung("v360")).containsAll(expected));
    }

    /** Encoders of more than 180 rows take as long as is said, in virtual time. */
    private VideoEncoder.Factory slow(long[] costNs) {
        return (width, height, bitrateBps, colours) -> {
            VideoEncoder encoder = CODERS.encoder().open(width, height, bitrateBps, colours);
            return new VideoEncoder() {
                @Override
                public Frame encode(Picture picture, boolean key, long timeMs) {
                    nowNs += picture.height() > 180 ? costNs[0] : 1_000_000;
                    return encoder.encode(picture, key, timeMs);
                }

                @Override
                public void framesPerSecond(float framesPerSecond) {
                    encoder.framesPerSecond(framesPerSecond);
                }

                @Override
                public void close() {
                    encoder.close();
                }
            };
        };
    }

    @Test
    void shouldShedTheTopRungWhileThereIsNoTimeForItAndLeaveNoHolesBelow() throws IOException {
        TestClip clip = TestClip.vp8(folder, 640, 360, 30, 30);
        long[] costNs = {60_000_000};
        try (Transcoder busy = new Transcoder(
                new LadderSettings(List.of(360, 180), 200, 1_000),
                new VideoCoders(CODERS.decoder(), slow(costNs), () -> {}),
                () -> nowNs,
                (rung, unit) ->
                        made.computeIfAbsent(rung, _ -> new ArrayList<>()).add(unit))) {
            int shedAt = 0;
            for (int i = 0; i < 30 * 30; i++) {
                AccessUnit unit = clip.units.get(i % 30);
                long arrivalNs = TestClip.captureNs(i) + TestClip.DELAY_NS;
                nowNs = Math.max(nowNs, arrivalNs);
                AccessUnit now = new AccessUnit(
                        TestClip.ticks(i), TestClip.captureNs(i), arrivalNs, unit.key(), unit.format(), unit.data());
                busy.add(new Job(1, 1, false, false, now, arrivalNs));
                busy.onTime();
                boolean shed = busy.status().rungs().get(1).state() == LadderStatus.State.SHED;
                if (shed && shedAt == 0) {
                    shedAt = i;
                    costNs[0] = 2_000_000;
                    rung("v360").clear();
                }
            }
            assertTrue(shedAt > 0 && shedAt < 30 * 6, "shed at frame " + shedAt);
            assertEquals(1, busy.status().sheds());
            assertEquals(
                    List.of(LadderStatus.State.RUNNING, LadderStatus.State.RUNNING),
                    busy.status().rungs().stream().map(LadderStatus.Rung::state).toList());
        }
        List<AccessUnit> lower = rung("v180");
        for (int i = 1; i < lower.size(); i++) {
            long apart = lower.get(i).ticks() - lower.get(i - 1).ticks();
            assertTrue(apart <= 235 * 90, "frame " + i + " lasts " + apart / 90 + " ms");
        }
        // Back after calm, with a key where the other has one.
        AccessUnit back = rung("v360").getFirst();
        assertTrue(back.key());
        assertTrue(lower.stream().anyMatch(unit -> unit.key() && unit.ticks() == back.ticks()));
    }

    /** Truncated, flipped and random frames of every codec: nothing is thrown, and the next good key is shown. */
    @Seeds(4)
    void shouldTakeAnyBytesAndGoOnFromTheNextKey(long seed) throws IOException {
        Random random = new Random(seed);
        int epoch = 0;
        for (TestClip clip : List.of(
                TestClip.vp8(folder, 320, 180, 30, 10),
                TestClip.h264(folder, 320, 180, 30, 10),
                TestClip.vp9(folder, 320, 180, 30, 10),
                TestClip.av1(folder, 320, 180, 30, 10),
                TestClip.h265(folder))) {
            epoch++;
            for (int i = 0; i < 300; i++) {
                AccessUnit unit = clip.units.get(random.nextInt(clip.units.size()));
                byte[] data = unit.data().clone();
                switch (random.nextInt(4)) {
                    case 0 -> data = Arrays.copyOf(data, random.nextInt(data.length));
                    case 1 -> random.nextBytes(data);
                    case 2 -> {
                        for (int flips = 0; flips < 20; flips++) {
                            data[random.nextInt(data.length)] ^= (byte) (1 << random.nextInt(8));
                        }
                    }
                    default -> {}
                }
                transcoder.add(later(unit, data, epoch, i));
            }
            made.clear();
            // From a key to behind the next one.
            for (int i = 0; i < 10; i++) {
                AccessUnit unit = clip.units.get(i);
                transcoder.add(later(unit, unit.data(), epoch, 300 + i));
            }
            String codec = String.valueOf(clip.units.getFirst().format());
            assertFalse(made.isEmpty(), codec);
            made.values().forEach(units -> assertTrue(units.size() >= 9, () -> units.size() + " frames of " + codec));
        }
    }

    /** A frame as if it came at the time of another. */
    private Job later(AccessUnit unit, byte[] data, int epoch, int frame) {
        nowNs = TestClip.captureNs(frame) + TestClip.DELAY_NS;
        return new Job(
                epoch,
                1,
                false,
                false,
                new AccessUnit(
                        TestClip.ticks(frame), TestClip.captureNs(frame), nowNs, unit.key(), unit.format(), data),
                nowNs);
    }

    @Test
    void shouldMakeNothingOfWhatNoDecoderIsThereForAndAskForNoKeys() {
        VideoFormat unknown = new VideoFormat("mp4v", 320, 180, "mp4v", "esds", new byte[0]);
        assertThrows(UnsupportedOperationException.class, () -> CODERS.decoder().open(unknown));
        for (int i = 0; i < 3; i++) {
            long captureNs = TestClip.captureNs(i);
            AccessUnit unit = new AccessUnit(i, captureNs, captureNs, i == 0, i == 0 ? unknown : null, new byte[9]);
            add(unit, 1, 1, true, i == 0);
            assertFalse(transcoder.needsKey(), "a key would not help");
        }
        assertEquals(1, transcoder.status().failures());
        assertEquals(
                "No rendition is made of mp4v: no decoder of mp4v is known.",
                transcoder.status().problem());
        assertTrue(made.isEmpty());
    }

    @Test
    void shouldMakeARungOfH265() throws IOException {
        TestClip clip = TestClip.h265(folder);
        clip.units.forEach(unit -> add(unit, 1, 1, true, unit.key()));
        assertEquals(List.of("v180"), List.copyOf(made.keySet()));
        assertEquals(List.of(0, 6), keys(rung("v180")));
        assertTrue(psnrDb(file("v180"), 320, 180, clip) > MIN_PSNR_DB);
        assertEquals(0, transcoder.status().failures());
    }

    /** Not every player plays them: what is made is as large as they are, and smaller. */
    @ParameterizedTest
    @ValueSource(strings = {"vp9", "av1"})
    void shouldMakeRungsOfOtherCodecs(String codec) throws IOException {
        TestClip clip =
                codec.equals("vp9") ? TestClip.vp9(folder, 854, 480, 35, 30) : TestClip.av1(folder, 854, 480, 35, 30);
        clip.units.forEach(unit -> add(unit, 1, 1, true, unit.key()));
        assertEquals(List.of("v360", "v480"), List.copyOf(made.keySet()));
        assertEquals(ticks(clip.units), ticks(rung("v480")));
        assertEquals(List.of(0, 30), keys(rung("v360")));
        assertTrue(psnrDb(file("v480"), 854, 480, clip) > MIN_PSNR_DB);
        assertEquals(0, transcoder.status().failures());
        assertNull(transcoder.status().problem());
    }
}
