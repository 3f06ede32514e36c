package io.spillway.hls.ladder;

import io.spillway.media.mp4.VideoFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which renditions are made of a layer.
 *
 * @param heights of a picture that is wider than high, in pixels; of one that is higher than wide, its widths
 * @param partMs what a part lasts: a picture that stands still is repeated as often
 * @param segmentMs what a segment lasts at least
 */
public record LadderSettings(List<Integer> heights, int partMs, int segmentMs) {

    /** What OpenH264 encodes at the least, and 4K. */
    public static final int MIN_HEIGHT = 90;

    public static final int MAX_HEIGHT = 2160;

    public LadderSettings {
        heights = heights.stream().distinct().sorted().toList();
        if (!heights.isEmpty() && (heights.getFirst() < MIN_HEIGHT || heights.getLast() > MAX_HEIGHT)) {
            throw new IllegalArgumentException(
                    "rungs of " + heights + "; allowed are " + MIN_HEIGHT + " to " + MAX_HEIGHT);
        }
    }

    /** Whether a source has rungs. */
    boolean makesAny(VideoFormat source, boolean passed) {
        List<Integer> rungs = rungs(source, source.width(), source.height(), passed);
        return !rungs.isEmpty();
    }

    /**
     * The rungs of a source, the lowest first: never larger than it is. Beside a source that every player plays only what is smaller; of one that not every player does, itself at the least.
     *
     * @param source what it is
     * @param width of its picture, in pixels
     * @param passed whether it is a rendition itself
     */
    List<Integer> rungs(VideoFormat source, int width, int height, boolean passed) {
        boolean played = passed && source.entry().equals("avc1");
        int shortSide = Math.min(width, height);
        List<Integer> rungs = new ArrayList<>(heights.stream()
                .filter(each -> played ? each < shortSide : each <= shortSide)
                .toList());
        if (rungs.isEmpty() && !played) {
            rungs.add(shortSide & -2);
        }
        rungs.sort(Comparator.naturalOrder());
        return rungs;
    }
}
