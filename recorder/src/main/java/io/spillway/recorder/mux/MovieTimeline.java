package io.spillway.recorder.mux;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.frame.AccessUnit;
import io.spillway.media.frame.AudioCoder;
import io.spillway.media.mp4.TrackFormat;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.recorder.mux.Survey.LayerFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts frames where they belong in a movie. Sound goes on as its own clock counts, with silence where some is missing, so that no player has to stretch or skip any; pictures are placed by their
 * capture, less what the clock of the sound has drifted from the publisher's. A publisher begins where the one before ended: nobody watches what was not there.
 */
final class MovieTimeline {

    private static final long NS = 1_000_000_000L;

    /** A decoder makes no sound of it: 20 ms of CELT, stereo, all bands empty. RFC 6716 §3.1. */
    private static final byte[] SILENCE = {(byte) 0xFC, (byte) 0xFF, (byte) 0xFE};

    private static final int SILENCE_TICKS = 960;
    private static final int SOUND_HZ = 48_000;
    private static final int PICTURE_HZ = 90_000;

    /** What the encoder holds back. */
    private static final int AAC_BEHIND_PACKETS = 4;

    private static final int AAC_TICKS = 1_024;

    /** Where the first keyframe comes later than this, the movie begins with sound alone. */
    private static final long MAX_SILENT_START_NS = 5 * NS;

    /** Timestamps and captures that part by more are of another count. */
    private static final long JUMP_NS = NS;

    /** What the last picture lasts where nothing says so. */
    private static final long FRAME_TICKS = 3_000;

    /** A publisher: where it begins in the movie, and the capture that lies there. */
    private record Begun(long atNs, long captureNs) {}

    /** The pictures of one size. */
    private static final class Pictures {
        final MovieFile.Track track;

        @Nullable
        TrackFormat format;

        @Nullable
        TrackFormat firstFormat;

        long frameTicks = FRAME_TICKS;
        int part = -1;

        Pictures(MovieFile.Track track) {
            this.track = track;
        }
    }

    private final List<MovieFile> files;
    private final Window window;
    private final List<Pictures> renditions;
    private final MovieFile.Track sounds;
    private final MovieFile.@Nullable Track aac;
    private final @Nullable AudioCoder coder;
    private final PayloadParser opus = PayloadParser.of(Codec.OPUS);
    private final PayloadInfo info = new PayloadInfo();
    private final List<Begun> parts = new ArrayList<>();

    /** Where this publisher begins in the movie, and the capture that lies there. */
    private long baseNs;

    private long originNs;
    private boolean begun;

    private boolean anchored;
    private long anchorTicks;
    private long anchorStart;
    private long anchorCaptureNs;
    private long driftNs;
    private long soundEnd;
    private long endNs;

    /**
     * @param files one a size of the pictures, the largest first, which has the sound too
     * @param window of what is made AAC
     * @param coder makes AAC of the sound, beside it; null where nothing can
     */
    MovieTimeline(List<MovieFile> files, Window window, @Nullable AudioCoder coder) {
        this.files = files;
        this.window = window;
        renditions = files.stream().map(file -> new Pictures(file.addTrack())).toList();
        // What every player plays comes first.
        aac = coder == null ? null : files.getFirst().addTrack();
        sounds = files.getFirst().addTrack();
        this.coder = coder;
    }

    /** A publisher begins. Null for what it does not send. */
    void begin(@Nullable LayerFacts picture, @Nullable LayerFacts sound) {
        long pictureNs = picture == null ? 0 : picture.clock.captureNs(picture.keyTimestamp, picture.keyAtNs);
        long soundNs = sound == null ? 0 : sound.clock.captureNs(sound.firstTimestamp, sound.firstAtNs);
        boolean withPicture = picture != null && (sound == null || pictureNs - soundNs <= MAX_SILENT_START_NS);
        originNs = withPicture ? pictureNs : soundNs;
        baseNs = endNs;
        begun = false;
        anchored = false;
        driftNs = 0;
    }

    /** @param rendition the place of its size */
    void picture(int rendition, AccessUnit unit) {
        Pictures into = renditions.get(rendition);
        TrackFormat told = unit.format();
        byte[] data = unit.data();
        if (told != null) {
            into.format = told;
            if (into.firstFormat == null) {
                into.firstFormat = told;
            }
            if (!told.equals(into.firstFormat) && told instanceof VideoFormat video) {
                // Not all players read a second sample entry.
                data = joined(video.parameterSets(), data);
            }
        }
        TrackFormat format = into.format;
        if (format == null) {
            return;
        }
        note();
        int part = parts.size() - 1;
        long atNs = Math.max(baseNs, baseNs + unit.captureNs() - originNs - driftNs);
        long start = ticks(atNs, PICTURE_HZ);
        if (!into.track.isEmpty()) {
            start = Math.max(start, into.track.lastTicks() + 1);
            if (into.part == part) {
                into.frameTicks = Math.min(start - into.track.lastTicks(), PICTURE_HZ);
            }
        }
        into.part = part;
        add(into.track, start, data, unit.key(), format, part);
    }

