package io.spillway.hls.stream;

import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.Cbcs;
import io.spillway.media.mp4.Fragment;
import io.spillway.media.mp4.InitSegment;
import io.spillway.media.mp4.Sample;
import io.spillway.media.mp4.TrackFormat;
import io.spillway.media.time.NtpTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes one track's parts and segments. Frames come with their start; a frame lasts until the next one starts. Where none comes there is a gap, in parts of their own; but nothing is missing before the first frame: its playlist begins there.
 * Owned by the packaging thread.
 */
final class TrackPackager {

    private static final long NS_A_SECOND = 1_000_000_000L;

    /** No packet of sound is shorter than this and half of it. */
    private static final int MIN_SOUND_MS = 2;

    /** A hole between two frames of sound is no gap up to here: the later one lasts longer. */
    private static final int SOUND_HOLE_MS = 100;

    private final String name;
    private final String instance;
    private final HlsSettings settings;
    private final Shelf shelf;
    private final long wallOriginNs;
    private final @Nullable Keys keys;
    private final int timescale;
    private final boolean sound;
    private final long partMinTicks;
    private final long partMaxTicks;

    private final Deque<Segment> listed = new ArrayDeque<>();
    private final Deque<Segment> kept = new ArrayDeque<>();
    private final List<Part> parts = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();

    private TrackFormat format;
    private String initUri = "";
    private int inits;
    private long sequence;
    private long partNumber;
    private boolean independent = true;
    private boolean discontinuity;
    private Period period;
    private boolean ended;

    /** Where files are encrypted: the open segment's. */
    private @Nullable SegmentCipher files;

    /** Where samples are: the key, and what encrypts with it as the init segment says. */
    private Keys.@Nullable Key sampleKey;

    private @Nullable Cbcs samplesBy;

    private @Nullable Encryption encryption;

    private long segmentStart;
    private long partStart;
    private long partTicks;

    private byte @Nullable [] pending;
    private boolean pendingKey;
    private long pendingStart;

    private long newestStart;

    /** The newest frame ended its part already, before the next one came. */
    private boolean early;

    private long listedTicks;
    private long keptTicks;
    private long gapParts;
    private Rendition.Rate highest = Rendition.Rate.NONE;
    private long revision;

    /**
     * @param instance tells this run's names from all others'
     * @param sequence of the first segment
     * @param startTicks where the timeline of the track begins, or before
     * @param period in which it begins
     * @param wallOriginNs nanoseconds since 1970 at tick 0
     * @param keys that segments are encrypted with; null for none
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
            long wallOriginNs,
            @Nullable Keys keys) {
        this.name = name;
        this.instance = instance;
        this.format = format;
        this.settings = settings;
        this.shelf = shelf;
        this.sequence = sequence;
        this.period = period;
        this.wallOriginNs = wallOriginNs;
        this.keys = keys;
        this.timescale = format.timescale();
        this.sound = format instanceof AudioFormat;
        this.partMinTicks = ticks(settings.partMs());
        this.partMaxTicks = ticks(settings.partTargetMs());
        this.segmentStart = startTicks;
        this.partStart = startTicks;
        takeKey();
        if (initUri.isEmpty()) {
            beginInit();
        }
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

    /** Whether a whole segment that is listed begins with a key. */
    boolean beginsAtKey(long number) {
        Segment found = find(number);
        return found != null && found.beginsAtKey();
    }

    /** Whether a whole segment that is listed has nothing in it; also of one that is not there. */
    boolean isGap(long number) {
        Segment found = find(number);
        return found == null || found.isGap();
    }

    /** Whole segments of the period that goes on, from the one on that begins near a time; none where none does. */
    List<Segment> since(long atTicks, long nearTicks) {
        List<Segment> since = new ArrayList<>();
        boolean found = false;
        for (Segment each : listed.reversed()) {
            if (found || !each.period().equals(period) || discontinuity) {
                break;
            }
            since.add(each);
            found = Math.abs(each.startTicks() - atTicks) <= nearTicks;
        }
        return found ? since.reversed() : List.of();
    }

    private @Nullable Segment find(long number) {
        for (Segment each : listed.reversed()) {
            if (each.sequence() <= number) {
                return each.sequence() == number ? each : null;
            }
        }
        return null;
    }

    /** How far its timeline is known: the start of the newest frame, or the end of what was given up. */
    long end() {
        return pending == null ? partStart + partTicks : pendingStart;
    }

    long sequence() {
        return sequence;
    }

