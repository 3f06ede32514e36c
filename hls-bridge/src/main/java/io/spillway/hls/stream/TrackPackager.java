package io.spillway.hls.stream;

import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.Fragment;
import io.spillway.media.mp4.InitSegment;
import io.spillway.media.mp4.Sample;
import io.spillway.media.mp4.TrackFormat;
import io.spillway.media.time.NtpTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes one track's parts and segments. Frames come with their start; a frame lasts until the next one starts. Where none comes there is a gap, in parts of their own. Owned by the packaging thread.
 */
final class TrackPackager {

    private static final long NS_A_SECOND = 1_000_000_000L;

    /** No packet of sound is shorter than this and half of it. */
    private static final int MIN_SOUND_MS = 2;

    private final String name;
    private final String instance;
    private final HlsSettings settings;
    private final Shelf shelf;
    private final long wallOriginNs;
    private final int timescale;
    private final boolean sound;
    private final long partMinTicks;
    private final long partMaxTicks;

    private final Deque<Segment> listed = new ArrayDeque<>();
    private final Deque<Segment> kept = new ArrayDeque<>();
    private final List<Part> parts = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();

    private TrackFormat format;
    private String initUri;
    private int inits;
    private long sequence;
    private long partNumber;
    private long discontinuitySequence;
    private boolean independent = true;
    private boolean discontinuity;
    private Period period;
    private boolean ended;

    private long segmentStart;
    private long partStart;
    private long partTicks;

    private byte @Nullable [] pending;
    private boolean pendingKey;
    private long pendingStart;
    private long listedTicks;
    private long keptTicks;
    private long gapParts;

    /**
     * @param instance tells this run's names from all others'
     * @param sequence of the first segment
     * @param startTicks where the timeline of the track begins
     * @param period in which it begins
     * @param wallOriginNs nanoseconds since 1970 at tick 0
     */
    TrackPackager(
            String name,
            String instance,
            TrackFormat format,
            HlsSettings settings,
            Shelf shelf,
            long sequence,
            long startTicks,
            Period period,
            long wallOriginNs) {
        this.name = name;
        this.instance = instance;
        this.format = format;
        this.settings = settings;
        this.shelf = shelf;
        this.sequence = sequence;
        this.period = period;
        this.wallOriginNs = wallOriginNs;
        this.timescale = format.timescale();
        this.sound = format instanceof AudioFormat;
        this.partMinTicks = ticks(settings.partMs());
        this.partMaxTicks = ticks(settings.partTargetMs());
        this.segmentStart = startTicks;
        this.partStart = startTicks;
        this.initUri = putInit();
    }

    String name() {
        return name;
    }

    int timescale() {
        return timescale;
    }

    TrackFormat format() {
        return format;
    }

    long ticks(long ms) {
        return ms * timescale / 1000;
    }

    /** Where the open segment began. */
    long segmentStart() {
        return segmentStart;
    }

    /** How far its timeline is known: the start of the newest frame, or the end of what was given up. */
    long end() {
        return pending == null ? partStart + partTicks : pendingStart;
    }

    long sequence() {
        return sequence;
    }

    long gapParts() {
        return gapParts;
    }

    /** Adds a frame. It starts where the timeline is at the earliest; sound that begins where sound is already is left out. */
    void add(long startTicks, byte[] data, boolean key) {
        if (sound && pending != null && startTicks < pendingStart + ticks(MIN_SOUND_MS)) {
            return;
        }
        long start = Math.max(startTicks, end() + (pending == null ? 0 : 1));
        settle(start);
        pending = data;
        pendingKey = key;
        pendingStart = start;
    }

    /** Ends the open segment at a time, which is {@link #end} or later; the next begins there. False when there was nothing in it. */
    boolean cut(long atTicks) {
        long at = Math.max(atTicks, end());
        settle(at);
        closePart();
        if (parts.isEmpty()) {
            segmentStart = at;
            return false;
        }
        Segment whole = open();
        listed.add(whole);
        kept.add(whole);
        listedTicks += whole.durationTicks();
        keptTicks += whole.durationTicks();
        independent &= whole.isIndependent();
        shelf.putSegment(whole, sound);
        parts.clear();
        discontinuity = false;
        sequence++;
        segmentStart = at;
        forget();
        return true;
    }

    /** Gives up what has not come until a time: a gap up to there. */
    void fill(long toTicks) {
        if (toTicks > end()) {
            settle(toTicks);
        }
    }

