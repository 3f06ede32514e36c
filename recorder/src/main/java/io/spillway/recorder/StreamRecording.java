package io.spillway.recorder;

import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.EntryFormat;
import io.spillway.recorder.journal.Journal;
import io.spillway.recorder.journal.Source;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream being recorded, on a thread of its own: each {@value #TURN_MS} ms what came is taken out of a ring and handed to the system, once a second it is forced to the disk. A disk that stalls
 * stalls this thread alone: what the ring cannot hold meanwhile is lost, counted, and told in the journal.
 */
final class StreamRecording implements Runnable {

    /** What the death of the process takes at most. Shorter turns cost a waking of the thread each, and save milliseconds of what a crash takes. */
    static final int TURN_MS = 100;

    /** What the loss of power takes at most, beside what the disk itself has not kept. */
    private static final long FORCE_NS = 1_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(StreamRecording.class);

    /** What is published, and the loop that owns it. */
    record LiveSource(Publication publication, Executor loop) {}

    private final StreamName name;
    private final RecorderSettings settings;
    private final RecordingsFolder folder;
    private final Room room;
    private final Tally tally;
    private final Journal.Factory journals;
    private final LongSupplier clockNs;
    private final RecorderListener listener;
    private final Consumer<RecordingId> ready;
    private final Predicate<StreamRecording> retire;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Entries count from here; beside it the wall clock then, so that later changes of that clock do not matter. */
    private final long beganNs;

    private final long unixNs;

    private @Nullable LiveSource source;
    private @Nullable LiveTap tap;
    private volatile @Nullable RecordingId recording;
    private volatile Room.@Nullable Shortage problem;
    private @Nullable Journal journal;
    private @Nullable Source described;
    private long written;

    /** For want of room nothing is written, until there is some. */
    private boolean waiting;

    private long absentNs;
    private long forcedNs;
    private final AtomicLong lost = new AtomicLong();
    private volatile boolean closed;

    /**
     * @param ready gets recordings that have ended
     * @param retire asked when nothing is left to do: whether it may end, or something was posted meanwhile
     */
    StreamRecording(
            StreamName name,
            RecorderSettings settings,
            RecordingsFolder folder,
            Room room,
            Tally tally,
            Journal.Factory journals,
            LongSupplier clockNs,
            Instant now,
            RecorderListener listener,
            Consumer<RecordingId> ready,
            Predicate<StreamRecording> retire) {
        this.name = name;
        this.settings = settings;
        this.folder = folder;
        this.room = room;
        this.tally = tally;
        this.journals = journals;
        this.clockNs = clockNs;
        this.listener = listener;
        this.ready = ready;
        this.retire = retire;
        this.beganNs = clockNs.getAsLong();
        this.unixNs = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        this.absentNs = beganNs;
    }

    StreamName name() {
        return name;
    }

    /** Packets that could not be kept. Any thread. */
    long lost() {
        return lost.get();
    }

    /** How it goes. Any thread. */
    Recorder.Report report() {
        Room.Shortage now = problem;
        return new Recorder.Report(
                recording, lost.get(), now == null ? null : now.sentence(), now == null ? null : now.reason());
    }

    /** Another publication is the stream's. Any thread. */
    void onPublished(LiveSource next) {
        commands.add(() -> attach(next));
    }

    /** A publication ended. Any thread. */
    void onEnded(Publication publication) {
        commands.add(() -> {
            LiveSource now = source;
            if (now != null && now.publication() == publication) {
                attach(null);
            }
        });
    }

    boolean isIdle() {
        return commands.isEmpty();
    }

    /** Ends it with the server. Any thread. */
    void close() {
        closed = true;
    }

    /** Waits until its journal is ended, for so long at most. */
    void awaitEnd(long patienceNs) {
        try {
            if (!ended.await(patienceNs, TimeUnit.NANOSECONDS)) {
                LOG.warn("{}: the disk does not take the end of the recording; the next start ends it", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            do {
                while (!closed && !isOver(clockNs.getAsLong())) {
                    turn(clockNs.getAsLong());
                    LockSupport.parkNanos(TURN_MS * 1_000_000L);
                }
                take();
                end(
                        closed ? EndReason.SERVER_STOPPED : EndReason.PUBLISHER_LEFT,
                        closed ? "The server was stopped." : "The publisher left and did not come back.");
            } while (!closed && !retire.test(this));
        } catch (RuntimeException defect) {
            LOG.error("{} is recorded no more: a defect of ours", name, defect);
        } finally {
            try {
                attach(null);
            } finally {
                ended.countDown();
            }
        }
    }

    private boolean isOver(long nowNs) {
        return commands.isEmpty() && source == null && nowNs - absentNs >= settings.waitMs() * 1_000_000L;
    }

    /** What is done each {@value #TURN_MS} ms. What goes wrong in it ends a recording at most. */
    void turn(long nowNs) {
        try {
            step(nowNs);
        } catch (IOException failed) {
            fail(failed);
        } catch (RuntimeException defect) {
            LOG.error("a defect of ours ends what is recorded of {}", name, defect);
            stop(new Room.Shortage(
                    EndReason.DEFECT,
                    "A defect of Spillway, which its log tells: nothing more of " + name
                            + " is recorded until its next publisher comes."));
        }
    }

    private void step(long nowNs) throws IOException {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
        take();
        if (tap != null && tap.isStale()) {
            attach(source);
        }
        Journal into = journal;
        if (into != null) {
            into.write();
            tell(into);
        }
        if (nowNs - forcedNs >= FORCE_NS) {
            forcedNs = nowNs;
            lookAtDisk();
        }
    }

    private void tell(Journal into) {
        tally.wrote(into.bytes() - written);
        written = into.bytes();
    }

    /** Once a second: what is there is forced to the disk; where there is no room any more it ends, and where there is again it goes on. */
    private void lookAtDisk() throws IOException {
        Journal into = journal;
        RecordingId id = recording;
        if (into != null && id != null) {
            into.force();
            listener.onGrew(id, into.bytes());
            Room.Shortage shortage = room.shortage(name, false);
            if (shortage != null) {
                stop(shortage);
            }
        } else if (waiting && room.shortage(name, true) == null) {
            attach(source);
        }
    }

    private void attach(@Nullable LiveSource next) {
        LiveSource before = source;
        letGo();
        source = next;
        waiting = false;
        absentNs = clockNs.getAsLong();
        if (next == null) {
            problem = null;
            Journal into = journal;
            if (into != null && before != null) {
                try {
                    into.left(absentNs - beganNs);
                } catch (IOException failed) {
                    fail(failed);
                }
            }
            return;
        }
        tap = LiveTap.open(next, clockNs, beganNs);
    }

    /** Takes what came so far, and nothing more. */
    private void letGo() {
        LiveTap old = tap;
        if (old != null) {
            old.close();
            take();
            tap = null;
        }
    }

    /** Takes what is in the ring into the journal. */
    private void take() {
        LiveTap from = tap;
        if (from == null) {
            return;
        }
        from.drain((length, bytes, at) -> {
            try {
                take(bytes, at, length);
            } catch (IOException failed) {
                fail(failed);
            }
        });
        long missing = from.newlyLost();
        Journal into = journal;
        if (missing > 0 && into != null) {
            try {
                into.lost(clockNs.getAsLong() - beganNs, missing);
            } catch (IOException failed) {
                fail(failed);
            }
            LOG.warn("{}: {} packets could not be recorded: the disk is too slow", name, missing);
            lost.addAndGet(missing);
            tally.lost(missing);
        }
    }

    private void take(ByteBuffer bytes, int at, int length) throws IOException {
        Entry.SourceBegan next = EntryFormat.sourceAt(bytes, at, length);
        if (next != null) {
            Source before = described;
            if (before != null && journal != null && !next.source().continues(before)) {
                end(EndReason.CODEC_CHANGED, "The publisher sends another codec; another recording goes on.");
            }
            described = next.source();
            if (journal == null) {
                begin(next.atNs());
            }
        }
        Journal into = journal;
        if (into != null) {
            into.append(bytes, at, length);
        }
    }

    private void begin(long atNs) throws IOException {
        Room.Shortage shortage = room.shortage(name, true);
        if (shortage != null) {
            stop(shortage);
            return;
        }
        RecordingId id = folder.create(name, Instant.ofEpochSecond(0, unixNs + atNs));
        try {
            journal =
                    journals.create(folder.journal(id), new Entry.Began(atNs, unixNs, name.value(), settings.writer()));
        } catch (IOException none) {
            folder.delete(id);
            throw none;
        }
        recording = id;
        problem = null;
        written = 0;
        listener.onBegan(name, id);
    }

    private void end(EndReason reason, String sentence) {
        Journal into = journal;
        RecordingId id = recording;
        journal = null;
        recording = null;
        if (into == null || id == null) {
            return;
        }
        try {
            into.end(clockNs.getAsLong() - beganNs, reason, sentence);
        } catch (IOException | RuntimeException unwritten) {
            // Whole entries are there; the next start ends it.
            LOG.warn("{}: the end of {} cannot be written: {}", name, id, unwritten.toString());
        }
        tell(into);
        listener.onEnded(name, id, reason, sentence);
        ready.accept(id);
    }

    /** The disk refused: this recording ends, and live goes on. Where the disk is full it goes on when there is room; else the next publisher is recorded again, if that can be. */
    private void fail(IOException failed) {
        stop(
                isFull()
                        ? new Room.Shortage(
                                EndReason.DISK_FULL,
                                "The disk of " + folder + " is full: nothing more of " + name
                                        + " is recorded until there is room; make some there.")
                        : new Room.Shortage(
                                EndReason.DISK_FAILED,
                                "The disk of " + folder + " refused a write (" + failed + "): nothing more of " + name
                                        + " is recorded until its next publisher comes."));
    }

    private void stop(Room.Shortage why) {
        boolean known = why.equals(problem);
        waiting = why.reason() == EndReason.DISK_FULL || why.reason() == EndReason.QUOTA_REACHED;
        problem = why;
        if (journal != null) {
            end(why.reason(), why.sentence());
        } else if (!known) {
            listener.onRefused(name, why.reason(), why.sentence());
        }
        // Nothing more is taken in until it goes on.
        LiveTap old = tap;
        if (old != null) {
            old.close();
        }
        tap = null;
    }

    private boolean isFull() {
        try {
            return folder.usableBytes() < EntryFormat.MAX_BYTES;
        } catch (IOException unknown) {
            return false;
        }
    }
}