    /** Number of the oldest segment that can be had. */
    long oldestSequence() {
        return kept.isEmpty() ? sequence : kept.getFirst().sequence();
    }

    /** Whether a segment that is whole lies in a period. */
    boolean hasSegmentIn(Period some) {
        return !listed.isEmpty() && listed.getLast().period().number() == some.number();
    }

    /** Where a whole segment that is listed begins; -1 when it is not there. */
    long startOf(long number) {
        Segment found = find(number);
        return found == null ? -1 : found.startTicks();
    }

    /** Whether nothing of it ever came. */
    boolean isEmpty() {
        return kept.isEmpty() && parts.isEmpty() && samples.isEmpty() && pending == null;
    }

    /** Whether it stands still for at least so long, or did until so little ago. */
    boolean standsStill(long leastTicks, long agoTicks) {
        long ago = 0;
        long gap = 0;
        Iterator<Part> newest = Stream.concat(
                        parts.reversed().stream(),
                        listed.reversed().stream().flatMap(segment -> segment.parts().reversed().stream()))
                .iterator();
        while (newest.hasNext()) {
            Part each = newest.next();
            gap = each.gap() ? gap + each.durationTicks() : 0;
            if (gap >= leastTicks) {
                return true;
            }
            ago += each.durationTicks();
            if (ago - gap >= agoTicks) {
                return false;
            }
        }
        return false;
    }

    long gapParts() {
        return gapParts;
    }

    /** Counts the changes to what {@link #view} shows. */
    long revision() {
        return revision;
    }

    /**
     * Adds a frame. It starts where the timeline is at the earliest; sound that begins where sound is already is left out.
     *
     * @param steadyTicks how long it will last; 0 where that is not known before the next one comes. Sound that fills its part with it ends it at once: who plays waits for the later of sound and picture
     */
    void add(long startTicks, byte[] data, boolean key, long steadyTicks) {
        if (sound && (pending != null || early) && startTicks < newestStart + ticks(MIN_SOUND_MS)) {
            return;
        }
        long start = isHole(startTicks) ? end() : Math.max(startTicks, end() + (pending == null ? 0 : 1));
        settle(start);
        newestStart = start;
        pending = data;
        pendingKey = key;
        pendingStart = start;
        long filled = partTicks + steadyTicks;
        early = sound && steadyTicks > 0 && filled >= partMinTicks && filled <= partMaxTicks;
        if (early) {
            settle(start + steadyTicks);
        }
    }

    /** Whether what comes next lies so near behind a frame of sound whose end was told already that nothing is missing. */
    private boolean isHole(long at) {
        return early && at > end() && at - end() <= ticks(SOUND_HOLE_MS);
    }

    /** Ends the open segment at a time, which is {@link #end} or later; the next begins there. False when there was nothing in it. */
    boolean cut(long atTicks) {
        long at = isHole(atTicks) ? end() : Math.max(atTicks, end());
        settle(at);
        closePart();
        if (parts.isEmpty()) {
            revision++;
            segmentStart = at;
            return false;
        }
        Segment whole = open();
        revision++;
        listed.add(whole);
        kept.add(whole);
        listedTicks += whole.durationTicks();
        keptTicks += whole.durationTicks();
        independent &= whole.isIndependent();
        SegmentCipher used = files;
        if (used == null) {
            shelf.putSegment(whole, sound);
        } else {
            shelf.putEncrypted(whole, used.whole(), sound);
        }
        parts.clear();
        discontinuity = false;
        sequence++;
        segmentStart = at;
        takeKey();
        forget();
        return true;
    }

    /** Gives up what has not come until a time: a gap up to there. */
    void fill(long toTicks) {
        if (toTicks > end() && !isHole(toTicks)) {
            early = false;
            settle(toTicks);
        }
    }

    /** Goes on to the next segment where it has nothing in this one, nor ever had. */
    void skip(long atTicks) {
        sequence++;
        begin(atTicks);
        takeKey();
    }

    private void begin(long atTicks) {
        revision++;
        segmentStart = atTicks;
        partStart = atTicks;
    }

    /** Leaves out what is not in a part yet. */
    void discardPending() {
        pending = null;
        samples.clear();
        partTicks = 0;
    }

    /** Begins anew with the next segment: another publisher, encoder or format. */
    void restart(TrackFormat next, Period nextPeriod) {
        revision++;
        period = nextPeriod;
        discontinuity = !listed.isEmpty() || discontinuity;
        if (!next.equals(format)) {
            format = next;
            beginInit();
            highest = Rendition.Rate.NONE;
        }
    }

