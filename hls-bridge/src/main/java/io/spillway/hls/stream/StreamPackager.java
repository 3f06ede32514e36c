package io.spillway.hls.stream;

import io.spillway.media.frame.AccessUnit;
import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.TrackFormat;
import io.spillway.media.mp4.VideoFormat;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Cuts all tracks of a stream into the same segments. One track leads: it is cut at its keys, and every other there too, at a key of its own that is near or at its first frame from there on, so that all renditions have the same
 * sequence numbers (H20). Where the leading track falls silent, another takes over at its next key.
 * What does not come in time is a gap; the timeline goes on (H15). Times are those of capture, by our monotonic clock. Owned by the packaging thread.
 */
public final class StreamPackager {

    /** A frame may be this late before the timeline goes on without it: repair takes no longer. */
    static final long LATE_MS = 700;

    /** A track of which all is late is waited for longer by that, up to this in all. What is later still is shown later than it was captured. */
    private static final long MAX_LATE_MS = 2_000;

    /** By how much more than its least late frames it is waited for. */
    private static final long SLACK_MS = 300;

    /** For how long every frame must have come when the timeline was beyond it already: a burst after a stall of the network is over sooner. */
    private static final long OVERDUE_NS = 500_000_000L;

    private static final long NEVER = Long.MIN_VALUE;

    /** Frames of one picture in two layers are stamped this near. */
    private static final long SAME_PICTURE_MS = 16;

    /** A key this near to where the leading track is cut is taken for the same picture: clocks of two layers agree so far before their sender has reported, and an encoder that leaves a picture out makes the key of the next. */
    private static final long NEAR_KEY_MS = 150;

    /** A leading track without a frame for this long leads no more where another has a key. */
    private static final long SILENT_NS = 1_500_000_000L;

    /** What the reports say may part from what the timestamps say by this much before the timeline is corrected, at a key (H46): sound and picture are less than 20 ms apart then. */
    private static final long SYNC_MS = 15;

    /** No frame lies this far ahead of now. */
    private static final long AHEAD_MS = 2_000;

    /** Begins the timeline below the first frame: what was captured before it, and comes late, has a time too. */
    private static final long ORIGIN_MS = 10_000;

    /** Sound that has nothing in so many segments has ended. */
    private static final int SILENT_SEGMENTS = 3;

    /** Whether other layers can be offered beside the leading one shows in so many segments. */
    public static final int ALIGNED_SEGMENTS = 2;

    /** One frame may go over the longest segment by this: it still rounds to the target duration. */
    private static final long MAX_FRAME_MS = 400;

    @SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
    private record Frame(
            long startTicks,
            byte[] data,
            boolean key,
            long steadyTicks,
            @Nullable TrackFormat format) {}

    /**
     * @param again lies where the leading track was cut already and has nothing since: it ends no segment, it only begins anew
     * @param period what lies behind it
     */
    private record Cut(long leadTicks, boolean again, boolean discontinuity, Period period) {}

    /** A track, and what of it waits for the leading one. */
    private static final class Follower {
        final TrackPackager packager;
        final Deque<Frame> frames = new ArrayDeque<>();
        final Deque<Cut> cuts = new ArrayDeque<>();
        boolean anchored;
        long anchorTicks;
        long anchorStart;
        boolean needsKey;

        /** What its least late frames are late by, once the timeline has gone on without it for too long. */
        long lateTicks;

        /** The timeline went on without it, and no frame has been in time since. */
        boolean passed;

        long overdueSinceNs = NEVER;
        long leastLateTicks;
        private long newestTicks;
        private long lastedTicks;

        Follower(TrackPackager packager) {
            this.packager = packager;
        }

        /** How long it is waited for. */
        long patienceTicks() {
            return Math.clamp(
                    lateTicks + packager.ticks(SLACK_MS), packager.ticks(LATE_MS), packager.ticks(MAX_LATE_MS));
        }

