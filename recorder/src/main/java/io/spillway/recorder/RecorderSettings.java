package io.spillway.recorder;

import io.spillway.recorder.mux.Muxer;
import java.nio.file.Path;

/**
 * How recordings are made.
 *
 * @param folder of all of them
 * @param waitMs how long a recording waits for its publisher to return
 * @param writer who writes journals, with its version
 * @param space what all of them may take
 * @param keepJournals whether a journal stays when its movie was found good
 * @param sizes how many sizes of its pictures a movie has, the largest first
 */
public record RecorderSettings(
        Path folder, int waitMs, String writer, SpaceLimits space, boolean keepJournals, int sizes) {

    /** With all sizes. */
    public RecorderSettings(Path folder, int waitMs, String writer, SpaceLimits space, boolean keepJournals) {
        this(folder, waitMs, writer, space, keepJournals, Muxer.ALL_SIZES);
    }

    /** Without bounds, and with all journals kept. */
    public RecorderSettings(Path folder, int waitMs, String writer) {
        this(folder, waitMs, writer, SpaceLimits.NONE, true);
    }
}
