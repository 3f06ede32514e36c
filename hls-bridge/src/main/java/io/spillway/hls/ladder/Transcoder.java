package io.spillway.hls.ladder;

import io.spillway.media.frame.AccessUnit;
import io.spillway.media.mp4.VideoFormat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One layer's frames in, those of all rungs out, with the times of those that went in. Rungs begin their segments where the source does, or make segments of their own where it is no rendition itself, all with the
 * same pictures. A picture that stands still is repeated, so that rungs have no gaps where the source sends seldom. Owned by the transcoding thread.
 */
final class Transcoder implements AutoCloseable {

    /** Frames older than this are not encoded: they would reach the packager when it has gone on without them. */
    static final long LATE_NS = 550_000_000L;

    /** Rungs begin with the newest segment of what was kept from before anybody asked, where that is no older: a segment lasts three seconds at the most. */
    private static final long KEPT_NS = 3_500_000_000L;

    /** In this time they catch up, or begin with a segment to come. */
    private static final long CATCH_UP_NS = 2_000_000_000L;

    /** A picture is repeated until nothing came for this long. */
    private static final long REPEAT_NS = 5_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Transcoder.class);

    /** A frame may be this late beside the one before it. */
    private static final long JITTER_NS = 100_000_000L;

    /** Frames that a decoder may hold back: references of H.264. */
    private static final int MAX_WAITING = 32;

    /** Half a frame of 30 a second. */
    private static final int TOLERANCE_TICKS = 1_400;

    private static final int TICKS_A_MS = 90;
    private static final int RATE_WINDOW_TICKS = 2_000 * TICKS_A_MS;
    private static final long NEVER = Long.MIN_VALUE / 2;

    private final LadderSettings settings;
    private final VideoCoders coders;
    private final LongSupplier clockNs;
    private final Ladder.Output out;
    private final List<Rung> rungs = new ArrayList<>();
    private final RungShedder shedder = new RungShedder();
    private final Deque<Job> waiting = new ArrayDeque<>();

    /** Made of what was kept, until it is in time: handed on at once, as the packager goes on without what comes a little at a time and late. */
    private final List<Held> held = new ArrayList<>();

    private long catchUpUntilNs = NEVER;
    private @Nullable VideoDecoder decoder;
    private @Nullable VideoFormat decoding;
    private @Nullable String problem;
    private int epoch = -1;
    private int source = -1;
    private boolean needsKey = true;
    private boolean pictured;
    private boolean passed;
    private boolean owed;
    private int width;
    private int height;
    private @Nullable Colours colours;

    private long shiftTicks;
    private long lastTicks = NEVER;
    private long lastCaptureNs;
    private long lastKeyTicks = NEVER;
    private long lagNs;
    private long lastFrameNs = NEVER;
    private float framesPerSecond = 30;
    private long rateTicks = NEVER;
    private int rateFrames;
    private long lateFrames;
    private long failures;

    private record Held(String rung, AccessUnit unit) {}

    Transcoder(LadderSettings settings, VideoCoders coders, LongSupplier clockNs, Ladder.Output out) {
        this.settings = settings;
        this.coders = coders;
        this.clockNs = clockNs;
        this.out = out;
    }

    /** Takes a frame in. Frames of a source come in order, from a key on. */
    void add(Job job) {
        long beganNs = clockNs.getAsLong();
        if (job.epoch() != epoch || job.source() != source) {
            begin(job);
        }
        AccessUnit unit = job.unit();
        if (unit.key() && unit.format() instanceof VideoFormat format && !format.equals(decoding)) {
            open(format);
        }
        VideoDecoder used = decoder;
        owed |= job.begins();
        if (used == null) {
            // Of what no decoder takes, a key is of no use either.
            needsKey = decoding == null;
            return;
        }
        if (needsKey && !unit.key()) {
            return;
        }
        needsKey = false;
        waiting.add(job);
        if (waiting.size() > MAX_WAITING) {
            waiting.poll();
        }
        if (!used.decode(unit.data(), unit.ticks(), this::onPicture)) {
            failures++;
            needsKey = true;
        }
        long endedNs = clockNs.getAsLong();
        if (beganNs - unit.arrivalNs() < LATE_NS || isRunning()) {
            // What was kept from before anybody asked is no sign of a want of CPU.
            shedder.onPicture(endedNs, beganNs - job.offeredNs(), endedNs - beganNs, sheddable());
        }
    }

    private boolean isRunning() {
        return rungs.stream().anyMatch(Rung::isRunning);
    }

    /** All rungs beside a source that is played as it is; of another the lowest stays. */
    private int sheddable() {
        return passed ? rungs.size() : Math.max(0, rungs.size() - 1);
    }

    /** Rungs that there is time for, from the lowest. */
    private int allowed() {
        return rungs.size() - Math.min(shedder.shed(), sheddable());
    }

    private void begin(Job job) {
        if (job.epoch() != epoch) {
            // What another publisher sends is another stream.
            giveUp();
            rungs.clear();
            lastTicks = NEVER;
            lastKeyTicks = NEVER;
            shiftTicks = 0;
        } else if (lastTicks != NEVER) {
            long sinceNs = job.unit().captureNs() - lastCaptureNs;
            shiftTicks =
                    lastTicks + sinceNs * TICKS_A_MS / 1_000_000 - job.unit().ticks();
        }
        epoch = job.epoch();
        source = job.source();
        passed = job.passed();
        needsKey = true;
        closeDecoder();
    }

    private void open(VideoFormat format) {
        closeDecoder();
        decoding = format;
        problem = null;
        try {
            decoder = coders.decoder().open(format);
        } catch (UnsupportedOperationException refused) {
            failures++;
            problem = "No rendition is made of " + format.codecs() + ": " + refused.getMessage() + ".";
            LOG.warn("{}", problem);
        }
    }

    private void closeDecoder() {
        VideoDecoder used = decoder;
        decoder = null;
        decoding = null;
        pictured = false;
        waiting.clear();
        if (used != null) {
            used.close();
        }
    }

    private @Nullable Job waitingFor(long tag) {
        Job job = waiting.poll();
        while (job != null && job.unit().ticks() != tag) {
            job = waiting.poll();
        }
        return job;
    }

    private void onPicture(long tag) {
        Job job = waitingFor(tag);
        VideoDecoder used = decoder;
        if (job == null || used == null) {
            return;
        }
        AccessUnit unit = job.unit();
        pictured = true;
        fit(used.width(), used.height(), used.colours());
        long ticks = unit.ticks() + shiftTicks;
        long nowNs = clockNs.getAsLong();
        lastFrameNs = nowNs;
        lagNs = unit.arrivalNs() - unit.captureNs();
        long ageNs = nowNs - unit.arrivalNs();
        catchUp(job, ageNs, nowNs);
        boolean late = ageNs > LATE_NS && !isCatchingUp() && !(job.begins() && isRunning());
        if (late || ticks <= lastTicks) {
            lateFrames++;
            // What is not begun yet begins where a segment does.
            owed &= isRunning();
            return;
        }
        measureRate(ticks);
        encode(used, ticks, unit.captureNs(), unit.arrivalNs());
        if (isCatchingUp() && ageNs <= LATE_NS) {
            catchUpUntilNs = NEVER;
            held.forEach(each -> out.onFrame(each.rung(), each.unit()));
            held.clear();
        }
    }

    private boolean isCatchingUp() {
        return catchUpUntilNs != NEVER;
    }

    /** Begins to catch up where a segment of what was kept begins; another one makes what was made of the one before useless. */
    private void catchUp(Job job, long ageNs, long nowNs) {
        if (isCatchingUp() && nowNs > catchUpUntilNs) {
            giveUp();
        }
        if (isCatchingUp() && job.begins()) {
            held.clear();
        } else if (job.passed() && job.begins() && !isRunning() && ageNs > LATE_NS && ageNs <= KEPT_NS) {
            catchUpUntilNs = nowNs + CATCH_UP_NS;
        }
    }

    private void giveUp() {
        catchUpUntilNs = NEVER;
        held.clear();
        rungs.forEach(Rung::close);
    }

    /** Repeats the newest picture where none has come for longer than a part. */
    void onTime() {
        long nowNs = clockNs.getAsLong();
        long stepNs = settings.partMs() * 1_000_000L;
        VideoDecoder used = decoder;
        if (used == null || !pictured || lastTicks == NEVER || nowNs - lastFrameNs > REPEAT_NS) {
            return;
        }
        if (nowNs - lagNs - lastCaptureNs >= stepNs + JITTER_NS) {
            encode(used, lastTicks + (long) settings.partMs() * TICKS_A_MS, lastCaptureNs + stepNs, nowNs);
        }
    }

    private void fit(int sourceWidth, int sourceHeight, Colours sourceColours) {
        VideoFormat format = decoding;
        boolean same = sourceWidth == width && sourceHeight == height && sourceColours.equals(colours);
        if (format == null || (same && !rungs.isEmpty())) {
            return;
        }
        width = sourceWidth;
        height = sourceHeight;
        colours = sourceColours;
        // Rungs stay for as long as the publication lasts: its players know them. A source that becomes smaller for a
        // while is scaled up.
        int lowest = rungs.isEmpty() ? 0 : rungs.getFirst().height();
        for (int each : settings.rungs(format, width, height, passed)) {
            // One that is made because the source is below all does for every size below all.
            boolean wanted = rungs.isEmpty() || settings.heights().contains(each);
            if (wanted && each > lowest && rungs.stream().noneMatch(rung -> rung.height() == each)) {
                rungs.add(new Rung(each));
            }
        }
        rungs.sort(Comparator.comparingInt(Rung::height));
        rungs.forEach(rung -> rung.fit(width, height, sourceColours));
    }

    private void measureRate(long ticks) {
        rateFrames++;
        if (rateTicks == NEVER || ticks < rateTicks) {
            rateTicks = ticks;
            rateFrames = 0;
        } else if (ticks - rateTicks >= RATE_WINDOW_TICKS) {
            framesPerSecond = Math.clamp(rateFrames * 1000f * TICKS_A_MS / (ticks - rateTicks), 1, 60);
            rateTicks = ticks;
            rateFrames = 0;
            rungs.forEach(rung -> rung.framesPerSecond(framesPerSecond));
        }
    }

    private void encode(VideoDecoder from, long ticks, long captureNs, long arrivalNs) {
        long segmentTicks = (long) settings.segmentMs() * TICKS_A_MS;
        boolean key = passed ? owed : ticks - lastKeyTicks >= segmentTicks - TOLERANCE_TICKS;
        owed &= !key;
        int allowed = allowed();
        for (int i = 0; i < rungs.size(); i++) {
            Rung rung = rungs.get(i);
            if (i >= allowed) {
                rung.close();
            } else if (key || rung.isRunning()) {
                VideoEncoder.Frame frame =
                        rung.encode(coders.encoder(), from, key, ticks / TICKS_A_MS, framesPerSecond);
                give(
                        rung.name(),
                        new AccessUnit(ticks, captureNs, arrivalNs, frame.key(), frame.format(), frame.data()));
            }
        }
        lastTicks = ticks;
        lastCaptureNs = captureNs;
        if (key) {
            lastKeyTicks = ticks;
        }
    }

    private void give(String rung, AccessUnit unit) {
        if (isCatchingUp()) {
            held.add(new Held(rung, unit));
        } else {
            out.onFrame(rung, unit);
        }
    }

    /** Whether frames are left out until a key comes: one should be asked for. */
    boolean needsKey() {
        return needsKey;
    }

    LadderStatus status() {
        int allowed = allowed();
        List<LadderStatus.Rung> all = new ArrayList<>();
        for (int i = 0; i < rungs.size(); i++) {
            Rung rung = rungs.get(i);
            LadderStatus.State state = i >= allowed
                    ? LadderStatus.State.SHED
                    : rung.isRunning() ? LadderStatus.State.RUNNING : LadderStatus.State.WAITING;
            all.add(new LadderStatus.Rung(rung.name(), rung.wide(), rung.high(), state));
        }
        return new LadderStatus(List.copyOf(all), problem, lateFrames, 0, failures, shedder.sheds(), shedder.share());
    }

    /** Frees all that is native; frames go on from the next key. */
    @Override
    public void close() {
        closeDecoder();
        giveUp();
        needsKey = true;
    }
}
