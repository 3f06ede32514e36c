package io.spillway.recorder;

import io.spillway.media.live.StreamName;
import io.spillway.recorder.Recording.State;
import io.spillway.recorder.journal.EndReason;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The room that recordings have, as configured, and which of them are removed for it. What has no movie yet counts twice on the disk: its movie is still to be written beside its journal. Any thread.
 */
final class Space implements Room {

    /** Who removes a recording, files and all; waits for disk and database. */
    interface Remover {
        void remove(RecordingId id) throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Space.class);

    private static final long MB = 1_000_000;

    /** A recording begins again where there is room for half a minute of 8 Mbps, or a tenth of a bound. */
    private static final long MAX_SLACK_BYTES = 32 * MB;

    private final SpaceLimits limits;
    private final RecordingsFolder folder;
    private final Library library;
    private final Remover remover;
    private final Executor house;
    private final AtomicBoolean removing = new AtomicBoolean();

    /** What was to be removed and could not be. */
    private final Set<RecordingId> stuck = ConcurrentHashMap.newKeySet();

    /** @param house where recordings are removed for room: those who ask for it write what comes meanwhile */
    Space(SpaceLimits limits, RecordingsFolder folder, Library library, Remover remover, Executor house) {
        this.limits = limits;
        this.folder = folder;
        this.library = library;
        this.remover = remover;
        this.house = house;
    }

    /** @param of whose recordings would make room; null for all */
    private record Missing(@Nullable StreamName of, Shortage shortage) {}

    /** Where the oldest go there is room while they do: what comes meanwhile is over the bound. */
    @Override
    public @Nullable Shortage shortage(StreamName stream, boolean beginning) {
        Missing missing = missing(stream, beginning);
        if (missing == null) {
            return null;
        }
        Optional<RecordingId> next = limits.oldestGoes() ? oldest(missing) : Optional.empty();
        if (next.isEmpty()) {
            return missing.shortage();
        }
        if (removing.compareAndSet(false, true)) {
            try {
                house.execute(() -> makeRoom(stream, beginning));
            } catch (RejectedExecutionException closed) {
                removing.set(false);
            }
        }
        return stuck.contains(next.get()) ? missing.shortage() : null;
    }

    private void makeRoom(StreamName stream, boolean beginning) {
        try {
            Optional<RecordingId> next = oldest(missing(stream, beginning));
            // One that cannot be removed ends it: else all that can would go for nothing.
            while (next.isPresent() && remove(next.get(), "to make room")) {
                next = oldest(missing(stream, beginning));
            }
        } catch (RuntimeException defect) {
            LOG.error("no room is made for {}: a defect of ours", stream, defect);
        } finally {
            removing.set(false);
        }
    }

    private @Nullable Missing missing(StreamName stream, boolean beginning) {
        Library.Sum all = library.sum(null);
        if (isOver(all.bytes(), limits.allBytes(), beginning)) {
            return quota(null, stream, "All recordings together", all.bytes(), "record.quota-mb");
        }
        if (limits.streamBytes() > 0) {
            long its = library.sum(stream).bytes();
            if (isOver(its, limits.streamBytes(), beginning)) {
                return quota(stream, stream, "The recordings of " + stream, its, "record.stream-quota-mb");
            }
        }
        try {
            long free = folder.usableBytes() - all.pending();
            if (free < limits.freeBytes() + (beginning ? MAX_SLACK_BYTES : 0)) {
                return new Missing(
                        null,
                        new Shortage(
                                EndReason.DISK_FULL,
                                "The disk of " + folder + " has " + Math.max(0, free) / MB
                                        + " MB free beside what movies still to be made will take, and "
                                        + limits.freeBytes() / MB + " MB are to stay free: nothing more of " + stream
                                        + " is recorded until there is room. Make some there, or set record.min-free-mb lower."));
            }
        } catch (IOException unknown) {
            LOG.debug("the free space of {} is not known", folder, unknown);
        }
        return null;
    }

    private static boolean isOver(long bytes, long bound, boolean beginning) {
        return bound > 0 && bytes + (beginning ? Math.min(MAX_SLACK_BYTES, bound / 10) : 0) > bound;
    }

    private static Missing quota(@Nullable StreamName of, StreamName stream, String what, long bytes, String key) {
        return new Missing(
                of,
                new Shortage(
                        EndReason.QUOTA_REACHED,
                        what + " take " + bytes / MB + " MB, as much as " + key + " allows: nothing more of " + stream
                                + " is recorded until some are removed. Remove some, or set " + key + " higher."));
    }

    /** What is removed next for what is missing; what has no movie never is. */
    private Optional<RecordingId> oldest(@Nullable Missing missing) {
        return missing == null
                ? Optional.empty()
                : library.list(missing.of(), null).reversed().stream()
                        .filter(each -> each.state() == State.READY)
                        .map(Recording::id)
                        .findFirst();
    }

    /** Removes what is older than recordings are kept. */
    void removeAged(Instant now) {
        if (limits.days() == 0) {
            return;
        }
        Instant kept = now.minus(Duration.ofDays(limits.days()));
        for (Recording each : library.list(null, null)) {
            boolean over = each.state() == State.READY || each.state() == State.FAILED;
            if (over && Instant.ofEpochMilli(each.startedAtMs()).isBefore(kept)) {
                remove(each.id(), "as it is older than " + limits.days() + " days");
            }
        }
    }

    private boolean remove(RecordingId id, String why) {
        try {
            remover.remove(id);
            stuck.remove(id);
            LOG.info("{} was removed {}", id, why);
            return true;
        } catch (IOException | RuntimeException left) {
            if (stuck.add(id)) {
                LOG.warn("{} cannot be removed {}: it is tried again", id, why, left);
            }
            return false;
        }
    }
}