    /** Begins anew with the next segment: another publisher, encoder or format. */
    void restart(TrackFormat next, Period nextPeriod) {
        period = nextPeriod;
        discontinuity = !listed.isEmpty() || discontinuity;
        if (!next.equals(format)) {
            format = next;
            initUri = putInit();
        }
    }

    void end(boolean now) {
        ended = now;
    }

    Rendition view() {
        return new Rendition(
                name,
                format,
                Math.floorDiv(wallOriginNs, 1_000_000L),
                List.copyOf(listed),
                open(),
                partUri(partNumber),
                discontinuitySequence,
                independent,
                ended);
    }

    /** Drops the oldest of what is kept; false when only the least a playlist must have is left. */
    boolean shrink() {
        if (kept.size() <= HlsSettings.MIN_SEGMENTS) {
            return false;
        }
        if (kept.size() == listed.size()) {
            unlist();
        }
        drop();
        return true;
    }

    private Segment open() {
        return new Segment(
                sequence,
                // By its time, as manifests of DASH want it.
                name + "-" + instance + "-" + segmentStart + ".m4s",
                initUri,
                format,
                period,
                segmentStart,
                parts.stream().mapToLong(Part::durationTicks).sum(),
                Math.floorDiv(wallNs(segmentStart), 1_000_000L),
                discontinuity,
                List.copyOf(parts));
    }

    /** Lets the pending frame last until a time; what it cannot last is a gap. */
    private void settle(long at) {
        byte[] data = pending;
        long lasts = at - pendingStart;
        pending = null;
        if (data != null && lasts > 0) {
            if (partTicks + lasts > partMaxTicks && lasts < partMinTicks) {
                closePart();
            }
            // One that stands still fills its part; what follows is a gap.
            long shown = Math.min(lasts, partMaxTicks - partTicks);
            if (samples.isEmpty()) {
                partStart = pendingStart;
            }
            samples.add(new Sample(data, (int) shown, pendingKey));
            partTicks += shown;
            if (partTicks >= partMinTicks) {
                closePart();
            }
        }
        if (at > partStart + partTicks) {
            closePart();
            while (at > partStart) {
                long gap = Math.min(partMinTicks, at - partStart);
                parts.add(new Part(partUri(partNumber++), gap, false, true, 0, new byte[0]));
                gapParts++;
                partStart += gap;
            }
        }
    }

    private void closePart() {
        if (samples.isEmpty()) {
            return;
        }
        boolean key = samples.getFirst().sync();
        // The wall clock is told once a segment.
        long ntp = parts.isEmpty() ? NtpTime.fromUnixNs(wallNs(partStart)) : Fragment.NO_WALL_CLOCK;
        byte[] bytes = Fragment.write(partNumber + 1, partStart, samples, ntp);
        Part part = new Part(partUri(partNumber++), partTicks, key, false, samples.size(), bytes);
        parts.add(part);
        shelf.putPart(part, sound);
        samples.clear();
        partStart += partTicks;
        partTicks = 0;
    }

    private void forget() {
        long windowTicks = ticks(settings.windowMs());
        while (listed.size() > HlsSettings.MIN_SEGMENTS
                && listedTicks - listed.getFirst().durationTicks() >= windowTicks) {
            unlist();
        }
        // A segment can be had for as long as the longest playlist it was in, and its own time, after it was listed
        // (H12).
        long keepTicks = 2 * windowTicks + 2 * ticks(HlsSettings.MAX_SEGMENT_MS);
        while (kept.size() > listed.size() && keptTicks - kept.getFirst().durationTicks() >= keepTicks) {
            drop();
        }
    }

    private void unlist() {
        Segment gone = listed.removeFirst();
        listedTicks -= gone.durationTicks();
        if (gone.discontinuity()) {
            discontinuitySequence++;
        }
    }

    private void drop() {
        Segment gone = kept.removeFirst();
        keptTicks -= gone.durationTicks();
        shelf.remove(gone);
        if (!gone.initUri().equals(initUri)
                && kept.stream().noneMatch(segment -> segment.initUri().equals(gone.initUri()))) {
            shelf.removeInit(gone.initUri());
        }
    }

    private String putInit() {
        String uri = name + "-" + instance + "-i" + inits++ + ".mp4";
        shelf.putInit(uri, sound, InitSegment.write(format, 0));
        return uri;
    }

    /** Parts are counted through: where the next one will be does not depend on where the segment ends. */
    private String partUri(long number) {
        return name + "-" + instance + "-p" + number + ".m4s";
    }

    private long wallNs(long ticks) {
        return wallOriginNs + ticks / timescale * NS_A_SECOND + ticks % timescale * NS_A_SECOND / timescale;
    }
}
