package io.spillway.hls.playlist;

import io.spillway.hls.stream.Rendition;
import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.VideoFormat;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** All renditions of a stream to choose from. RFC 8216bis §4.4.6. */
public final class MultivariantPlaylist {

    private MultivariantPlaylist() {}

    /**
     * Writes it.
     *
     * @param renditions with a whole segment each
     * @param suffix ends each address
     */
    public static String write(List<Rendition> renditions, String suffix) {
        List<Rendition> sounds = renditions.stream()
                .filter(each -> each.format() instanceof AudioFormat)
                // What every player plays comes first.
                .sorted(Comparator.comparing(Rendition::name))
                .toList();
        List<Rendition> pictures = renditions.stream()
                .filter(each -> each.format() instanceof VideoFormat)
                .sorted(Comparator.comparingLong(Rendition::peakBps).reversed())
                .toList();
        StringBuilder out = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:9\n");
        if (renditions.stream().allMatch(Rendition::isIndependent)) {
            out.append("#EXT-X-INDEPENDENT-SEGMENTS\n");
        }
        if (!pictures.isEmpty()) {
            sounds.forEach(sound -> group(out, sound, suffix));
        }
        for (Optional<Rendition> sound : sounds.isEmpty()
                ? List.of(Optional.<Rendition>empty())
                : sounds.stream().map(Optional::of).toList()) {
            pictures.forEach(picture -> variant(out, picture, sound, suffix));
        }
        for (Rendition sound : sounds) {
            variant(out, sound, pictures.isEmpty() ? Optional.empty() : Optional.of(sound), suffix);
        }
        return out.toString();
    }

    /** A group a codec: variants of each name theirs, so that a player takes what it can decode (H41). */
    private static void group(StringBuilder out, Rendition sound, String suffix) {
        out.append("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"")
                .append(groupOf(sound))
                .append("\",NAME=\"Original\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"")
                .append(((AudioFormat) sound.format()).channels())
                .append("\",URI=\"")
                .append(sound.name())
                .append(".m3u8")
                .append(suffix)
                .append("\"\n");
    }

    private static String groupOf(Rendition sound) {
        return sound.format().codecs().startsWith("mp4a") ? "aac" : "opus";
    }

    private static void variant(StringBuilder out, Rendition main, Optional<Rendition> sound, String suffix) {
        boolean beside = sound.isPresent() && !sound.get().name().equals(main.name());
        long peak = main.peakBps() + (beside ? sound.get().peakBps() : 0);
        long mean = main.meanBps() + (beside ? sound.get().meanBps() : 0);
        out.append("#EXT-X-STREAM-INF:BANDWIDTH=")
                .append(peak)
                .append(",AVERAGE-BANDWIDTH=")
                .append(mean);
        out.append(",CODECS=\"").append(main.format().codecs());
        if (beside) {
            out.append(',').append(sound.get().format().codecs());
        }
        out.append('"');
        if (main.format() instanceof VideoFormat video) {
            out.append(",RESOLUTION=").append(video.width()).append('x').append(video.height());
            out.append(String.format(Locale.ROOT, ",FRAME-RATE=%.3f", main.framesPerSecond()));
        }
        sound.ifPresent(each -> out.append(",AUDIO=\"").append(groupOf(each)).append('"'));
        out.append('\n').append(main.name()).append(".m3u8").append(suffix).append('\n');
    }
}
