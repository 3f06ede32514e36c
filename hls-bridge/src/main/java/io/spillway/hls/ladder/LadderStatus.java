package io.spillway.hls.ladder;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the renditions that are made of a stream stand at a moment.
 *
 * @param rungs the lowest first; empty before the first picture
 * @param lateFrames decoded but not encoded: their turn came too late
 * @param lostFrames that found no room to wait
 * @param failures frames that could not be decoded, and defects
 * @param sheds how often a rung was shed
 * @param problem why nothing is made of what is sent now, in a sentence; null when something is
 * @param busy how much of its time the thread spent in the last second, 0 to 1
 */
public record LadderStatus(
        List<Rung> rungs,
        @Nullable String problem,
        long lateFrames,
        long lostFrames,
        long failures,
        long sheds,
        double busy) {

    public static final LadderStatus NONE = new LadderStatus(List.of(), null, 0, 0, 0, 0, 0);

    /** One rendition. */
    public record Rung(String name, int width, int height, State state) {

        /** Whether it is the rendition of that name, and there is no time for it. */
        public boolean isShed(String rendition) {
            return state == State.SHED && name.equals(rendition);
        }
    }

    /** What becomes of a rung. */
    public enum State {
        /** Begins with the next segment. */
        WAITING,
        RUNNING,
        /** The CPU has no time for it. */
        SHED
    }
}
