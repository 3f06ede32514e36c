package io.spillway.recorder.mux;

import java.util.List;

/**
 * What a movie came to.
 *
 * @param stream whose it is
 * @param startedAtMs when its first picture or sound was captured, milliseconds since 1970
 * @param frames pictures in it
 * @param lostPackets that the recorder could not keep
 * @param damages places of the journal that could not be read
 * @param parts its publishers, one after another; players show them as chapters
 */
public record MovieReport(
        String stream,
        long startedAtMs,
        long durationMs,
        int frames,
        int sounds,
        String codecs,
        int width,
        int height,
        long lostPackets,
        long damages,
        List<Part> parts) {

    /** Whether it is there as HLS too: VP8 is played as a file only, decision 063. */
    public boolean isHls() {
        return !codecs.startsWith("vp08");
    }

    /** One publisher: where it begins in the movie, and when that was. */
    public record Part(long atMs, long startedAtMs) {}
}
