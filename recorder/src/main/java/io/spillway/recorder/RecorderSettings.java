package io.spillway.recorder;

import java.nio.file.Path;

/**
 * How recordings are made.
 *
 * @param folder of all of them
 * @param waitMs how long a recording waits for its publisher to return
 * @param writer who writes journals, with its version
 * @param space what all of them may take
 * @param keepJournals whether a journal stays when its movie was found good
 */
public record RecorderSettings(Path folder, int waitMs, String writer, SpaceLimits space, boolean keepJournals) {

    /** Without bounds, and with all journals kept. */
    public RecorderSettings(Path folder, int waitMs, String writer) {
        this(folder, waitMs, writer, SpaceLimits.NONE, true);
    }
}