    /** Nothing more comes. */
    void finish() {
        revision++;
        ended = true;
    }

    Rendition view() {
        return new Rendition(
                name,
                format,
                Math.floorDiv(wallOriginNs, 1_000_000L),
                List.copyOf(listed),
                open(),
                partUri(partNumber),
                discontinuitySequence(),
                highest,
                independent,
                ended);
    }

    /** Of the oldest segment listed: what is between two discontinuities is a period. */
    private long discontinuitySequence() {
        return listed.isEmpty()
                ? period.number()
                : listed.getFirst().period().number() - (listed.getFirst().discontinuity() ? 1 : 0);
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
                encryption,
                List.copyOf(parts));
    }

    /** Lets the pending frame last until a time; what it cannot last is a gap. */
    private void settle(long at) {
        byte[] data = pending;
        long lasts = at - pendingStart;
        pending = null;
        if (data != null && lasts > 0) {
            long missing = partMinTicks - partTicks;
            boolean apart = partTicks + lasts > partMaxTicks && lasts - missing <= partMaxTicks;
            if (apart && !samples.isEmpty()) {
                fillPart();
                lasts -= missing;
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
        if (isEmpty()) {
            begin(at);
        } else if (at > partStart + partTicks) {
            closePart();
            while (at > partStart) {
                long gap = Math.min(partMinTicks, at - partStart);
                parts.add(new Part(partUri(partNumber++), gap, false, true, 0, new byte[0]));
                revision++;
                gapParts++;
                partStart += gap;
            }
        }
    }

    /** Ends a part into which the next frame does not go: its last frame stays until it is as long as parts are at least (H4), and the next one begins later by as much. */
    private void fillPart() {
        long missing = partMinTicks - partTicks;
        Sample last = samples.removeLast();
        samples.add(new Sample(last.data(), (int) (last.durationTicks() + missing), last.sync()));
        partTicks += missing;
        pendingStart += missing;
        closePart();
    }

    private void closePart() {
        if (samples.isEmpty()) {
            return;
        }
        boolean key = samples.getFirst().sync();
        // The wall clock is told once a segment.
        long ntp = parts.isEmpty() ? NtpTime.fromUnixNs(wallNs(partStart)) : Fragment.NO_WALL_CLOCK;
        byte[] file = Fragment.write(partNumber + 1, partStart, samples, ntp, samplesBy);
        byte[] bytes = files == null ? file : files.part(file);
        Part part = new Part(partUri(partNumber++), partTicks, key, false, samples.size(), bytes);
        parts.add(part);
        revision++;
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
        revision++;
        // Of whole windows: one of a segment alone would have its peak for a mean.
        if (listed.getFirst().initUri().equals(initUri)) {
            highest = highest.max(Rendition.Rate.of(listed));
        }
        listedTicks -= listed.removeFirst().durationTicks();
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

    /** Takes what the segment that begins is to be encrypted with. A key of samples is named in the init segment, so another one begins with it. */
    private void takeKey() {
        Keys all = keys;
        if (all == null) {
            return;
        }
        Keys.Key key = all.of(sequence, segmentStart * 1000 / timescale);
        if (settings.encryption() == EncryptionMethod.AES_128) {
            files = new SegmentCipher(key, all.vector());
            encryption = files.encryption();
        } else if (!key.equals(sampleKey)) {
            sampleKey = key;
            beginInit();
        }
    }

    /** What comes is of another format or key. Never encrypted itself: it says how to decode, and shows nothing. */
    private void beginInit() {
        if (keys != null && sampleKey != null) {
            byte[] vector = keys.vector();
            samplesBy = new Cbcs(format, sampleKey.secret(), sampleKey.id(), vector);
            encryption = new Encryption(
                    EncryptionMethod.CBCS, sampleKey.uri(), HexFormat.of().formatHex(vector));
        }
        initUri = name + "-" + instance + "-i" + inits++ + ".mp4";
        shelf.putInit(initUri, sound, InitSegment.write(format, 0, samplesBy));
    }

    /** Parts are counted through: where the next one will be does not depend on where the segment ends. */
    private String partUri(long number) {
        return name + "-" + instance + "-p" + number + ".m4s";
    }

    private long wallNs(long ticks) {
        return wallOriginNs + ticks / timescale * NS_A_SECOND + ticks % timescale * NS_A_SECOND / timescale;
    }
}