    void sound(AccessUnit unit) {
        TrackFormat format = unit.format();
        if (format == null || !opus.parse(ByteBuffer.wrap(unit.data()), 0, unit.data().length, info)) {
            return;
        }
        long byCapture = ticks(baseNs + unit.captureNs() - originNs, SOUND_HZ);
        long start = anchorStart + unit.ticks() - anchorTicks;
        if (!anchored || Math.abs(start - byCapture) > ticks(JUMP_NS, SOUND_HZ)) {
            long base = ticks(baseNs, SOUND_HZ);
            if (byCapture < base - SILENCE_TICKS / 2) {
                return;
            }
            // A packet that begins with the picture may seem a little early.
            start = Math.max(base, byCapture);
            anchored = true;
            anchorStart = start;
            anchorTicks = unit.ticks();
            anchorCaptureNs = unit.captureNs();
        }
        driftNs = unit.captureNs() - anchorCaptureNs - (unit.ticks() - anchorTicks) * NS / SOUND_HZ;
        if (!sounds.isEmpty()) {
            if (start <= sounds.lastTicks()) {
                return;
            }
            while (start - soundEnd >= SILENCE_TICKS) {
                sound(soundEnd, SILENCE, format, SILENCE_TICKS);
            }
        }
        note();
        sound(start, unit.data(), format, info.durationTicks());
    }

    private void sound(long start, byte[] opus, TrackFormat format, int ticks) {
        add(sounds, start, opus, true, format, parts.size() - 1);
        soundEnd = start + ticks;
        if (coder != null && window.meets(start, soundEnd, SOUND_HZ)) {
            coder.add(opus, start, this::aac);
        }
    }

    private void aac(long start, byte[] packet) {
        MovieFile.Track into = aac;
        // What comes behind the end is what pushed the rest out of the coder.
        if (into == null || coder == null || start < 0 || start >= soundEnd) {
            return;
        }
        if (into.isEmpty() || start > into.lastTicks()) {
            add(into, start, packet, true, coder.format(), parts.size() - 1);
        }
    }

    private void note() {
        if (!begun) {
            begun = true;
            parts.add(new Begun(baseNs, originNs));
        }
    }

    /** All of the publisher was told: the next begins behind it. */
    void endSource() throws IOException {
        for (Pictures each : renditions) {
            if (!each.track.isEmpty()) {
                long end = each.track.lastTicks() + each.frameTicks;
                each.track.endPart(end);
                endNs = Math.max(endNs, end * NS / PICTURE_HZ);
            }
        }
        if (aac != null) {
            aac.endPart(aac.lastTicks() + AAC_TICKS);
        }
        sounds.endPart(soundEnd);
        endNs = Math.max(endNs, soundEnd * NS / SOUND_HZ);
        for (MovieFile each : files) {
            each.cut();
        }
    }

    /** All publishers were told. */
    void end() {
        if (coder != null && aac != null && !sounds.isEmpty()) {
            for (int i = 0; i < AAC_BEHIND_PACKETS; i++) {
                coder.add(SILENCE, soundEnd + (long) i * SILENCE_TICKS, this::aac);
            }
            aac.endPart(aac.lastTicks() + AAC_TICKS);
        }
    }

    /** The sound that most players play; without pieces where there is none. */
    MovieFile.Track sound() {
        return aac == null || aac.isEmpty() ? sounds : aac;
    }

    /** The pictures of a size. */
    MovieFile.Track pictures(int rendition) {
        return renditions.get(rendition).track;
    }

    /** What it lasts, once ended. */
    double seconds() {
        return (double) endNs / NS;
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /**
     * What it came to, once ended.
     *
     * @param unixNs the wall clock at the journal's beginning, nanoseconds since 1970
     */
    MovieReport report(String stream, long unixNs, long lostPackets, long damages) {
        Pictures largest = renditions.getFirst();
        VideoFormat video = largest.firstFormat instanceof VideoFormat first ? first : null;
        List<String> codecs = new ArrayList<>();
        if (video != null) {
            codecs.add(video.codecs());
        }
        if (sound() != sounds) {
            codecs.add("mp4a.40.2");
        }
        if (!sounds.isEmpty()) {
            codecs.add("opus");
        }
        return new MovieReport(
                stream,
                unixMs(unixNs + parts.getFirst().captureNs()),
                endNs / 1_000_000,
                largest.track.count(),
                sounds.count(),
                String.join(",", codecs),
                video == null ? 0 : video.width(),
                video == null ? 0 : video.height(),
                lostPackets,
                damages,
                parts.stream()
                        .map(part -> new MovieReport.Part(part.atNs() / 1_000_000, unixMs(unixNs + part.captureNs())))
                        .toList());
    }

    private static void add(MovieFile.Track track, long start, byte[] data, boolean key, TrackFormat format, int part) {
        try {
            track.add(start, data, key, format, part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    private static long unixMs(long unixNs) {
        return Math.floorDiv(unixNs, 1_000_000L);
    }

    private static long ticks(long ns, int rateHz) {
        return Math.round((double) ns * rateHz / NS);
    }
}