        /** How much later than it was captured it is shown. */
        private long shiftTicks() {
            return Math.max(0, lateTicks + packager.ticks(SLACK_MS) - packager.ticks(MAX_LATE_MS));
        }

        /**
         * Where a frame lies on the timeline: as its timestamp says since the anchor, which moves only where a decoder may start, or where the timeline has gone on without it.
         *
         * @param late how long after its capture it came, or of a track that does not lead, how far the leading one is ahead of it then
         */
        long place(AccessUnit unit, long captureTicks, long late, long aheadTicks, long nowNs) {
            if (unit.key()) {
                lateTicks = Math.clamp(late, 0, lateTicks);
            }
            boolean overdue = isOverdue(captureTicks + shiftTicks(), late, nowNs);
            if (overdue) {
                lateTicks = leastLateTicks;
                passed = false;
                overdueSinceNs = NEVER;
            }
            long due = captureTicks + shiftTicks();
            long start = anchorStart + (unit.ticks() - anchorTicks);
            boolean far = Math.abs(start - due) > packager.ticks(SYNC_MS);
            boolean wild = start > aheadTicks || (far && start < packager.end() - packager.ticks(AHEAD_MS));
            if (!anchored || (far && (unit.key() || overdue)) || wild) {
                anchored = true;
                anchorTicks = unit.ticks();
                anchorStart = Math.max(packager.end(), Math.min(due, aheadTicks));
                start = anchorStart;
            }
            return start;
        }

        /** How long a frame lasts if it does as the two before it, by its publisher; 0 where those differ. */
        long steadyTicks(AccessUnit unit) {
            long since = unit.ticks() - newestTicks;
            boolean steady = since == lastedTicks;
            newestTicks = unit.ticks();
            lastedTicks = since;
            return steady ? since : 0;
        }

        /** Whether a track is late for good: what comes late once catches up. */
        private boolean isOverdue(long due, long late, long nowNs) {
            if (due >= packager.end() - packager.ticks(SYNC_MS)) {
                passed = false;
                overdueSinceNs = NEVER;
                return false;
            }
            if (overdueSinceNs == NEVER) {
                overdueSinceNs = nowNs;
                leastLateTicks = late;
            }
            leastLateTicks = Math.min(leastLateTicks, late);
            return passed && nowNs - overdueSinceNs >= OVERDUE_NS;
        }

        /** Another encoder begins. */
        void restart() {
            anchored = false;
            needsKey = true;
            frames.clear();
            lateTicks = 0;
            passed = false;
            overdueSinceNs = NEVER;
        }
    }

    private final HlsSettings settings;
    private final Shelf shelf;
    private final String instance;
    private final long unixMinusMonotonicNs;
    private final List<Follower> tracks = new ArrayList<>();
    private @Nullable Follower lead;
    private final long firstSequence;
    private final @Nullable Keys keys;
    private long originNs;
    private Period period = Period.FIRST;

    /** The first one of who publishes now. */
    private long publishedFrom;

    private boolean discontinuous;
    private boolean orphaned;
    private boolean pictures = true;
    private long restarts;
    private String preferred = "";
    private long leadNs;

    /** How much later than it was captured the leading track is shown, by its own ticks: all others are, too. */
    private long leadShift;

    private boolean ended;

    /**
     * @param instance tells the names of this run from those of all others: letters and digits
     * @param firstSequence media sequence number of the first segment
     * @param unixMinusMonotonicNs what turns our monotonic clock into nanoseconds since 1970
     * @param random makes keys
     */
    public StreamPackager(
            HlsSettings settings,
            Shelf shelf,
            String instance,
            long firstSequence,
            long unixMinusMonotonicNs,
            SecureRandom random) {
        this.settings = settings;
        this.shelf = shelf;
        this.instance = instance;
        this.firstSequence = firstSequence;
        this.unixMinusMonotonicNs = unixMinusMonotonicNs;
        this.keys = settings.isEncrypted() ? new Keys(settings.keyMs(), shelf, instance, random) : null;
    }

