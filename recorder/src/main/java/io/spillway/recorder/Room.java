package io.spillway.recorder;

import io.spillway.media.live.StreamName;
import io.spillway.recorder.journal.EndReason;
import org.jspecify.annotations.Nullable;

/** Whether there is room for what is recorded. Any thread; looks at the disk. */
@FunctionalInterface
interface Room {

    /** Of a disk without an end. */
    Room ENDLESS = (_, _) -> null;

    /** Why there is none; {@code sentence} is for people. */
    record Shortage(EndReason reason, String sentence) {}

    /**
     * Null while there is room.
     *
     * @param beginning whether a recording would begin: that takes more than to go on, so that none begins again and again
     */
    @Nullable
    Shortage shortage(StreamName stream, boolean beginning);
}
