package io.spillway.hls.playlist;

import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.Segment;
import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.VideoFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** All renditions of a stream to choose from. RFC 8216bis §4.4.6. */
public final class MultivariantPlaylist {

    private static final String AUDIO_GROUP = "audio";

    private MultivariantPlaylist() {}

    /**
     * Writes it.
     *
     * @param renditions with a whole segment each
     * @param suffix ends each address
     */
    public static String write(List<Rendition> renditions, String suffix) {
        Optional<Rendition> sound = renditions.stream()
                .filter(each -> each.format() instanceof AudioFormat)
                .findFirst();
        List<Rendition> pictures = new ArrayList<>(renditions.stream()
                .filter(each -> each.format() instanceof VideoFormat)
                .toList());
        pictures.sort(Comparator.comparingLong(Rendition::peakBps).reversed());
        StringBuilder out = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:9\n");
        if (renditions.stream().allMatch(Rendition::isIndependent)) {
            out.append("#EXT-X-INDEPENDENT-SEGMENTS\n");
        }
        if (sound.isPresent() && !pictures.isEmpty()) {
            int channels = ((AudioFormat) sound.get().format()).channels();
            out.append("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"" + AUDIO_GROUP
                            + "\",NAME=\"Original\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"")
                    .append(channels)
                    .append("\",URI=\"")
                    .append(sound.get().name())
                    .append(".m3u8")
                    .append(suffix)
                    .append("\"\n");
        }
        for (Rendition picture : pictures) {
            variant(out, picture, sound, suffix);
        }
        sound.ifPresent(only -> variant(out, only, pictures.isEmpty() ? Optional.empty() : sound, suffix));
        return out.toString();
    }

    private static void variant(StringBuilder out, Rendition main, Optional<Rendition> sound, String suffix) {
        boolean beside = sound.isPresent() && !sound.get().name().equals(main.name());
        long peak = main.peakBps() + (beside ? sound.get().peakBps() : 0);
        long mean = meanBps(main) + (beside ? meanBps(sound.get()) : 0);
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
        if (sound.isPresent()) {
            out.append(",AUDIO=\"" + AUDIO_GROUP + "\"");
        }
        out.append('\n').append(main.name()).append(".m3u8").append(suffix).append('\n');
    }

    static long meanBps(Rendition rendition) {
        long bytes = rendition.segments().stream().mapToLong(Segment::bytes).sum();
        long ticks =
                rendition.segments().stream().mapToLong(Segment::shownTicks).sum();
        return ticks == 0
                ? 1
                : Math.max(1, Math.round(bytes * 8.0 * rendition.format().timescale() / ticks));
    }
}