    /**
     * A frame of a track came; {@code name} is the track's for good. Frames of one track come in order.
     *
     * @return whether a segment begins with it; of a track that does not lead, whether one may
     */
    public boolean add(String name, AccessUnit unit, long nowNs) {
        if (lead == null) {
            if (!unit.key() || unit.format() == null) {
                return false;
            }
            originNs = unit.captureNs() - ORIGIN_MS * 1_000_000;
        }
        Follower track = find(name);
        if (track == null) {
            track = open(name, unit, nowNs);
            if (track == null) {
                return false;
            }
        }
        TrackFormat format = unit.format();
        boolean changed = format != null && !format.equals(track.packager.format());
        if (track != lead && unit.key() && mayLead(track, nowNs)) {
            takeOver(track, unit, nowNs);
        }
        if (track == lead) {
            return addToLead(track, unit, changed, nowNs);
        } else {
            if (changed && track.cuts.stream().noneMatch(Cut::discontinuity)) {
                // It cannot begin anew alone: the sequence of discontinuities is the same in all playlists.
                discontinuous = true;
                track.needsKey = true;
            }
            track.frames.add(new Frame(
                    placeBeside(track, unit, nowNs), unit.data(), unit.key(), track.steadyTicks(unit), format));
            // Others of it may come in this same turn: what is missing shows at its end.
            catchUp(track);
            return unit.key();
        }
    }

    /** Lets the timeline go on where nothing comes. */
    public void onTime(long nowNs) {
        Follower leading = lead;
        if (leading == null || ended) {
            return;
        }
        TrackPackager packager = leading.packager;
        long lateTicks = ticks(packager, nowNs) - leading.patienceTicks();
        // A part at a time.
        while (lateTicks - packager.end() >= packager.ticks(settings.partMs())) {
            leading.passed = true;
            long to = packager.end() + packager.ticks(settings.partMs());
            packager.fill(to);
            if (to - packager.segmentStart() >= packager.ticks(HlsSettings.MAX_SEGMENT_MS)) {
                cut(leading, to);
            }
        }
        tracks.forEach(this::follow);
        while (shelf.mediaBytes() > settings.maxBytes()) {
            boolean any = false;
            for (Follower track : tracks) {
                any |= track.packager.shrink();
            }
            if (!any) {
                break;
            }
        }
        Keys used = keys;
        if (used != null) {
            tracks.stream()
                    .mapToLong(track -> track.packager.oldestSequence())
                    .min()
                    .ifPresent(used::forgetBefore);
        }
    }

    /**
     * What comes from now on is of another publisher or encoder.
     *
     * @param hasPictures whether there is more than sound
     */
    public void restart(boolean hasPictures) {
        restarts++;
        discontinuous = lead != null;
        orphaned = lead != null;
        pictures = hasPictures;
        preferred = "";
        leadShift = 0;
        tracks.forEach(Follower::restart);
    }

    /** Lets a track lead from its next key on. */
    public void prefer(String name) {
        preferred = name;
    }

    /** Nothing comes any more. */
    public void end() {
        Follower leading = lead;
        if (ended || leading == null) {
            return;
        }
        ended = true;
        cut(leading, leading.packager.end() + leading.packager.ticks(2 * SAME_PICTURE_MS));
        for (Follower track : tracks) {
            follow(track);
            if (track != leading) {
                track.packager.cut(track.packager.end());
            }
            track.packager.finish();
        }
    }

    /** Grows with each change to what {@link #renditions} shows, or is said of them. */
    public long revision() {
        long sum = tracks.size() + restarts;
        for (Follower track : tracks) {
            sum += track.packager.revision();
        }
        return sum;
    }

    /** All tracks as they stand. */
    public List<Rendition> renditions() {
        return tracks.stream().map(track -> track.packager.view()).toList();
    }

    /** Whether a layer may be offered beside the leading one: it is cut where the leading one is, at keys of its own where that one is (H20). */
    public boolean isAligned(Rendition rendition) {
        return isAligned(rendition, ALIGNED_SEGMENTS);
    }

