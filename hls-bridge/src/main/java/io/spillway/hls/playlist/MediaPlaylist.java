package io.spillway.hls.playlist;

import io.spillway.hls.stream.Encryption;
import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Part;
import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.Segment;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** One rendition's playlist, whole or as a delta. RFC 8216bis §4.4. */
public final class MediaPlaylist {

    /** Of {@code EXT-X-SKIP}; parts and all else need less. */
    private static final int VERSION = 9;

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** No address: of the init segment of what is left out. */
    private static final String SKIPPED = "-";

    private MediaPlaylist() {}

    /**
     * Writes it.
     *
     * @param others the stream's other renditions as they stand
     * @param delta whether segments older than {@code CAN-SKIP-UNTIL} are left out, if there are any (H27)
     * @param suffix ends each address
     */
    public static String write(
            Rendition rendition, List<Rendition> others, HlsSettings settings, boolean delta, String suffix) {
        StringBuilder out = new StringBuilder(4096);
        int timescale = rendition.format().timescale();
        List<Segment> segments = rendition.segments();
        double partTarget = settings.partTargetMs() / 1000.0;
        out.append("#EXTM3U\n#EXT-X-VERSION:").append(VERSION);
        out.append("\n#EXT-X-TARGETDURATION:").append(HlsSettings.TARGET_DURATION_S);
        out.append("\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=")
                .append(seconds(settings.partHoldBackMs() / 1000.0));
        out.append(",CAN-SKIP-UNTIL=").append(seconds(HlsSettings.SKIP_UNTIL_S));
        out.append("\n#EXT-X-PART-INF:PART-TARGET=").append(seconds(partTarget));
        out.append("\n#EXT-X-MEDIA-SEQUENCE:").append(rendition.firstSequence());
        out.append("\n#EXT-X-DISCONTINUITY-SEQUENCE:").append(rendition.discontinuitySequence());
        if (rendition.isIndependent()) {
            out.append("\n#EXT-X-INDEPENDENT-SEGMENTS");
        }
        out.append('\n');

        Segment open = rendition.open();
        long endTicks = open.startTicks() + open.durationTicks();
        int skipped = delta && !rendition.ended()
                ? (int) segments.stream()
                        .filter(each -> endTicks - each.startTicks() - each.durationTicks()
                                > (long) HlsSettings.SKIP_UNTIL_S * timescale)
                        .count()
                : 0;
        if (skipped > 0) {
            out.append("#EXT-X-SKIP:SKIPPED-SEGMENTS=").append(skipped).append('\n');
        }
        // Behind those that are left out it is said again, for players that begin with a delta or do not remember.
        String init = skipped > 0 ? SKIPPED : "";
        for (Segment segment : segments.subList(skipped, segments.size())) {
            head(out, segment, init, suffix);
            init = segment.initUri();
            boolean recent = endTicks - segment.startTicks() - segment.durationTicks()
                    <= (long) HlsSettings.PARTS_LISTED_MS * timescale / 1000;
            if (recent && !rendition.ended()) {
                segment.parts().forEach(part -> part(out, part, timescale, suffix));
            }
            if (segment.isGap()) {
                out.append("#EXT-X-GAP\n");
            }
            out.append("#EXTINF:")
                    .append(seconds(segment.durationTicks(), timescale))
                    .append(",\n");
            out.append(segment.uri()).append(suffix).append('\n');
        }
        if (rendition.ended()) {
            return out.append("#EXT-X-ENDLIST\n").toString();
        }
        if (!open.parts().isEmpty()) {
            head(out, open, init, suffix);
            open.parts().forEach(part -> part(out, part, timescale, suffix));
        }
        out.append("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"")
                .append(rendition.nextPartUri())
                .append(suffix)
                .append("\"\n");
        for (Rendition other : others) {
            if (!other.name().equals(rendition.name()) && !other.ended() && other.lastPart() >= 0) {
                out.append("#EXT-X-RENDITION-REPORT:URI=\"")
                        .append(other.name())
                        .append(".m3u8")
                        .append(suffix)
                        .append("\",LAST-MSN=");
                out.append(other.lastSequence())
                        .append(",LAST-PART=")
                        .append(other.lastPart())
                        .append('\n');
            }
        }
        return out.toString();
    }

    /** What must stand before a segment's first part (H6). */
    private static void head(StringBuilder out, Segment segment, String init, String suffix) {
        if (segment.discontinuity()) {
            out.append("#EXT-X-DISCONTINUITY\n");
        }
        Encryption encryption = segment.encryption();
        boolean files = encryption != null && encryption.isOfFiles();
        if (encryption != null && !files) {
            key(out, encryption, suffix);
        }
        if (!segment.initUri().equals(init)) {
            if (files && !init.isEmpty()) {
                // Else the key before it held for the init segment, too.
                out.append("#EXT-X-KEY:METHOD=NONE\n");
            }
            out.append("#EXT-X-MAP:URI=\"")
                    .append(segment.initUri())
                    .append(suffix)
                    .append("\"\n");
        }
        if (encryption != null && files) {
            key(out, encryption, suffix);
        }
        out.append("#EXT-X-PROGRAM-DATE-TIME:");
        out.append(DATE.format(Instant.ofEpochMilli(segment.captureMs()))).append('\n');
    }

    private static void key(StringBuilder out, Encryption encryption, String suffix) {
        out.append("#EXT-X-KEY:METHOD=")
                .append(encryption.isOfFiles() ? "AES-128" : "SAMPLE-AES")
                .append(",URI=\"")
                .append(encryption.keyUri())
                .append(suffix)
                .append("\",IV=0x")
                .append(encryption.iv());
        if (!encryption.isOfFiles()) {
            // What is at the address is the key itself.
            out.append(",KEYFORMAT=\"identity\"");
        }
        out.append('\n');
    }

    private static void part(StringBuilder out, Part part, int timescale, String suffix) {
        out.append("#EXT-X-PART:DURATION=").append(seconds(part.durationTicks(), timescale));
        out.append(",URI=\"").append(part.uri()).append(suffix).append('"');
        if (part.independent()) {
            out.append(",INDEPENDENT=YES");
        }
        if (part.gap()) {
            out.append(",GAP=YES");
        }
        out.append('\n');
    }

    private static String seconds(long ticks, int timescale) {
        return seconds((double) ticks / timescale);
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.5f", value);
    }
}
