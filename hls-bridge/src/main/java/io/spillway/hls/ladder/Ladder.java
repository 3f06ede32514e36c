package io.spillway.hls.ladder;

import io.spillway.media.frame.AccessUnit;
import io.spillway.media.mp4.VideoFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renditions made of one stream, on a thread of their own that goes behind all others. The packaging thread offers frames and takes what was made of them, and waits for neither. A defect costs the frames up to the
 * next key.
 */
public final class Ladder implements AutoCloseable {

    /** Makes one for a stream. */
    @FunctionalInterface
    public interface Factory {
        Ladder create(String stream);
    }

    /** Hears what was made, of each picture the lowest rung first. */
    @FunctionalInterface
    public interface Output {
        void onFrame(String rung, AccessUnit unit);
    }

    /** Has the loop of a ladder run by a thread that may be interrupted. */
    @FunctionalInterface
    public interface Starter {
        Thread start(String name, Runnable loop);
    }

    private record Made(int epoch, String rung, AccessUnit unit) {}

    /** How often it is looked whether a picture stands still. */
    private static final long TURN_NS = 20_000_000L;

    /** Behind a defect nothing is tried for this long. */
    private static final long PAUSE_NS = 1_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Ladder.class);

    private final String stream;
    private final LadderSettings settings;
    private final VideoCoders coders;
    private final JobQueue jobs = new JobQueue();
    /** What one turn made, together: the packager goes on without what comes late and in two. */
    private final Queue<List<Made>> made = new ConcurrentLinkedQueue<>();

    private List<Made> fresh = new ArrayList<>();
    private final LayerPick pick = new LayerPick();
    private final Transcoder transcoder;
    private final Starter starter;
    private @Nullable Thread thread;
    private final AtomicInteger epoch = new AtomicInteger();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong defects = new AtomicLong();
    private boolean owed;
    private boolean broken;
    private boolean picked;
    private volatile int current = -1;
    private volatile boolean needsKey;
    private volatile boolean closed;
    private volatile LadderStatus status = LadderStatus.NONE;

    public Ladder(String stream, LadderSettings settings, VideoCoders coders, LongSupplier clockNs) {
        this(
                stream,
                settings,
                coders,
                clockNs,
                (name, loop) -> Thread.ofPlatform().name(name).daemon().start(loop));
    }

    /** With a thread of somebody else's, who may call {@link #turn} instead of having one. */
    public Ladder(String stream, LadderSettings settings, VideoCoders coders, LongSupplier clockNs, Starter starter) {
        this.stream = stream;
        this.settings = settings;
        this.coders = coders;
        this.starter = starter;
        this.transcoder =
                new Transcoder(settings, coders, clockNs, (rung, unit) -> fresh.add(new Made(current, rung, unit)));
    }

    /**
     * Takes a frame in. Packaging thread only.
     *
     * @param layer its number among the publisher's
     * @param passed whether the layer is a rendition itself
     * @param begins whether a segment of it begins here
     */
    public void offer(int layer, boolean passed, boolean begins, AccessUnit unit, long nowNs) {
        if (!pick.takes(layer, unit, nowNs)) {
            return;
        }
        // Below all rungs nothing is made of it, and nothing is to be decoded.
        if (!picked && !makesAny(unit, passed)) {
            return;
        }
        picked = true;
        if (thread == null) {
            thread = starter.start("ladder-" + stream, this::run);
        }
        if (broken && !unit.key()) {
            lost.incrementAndGet();
            owed |= begins;
            return;
        }
        Job job = new Job(epoch.get(), pick.changes(), passed, begins || owed, unit, nowNs);
        // What depends on a frame that is lost is of no use either.
        broken = !jobs.offer(job);
        owed = broken && job.begins();
        if (broken) {
            lost.incrementAndGet();
        }
    }

    private boolean makesAny(AccessUnit unit, boolean passed) {
        return unit.key() && unit.format() instanceof VideoFormat video && settings.makesAny(video, passed);
    }

    /** Gives what was made since. Packaging thread only. */
    public void drain(Output out) {
        for (List<Made> turn = made.poll(); turn != null; turn = made.poll()) {
            for (Made each : turn) {
                if (each.epoch() == epoch.get()) {
                    out.onFrame(each.rung(), each.unit());
                }
            }
        }
    }

    /** What is offered from now on is of another publisher. Packaging thread only. */
    public void restart() {
        epoch.incrementAndGet();
        pick.reset();
        jobs.clear();
        picked = false;
        broken = false;
        owed = false;
        status = LadderStatus.NONE;
    }

    /** Whether a key should be asked of the publisher. Packaging thread only. */
    public boolean needsKey(long nowNs) {
        return picked && (needsKey || broken || pick.isStale(nowNs));
    }

    /** Whether frames came of which it is not known yet what is made. Packaging thread only. */
    public boolean isBeginning() {
        LadderStatus now = status;
        return picked && now.rungs().isEmpty() && now.problem() == null;
    }

    /** How it stands. Any thread. */
    public LadderStatus status() {
        LadderStatus now = status;
        return new LadderStatus(
                now.rungs(),
                now.problem(),
                now.lateFrames(),
                lost.get(),
                now.failures() + defects.get(),
                now.sheds(),
                now.busy());
    }

    private void run() {
        try {
            coders.aside().run();
            while (!closed) {
                var _ = turn(TURN_NS);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } finally {
            transcoder.close();
        }
    }

    /** Transcodes the oldest frame that waits, or looks whether a picture stands still where none comes in time. One thread only. Gives whether there was a frame. */
    public boolean turn(long patienceNs) throws InterruptedException {
        Job job = jobs.poll(patienceNs);
        try {
            if (job != null) {
                current = job.epoch();
                transcoder.add(job);
                needsKey = transcoder.needsKey();
            }
            // While frames wait no picture stands still.
            if (jobs.isEmpty()) {
                transcoder.onTime();
            }
            if (!fresh.isEmpty()) {
                made.add(fresh);
                fresh = new ArrayList<>();
            }
            if (job != null && job.epoch() == epoch.get()) {
                status = transcoder.status();
            }
        } catch (RuntimeException defect) {
            if (defects.getAndIncrement() == 0) {
                LOG.error("{}: transcoding met a defect and goes on from the next key", stream, defect);
            }
            transcoder.close();
            needsKey = true;
            Thread.sleep(PAUSE_NS / 1_000_000);
        }
        return job != null;
    }

    /** Ends its thread, which frees what is native. */
    @Override
    public void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }
}