    /** As {@link #isAligned(Rendition)}, which so many segments must show: one is enough of a track that is made to be. */
    public boolean isAligned(Rendition rendition, int shown) {
        Follower leading = lead;
        if (leading == null || leading.packager.name().equals(rendition.name())) {
            return leading != null;
        }
        List<Segment> segments = rendition.segments();
        if (rendition.format() instanceof AudioFormat) {
            // It can be cut anywhere. Who reads of a stream without it would not have it when it comes again.
            return segments.reversed().stream()
                    .limit(SILENT_SEGMENTS)
                    .anyMatch(segment -> !segment.isGap() || leading.packager.isGap(segment.sequence()));
        }
        return segments.size() >= shown
                && segments.subList(segments.size() - shown, segments.size()).stream()
                        .allMatch(segment -> !segment.isGap()
                                && beginsBeside(
                                        leading, segment, rendition.format().timescale())
                                && (segment.beginsAtKey() || !leading.packager.beginsAtKey(segment.sequence())));
    }

    /** Whether a segment begins where that of the leading track does: it joined in none where it does not. */
    private static boolean beginsBeside(Follower leading, Segment segment, int timescale) {
        long start = leading.packager.startOf(segment.sequence());
        return start < 0
                || Math.abs(segment.startTicks() - convert(start, leading.packager.timescale(), timescale))
                        <= NEAR_KEY_MS * timescale / 1000;
    }

    /** Whether a segment is whole of what is sent now, and not only of who published before. */
    public boolean hasBegun(Rendition rendition) {
        return !orphaned
                && rendition.segments().reversed().stream()
                        .takeWhile(segment -> segment.period().number() >= publishedFrom)
                        .anyMatch(segment -> !segment.isGap());
    }

    /** Whether who plays from the end on has nothing to show: there is a long gap, or behind it less than a player keeps in hand. */
    public boolean standsStill() {
        Follower leading = lead;
        return leading != null
                && !ended
                && leading.packager.standsStill(
                        leading.packager.ticks(SILENT_NS / 1_000_000),
                        leading.packager.ticks(settings.partHoldBackMs()));
    }

    /** Whether a layer sends, and has its keys elsewhere than the leading one. */
    public boolean isApart(Rendition rendition) {
        List<Segment> segments = rendition.segments();
        return segments.size() > ALIGNED_SEGMENTS
                && segments.subList(segments.size() - ALIGNED_SEGMENTS, segments.size()).stream()
                        .noneMatch(Segment::isGap)
                && !isAligned(rendition);
    }

    /** Whether nothing comes of a picture any more while others go on: for as long as is waited for one that is to be offered. */
    public boolean isSilent(Rendition rendition) {
        Follower leading = lead;
        List<Segment> segments = rendition.segments();
        return leading != null
                && rendition.format() instanceof VideoFormat
                && !leading.packager.name().equals(rendition.name())
                && segments.size() >= ALIGNED_SEGMENTS
                && segments.subList(segments.size() - ALIGNED_SEGMENTS, segments.size()).stream()
                        .allMatch(segment -> segment.isGap() && !leading.packager.isGap(segment.sequence()));
    }

    /** Whether the open segment has lasted as long as it should, and a key would end it. */
    public boolean isDue() {
        Follower leading = lead;
        return leading != null
                && leading.packager.end() - leading.packager.segmentStart()
                        >= leading.packager.ticks(settings.segmentMs());
    }

    public long gapParts() {
        return tracks.stream().mapToLong(track -> track.packager.gapParts()).sum();
    }

    private @Nullable Follower find(String name) {
        for (Follower track : tracks) {
            if (track.packager.name().equals(name)) {
                return track;
            }
        }
        return null;
    }

