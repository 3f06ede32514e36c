package io.spillway.hls.stream;

import io.spillway.media.mp4.TrackFormat;
import java.util.Collection;
import java.util.List;

/**
 * One track as it stands at a moment: what its playlist says. Immutable.
 *
 * @param name as its addresses begin: {@code v0}, {@code a0}
 * @param originMs wall clock at tick 0, milliseconds since 1970; the same in all renditions of a stream
 * @param segments whole ones, listed, oldest first
 * @param open the one that grows; its parts may be none
 * @param nextPartUri where the next part will be
 * @param discontinuitySequence of the oldest segment listed
 * @param highest what it has come to, listed or not
 * @param isIndependent whether every segment that was made begins with a key
 * @param ended nothing more comes
 */
public record Rendition(
        String name,
        TrackFormat format,
        long originMs,
        List<Segment> segments,
        Segment open,
        String nextPartUri,
        long discontinuitySequence,
        Rate highest,
        boolean isIndependent,
        boolean ended) {

    private static final double HEADROOM = 1.1;

    /**
     * Bits a second, of what is no gap.
     *
     * @param peakBps of the densest segment
     * @param meanBps of the densest window
     */
    public record Rate(double peakBps, double meanBps) {

        static final Rate NONE = new Rate(0, 0);

        static Rate of(Collection<Segment> segments) {
            double peak = 0;
            double bits = 0;
            double seconds = 0;
            for (Segment each : segments) {
                if (each.shownTicks() > 0) {
                    double lasted = (double) each.shownTicks() / each.format().timescale();
                    peak = Math.max(peak, each.bytes() * 8 / lasted);
                    bits += each.bytes() * 8;
                    seconds += lasted;
                }
            }
            return new Rate(peak, seconds == 0 ? 0 : bits / seconds);
        }

        /** The higher of each. */
        Rate max(Rate other) {
            return new Rate(Math.max(peakBps, other.peakBps), Math.max(meanBps, other.meanBps));
        }
    }

    /** Sequence number of the oldest segment listed. */
    public long firstSequence() {
        return segments.isEmpty() ? open.sequence() : segments.getFirst().sequence();
    }

    /** Sequence number of the newest segment of which at least a part is there. */
    public long lastSequence() {
        return open.parts().isEmpty() && !segments.isEmpty()
                ? segments.getLast().sequence()
                : open.sequence();
    }

    /** Index of the newest part in {@link #lastSequence}; -1 when there is none at all. */
    public int lastPart() {
        List<Part> parts = open.parts().isEmpty() && !segments.isEmpty()
                ? segments.getLast().parts()
                : open.parts();
        return parts.size() - 1;
    }

    /** Pictures a second, of those there are; 0 while there are none. */
    public double framesPerSecond() {
        long frames = segments.stream().mapToLong(Segment::frames).sum();
        long ticks = segments.stream().mapToLong(Segment::shownTicks).sum();
        return ticks == 0 ? 0 : (double) frames * format.timescale() / ticks;
    }

    /** Bits a second of the densest segment, raised a little: the next one may be larger than all before. Players read it once, and what was dense once will be again when a quiet time is over (H38). */
    public long peakBps() {
        return Math.max(1, Math.round(highest.max(Rate.of(segments)).peakBps() * HEADROOM));
    }

    /** Bits a second of the densest window so far (H38). */
    public long meanBps() {
        return Math.max(1, Math.round(highest.max(Rate.of(segments)).meanBps()));
    }

    /** Whether segment {@code sequence} is whole, or with {@code part} not negative that part is there or its segment is whole (H21). */
    public boolean has(long sequence, int part) {
        return sequence < open.sequence()
                || (sequence == open.sequence()
                        && part >= 0
                        && part < open.parts().size());
    }
}
