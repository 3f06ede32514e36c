package io.spillway.signaling.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the renditions stand that are made of a stream for HLS and DASH.
 *
 * @param problem why none can be made on this machine, or of this stream, in a sentence; null when they can, or are not wanted
 * @param rungs those that are made while the stream is packaged
 * @param lateFrames not encoded, for their turn came too late
 * @param lostFrames that found no room to wait for their turn
 * @param failures frames that could not be decoded, and defects
 * @param sheds how often a rung was shed
 */
public record LadderReport(
        @Nullable String problem, List<Rung> rungs, long lateFrames, long lostFrames, long failures, long sheds) {

    /** Nothing is made. */
    public static final LadderReport NONE = new LadderReport(null, List.of(), 0, 0, 0, 0);

    /** One rendition; its state is {@code waiting}, {@code running} or {@code shed}. */
    public record Rung(String name, int width, int height, String state) {}

    /** What an operator should know, in sentences. */
    List<String> warnings() {
        return rungs.stream()
                .filter(rung -> rung.state().equals("shed"))
                .map(rung -> "The CPU is short: " + rung.width() + "x" + rung.height()
                        + " is not made for HLS and DASH; it comes back by itself.")
                .toList();
    }
}