    private @Nullable Follower open(String name, AccessUnit unit, long nowNs) {
        TrackFormat format = unit.format();
        if (format == null || !unit.key()) {
            return null;
        }
        Follower leading = lead;
        // One that joins begins with its first frame, in the leading one's open segment or, where it is to lead itself,
        // in the next.
        long sequence = leading == null ? firstSequence : leading.packager.sequence();
        long start = leading == null
                ? (unit.captureNs() - originNs) * format.timescale() / 1_000_000_000L
                : convert(leading.packager.segmentStart(), leading.packager.timescale(), format.timescale());
        long captured = captureBeside(unit, format.timescale());
        long near = NEAR_KEY_MS * format.timescale() / 1000;
        List<Cut> cuts = List.of();
        if (leading != null && isBefore(format, captured, start - near, nowNs)) {
            // Made of what was kept from before: it begins with a segment that is whole, or not yet.
            List<Segment> whole = leading.packager.since(
                    convert(captured, format.timescale(), leading.packager.timescale()),
                    leading.packager.ticks(NEAR_KEY_MS));
            if (whole.isEmpty()) {
                return null;
            }
            sequence = whole.getFirst().sequence();
            start = convert(whole.getFirst().startTicks(), leading.packager.timescale(), format.timescale());
            cuts = cutsBehind(whole, leading.packager);
        }
        Follower track = new Follower(new TrackPackager(
                name,
                instance,
                format,
                settings,
                shelf,
                sequence,
                Math.max(0, start),
                period,
                originNs + unixMinusMonotonicNs,
                keys));
        track.cuts.addAll(cuts);
        tracks.add(track);
        if (leading == null) {
            lead = track;
        }
        return track;
    }

    /** Whether a picture that begins here lies before the leading track's open segment. Where that track ends, the next to lead begins anew wherever it is. */
    private boolean isBefore(TrackFormat format, long captured, long segmentStart, long nowNs) {
        return format instanceof VideoFormat && captured < segmentStart && !orphaned && nowNs - leadNs <= SILENT_NS;
    }

    private List<Cut> cutsBehind(List<Segment> whole, TrackPackager leading) {
        return LongStream.concat(
                        whole.stream().skip(1).mapToLong(Segment::startTicks), LongStream.of(leading.segmentStart()))
                .mapToObj(ticks -> new Cut(convert(ticks, leading.timescale(), Period.TIMESCALE), false, false, period))
                .toList();
    }

    /** Whether a track may lead from its key on: the leading one is silent, or of a publisher that is gone. Sound leads where there is nothing else. */
    private boolean mayLead(Follower track, long nowNs) {
        boolean fit = track.packager.format() instanceof VideoFormat || !pictures;
        boolean wanted = track.packager.name().equals(preferred);
        return fit && (orphaned || wanted || nowNs - leadNs > SILENT_NS);
    }

    /** Makes a track the leading one, at its key: all are cut there. */
    private void takeOver(Follower next, AccessUnit key, long nowNs) {
        Follower before = lead;
        if (before == null) {
            return;
        }
        TrackPackager packager = before.packager;
        next.lateTicks = convert(before.lateTicks, packager.timescale(), next.packager.timescale());
        before.lateTicks = 0;
        long start = placeLead(next, key, nowNs);
        long at = Math.max(convert(start, next.packager.timescale(), packager.timescale()), packager.end());
        fillLead(before, at);
        packager.fill(at);
        cut(before, at);
        for (Follower track : tracks) {
            if (track == next) {
                // All that is before its key: no other is waited for.
                followTo(next, Long.MAX_VALUE, true);
                cutUpTo(next, Long.MAX_VALUE, start, 2 * next.packager.ticks(SAME_PICTURE_MS), null);
            } else {
                follow(track);
            }
        }
        before.needsKey = true;
        preferred = "";
        lead = next;
    }

    /** Cuts silence that reaches over the longest segment there can be; a frame over it rounds down. */
    private void fillLead(Follower leading, long start) {
        TrackPackager packager = leading.packager;
        long max = packager.ticks(HlsSettings.MAX_SEGMENT_MS);
        while (start - packager.segmentStart() > max + packager.ticks(MAX_FRAME_MS)) {
            long at = packager.segmentStart() + max;
            packager.fill(at);
            cut(leading, at);
        }
    }

