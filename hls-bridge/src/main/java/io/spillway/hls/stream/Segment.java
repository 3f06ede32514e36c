package io.spillway.hls.stream;

import io.spillway.media.mp4.TrackFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A segment, whole or still growing. Immutable.
 *
 * @param sequence its media sequence number
 * @param startTicks on the stream's timeline, in the rendition's timescale
 * @param captureMs wall clock of its beginning, milliseconds since 1970
 * @param format of what is in it
 * @param period in which it lies
 * @param discontinuity what came before is of another publisher, encoder or format
 * @param encryption of its parts and of the whole; null when there is none
 */
public record Segment(
        long sequence,
        String uri,
        String initUri,
        TrackFormat format,
        Period period,
        long startTicks,
        long durationTicks,
        long captureMs,
        boolean discontinuity,
        @Nullable Encryption encryption,
        List<Part> parts) {

    /** Whether nothing of it can be played. */
    public boolean isGap() {
        return parts.stream().allMatch(Part::gap);
    }

    /** Whether what there is of it can be decoded without what was before. */
    public boolean isIndependent() {
        return parts.stream()
                .filter(part -> !part.gap())
                .findFirst()
                .map(Part::independent)
                .orElse(true);
    }

    /** Whether a key lies where it begins, and not only behind a gap. */
    public boolean beginsAtKey() {
        return isGap() || parts.getFirst().independent();
    }

    public long frames() {
        return parts.stream().mapToLong(Part::frames).sum();
    }

    /** Its bytes, part by part. */
    public List<byte[]> chunks() {
        return parts.stream().filter(part -> !part.gap()).map(Part::bytes).toList();
    }

    /** Without its gaps. */
    public long shownTicks() {
        return parts.stream()
                .filter(part -> !part.gap())
                .mapToLong(Part::durationTicks)
                .sum();
    }

    public long bytes() {
        return parts.stream().mapToLong(part -> part.bytes().length).sum();
    }
}