    private boolean addToLead(Follower leading, AccessUnit unit, boolean changed, long nowNs) {
        TrackPackager packager = leading.packager;
        if (leading.needsKey && !unit.key()) {
            return false;
        }
        leading.needsKey = false;
        boolean returned = orphaned;
        orphaned = false;
        leadNs = nowNs;
        long start = Math.max(placeLead(leading, unit, nowNs), packager.end());
        long max = packager.ticks(HlsSettings.MAX_SEGMENT_MS);
        fillLead(leading, start);
        long lasted = start - packager.segmentStart();
        boolean due = unit.key() && lasted >= packager.ticks(settings.segmentMs()) - packager.ticks(SAME_PICTURE_MS);
        boolean anew = unit.key() && (discontinuous || changed);
        if (due || anew || lasted >= max) {
            packager.fill(start);
            boolean again = !packager.cut(start);
            if (anew) {
                beginPeriod(convert(start, packager.timescale(), Period.TIMESCALE), returned);
            }
            tellCut(leading, start, again, anew);
            TrackFormat format = unit.format();
            if (anew) {
                packager.restart(format == null ? packager.format() : format, period);
                discontinuous = false;
            }
        }
        packager.add(start, unit.data(), unit.key(), leading.steadyTicks(unit));
        for (Follower track : tracks) {
            if (track != leading) {
                follow(track);
            }
        }
        return start <= packager.segmentStart();
    }

    /** Periods are counted as players count discontinuities: one in which nothing came is none. */
    private void beginPeriod(long startTicks, boolean ofAnotherPublisher) {
        Period before = period;
        boolean used = tracks.stream().anyMatch(track -> track.packager.hasSegmentIn(before));
        period = new Period(before.number() + (used ? 1 : 0), startTicks);
        if (ofAnotherPublisher) {
            publishedFrom = period.number();
        }
    }

    private void cut(Follower leading, long at) {
        tellCut(leading, at, !leading.packager.cut(at), false);
    }

    private void tellCut(Follower leading, long at, boolean again, boolean discontinuity) {
        if (again && !discontinuity) {
            return;
        }
        long common = convert(at, leading.packager.timescale(), Period.TIMESCALE);
        for (Follower track : tracks) {
            if (track != leading) {
                track.cuts.add(new Cut(common, again, discontinuity, period));
            }
        }
    }

    /** Packages what came of a track as far as the leading one is, and gives how far that is. */
    private long catchUp(Follower track) {
        TrackPackager leading = Objects.requireNonNull(lead).packager;
        long limit = convert(leading.end(), leading.timescale(), track.packager.timescale());
        followTo(track, limit, ended);
        return limit;
    }

    /** Brings a track as far as the leading one is. */
    private void follow(Follower track) {
        if (lead == null || track == lead) {
            return;
        }
        TrackPackager packager = track.packager;
        long limit = catchUp(track);
        long late = limit - track.patienceTicks();
        if (late - packager.end() >= packager.ticks(settings.partMs()) && track.frames.isEmpty()) {
            track.passed = true;
            cutUpTo(track, late, late, 2 * packager.ticks(SAME_PICTURE_MS), null);
            packager.fill(late);
        }
        if (ended) {
            cutUpTo(track, Long.MAX_VALUE, packager.end(), 2 * packager.ticks(SAME_PICTURE_MS), null);
        }
    }

    /** Packages what waits up to a time; {@code now} without waiting for a key at which it could be cut. */
    private static void followTo(Follower track, long limit, boolean now) {
        TrackPackager packager = track.packager;
        while (!track.frames.isEmpty() && track.frames.peek().startTicks() <= limit) {
            long near = packager.ticks(NEAR_KEY_MS);
            long same = packager.ticks(SAME_PICTURE_MS);
            Cut cut = packager.format() instanceof VideoFormat ? track.cuts.peek() : null;
            long at = cut == null ? Long.MAX_VALUE : cutTicks(track, cut);
            Frame frame = track.frames.peek();
            long start = Math.max(frame.startTicks(), packager.end());
            boolean begins = frame.key() && Math.abs(start - at) <= near;
            boolean later = !begins
                    && track.frames.stream().anyMatch(each -> each.key() && Math.abs(each.startTicks() - at) <= near);
            boolean mayCome = !begins
                    && !later
                    && start + same >= at
                    && track.frames.getLast().startTicks() <= at + near;
            if (mayCome && !now && limit - at <= packager.ticks(LATE_MS)) {
                return;
            }
            track.frames.poll();
            if (begins) {
                cutUpTo(track, start + near, start, near, frame.format());
            } else if (!later) {
                cutUpTo(track, start + same, start, 2 * same, frame.format());
            }
            if (track.needsKey && !frame.key()) {
                continue;
            }
            TrackFormat format = frame.format();
            if (format != null && !format.equals(packager.format())) {
                continue;
            }
            track.needsKey = false;
            packager.add(start, frame.data(), frame.key(), frame.steadyTicks());
        }
    }

    private static long cutTicks(Follower track, Cut cut) {
        return convert(cut.leadTicks(), Period.TIMESCALE, track.packager.timescale());
    }

    /** Makes the cuts that lie before {@code limit}: where they are, or at {@code start} where the next frame begins within {@code near} of there. */
    private static void cutUpTo(Follower track, long limit, long start, long near, @Nullable TrackFormat next) {
        TrackPackager packager = track.packager;
        while (!track.cuts.isEmpty()) {
            Cut cut = track.cuts.peek();
            long at = cutTicks(track, cut);
            if (at > limit) {
                return;
            }
            track.cuts.poll();
            boolean here = Math.abs(start - at) <= near || at < packager.end();
            long where = here ? Math.max(start, packager.end()) : at;
            if (cut.again()) {
                packager.discardPending();
            } else if (packager.isEmpty()) {
                packager.skip(where);
            } else {
                packager.fill(where);
                packager.cut(where);
            }
            if (cut.discontinuity()) {
                packager.restart(Optional.ofNullable(next).orElse(packager.format()), cut.period());
            }
        }
    }

    private long placeLead(Follower leading, AccessUnit unit, long nowNs) {
        long capture = Math.max(0, ticks(leading.packager, unit.captureNs()));
        long late = ticks(leading.packager, nowNs) - capture;
        long start = leading.place(unit, capture, late, ahead(leading, nowNs), nowNs);
        leadShift = start - capture;
        return start;
    }

    private long placeBeside(Follower track, AccessUnit unit, long nowNs) {
        TrackPackager packager = track.packager;
        TrackPackager leading = Objects.requireNonNull(lead).packager;
        long capture = captureBeside(unit, packager.timescale());
        long front = convert(leading.end(), leading.timescale(), packager.timescale());
        return track.place(unit, capture, front - capture, ahead(track, nowNs), nowNs);
    }

    /** When a frame of another track was captured: all lie beside the leading one, wherever that is put (H46). */
    private long captureBeside(AccessUnit unit, int timescale) {
        Follower leading = lead;
        long shift = leading == null ? 0 : convert(leadShift, leading.packager.timescale(), timescale);
        return Math.max(0, ticks(timescale, unit.captureNs()) + shift);
    }

    private long ahead(Follower track, long nowNs) {
        return ticks(track.packager, nowNs) + track.packager.ticks(AHEAD_MS);
    }

    private long ticks(TrackPackager packager, long ns) {
        return ticks(packager.timescale(), ns);
    }

    private long ticks(int timescale, long ns) {
        return (ns - originNs) / 1_000_000 * timescale / 1000
                + (ns - originNs) % 1_000_000 * timescale / 1_000_000_000L;
    }

    private static long convert(long ticks, long from, long to) {
        return ticks * to / from;
    }
}
