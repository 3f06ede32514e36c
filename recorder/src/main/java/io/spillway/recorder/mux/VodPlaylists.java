package io.spillway.recorder.mux;

import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.TrackFormat;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.recorder.mux.MovieFile.Range;
import io.spillway.recorder.mux.MovieFile.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A movie's playlists: of each rendition one of all and one of its keys, and one of the sound. Their segments are ranges of the movie's files, so nothing is stored twice and nothing is made when
 * somebody watches. RFC 8216bis §4.4.
 *
 * <pre>
 *   index.m3u8   video.m3u8  video-keys.m3u8   video-2.m3u8  video-2-keys.m3u8   sound.m3u8
 * </pre>
 */
final class VodPlaylists {

    /** Of fragmented MP4. */
    private static final int VERSION = 7;

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** A segment as a playlist has it. */
    private record Item(Range range, double startS, double durationS, Segment of) {}

    private final Path folder;
    private final List<MovieReport.Part> parts;
    private final StringBuilder variants = new StringBuilder(1_024);

    private VodPlaylists(Path folder, List<MovieReport.Part> parts) {
        this.folder = folder;
        this.parts = parts;
    }

    /** Writes them beside the movie's files, which are finished. */
    static void write(Path folder, MovieTimeline movie, int renditions, List<MovieReport.Part> parts)
            throws IOException {
        new VodPlaylists(folder, parts).write(movie, renditions);
    }

    private void write(MovieTimeline movie, int renditions) throws IOException {
        List<Item> sound = all(movie.sound());
        boolean independent = true;
        for (int i = 0; i < renditions; i++) {
            MovieFile.Track pictures = movie.pictures(i);
            if (!pictures.isEmpty()) {
                independent &= pictures.segments().stream().allMatch(Segment::independent);
                rendition(MovieFolder.movie(i), pictures, sound);
            }
        }
        StringBuilder index =
                new StringBuilder("#EXTM3U\n#EXT-X-VERSION:").append(VERSION).append('\n');
        if (independent) {
            index.append("#EXT-X-INDEPENDENT-SEGMENTS\n");
        }
        if (!sound.isEmpty()) {
            media("sound.m3u8", MovieFolder.MOVIE, "", sound);
            if (variants.isEmpty()) {
                variant("EXT-X-STREAM-INF:", sound, List.of());
                variants.append("\nsound.m3u8\n");
            } else {
                index.append(
                                "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"Original\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"")
                        .append(((AudioFormat) sound.getFirst().of().init().format()).channels())
                        .append("\",URI=\"sound.m3u8\"\n");
            }
        }
        Files.writeString(folder.resolve("index.m3u8"), index.append(variants));
    }

    private void rendition(String file, MovieFile.Track pictures, List<Item> sound) throws IOException {
        String name = file.substring(0, file.lastIndexOf('.'));
        List<Item> all = all(pictures);
        List<Item> keys = keys(pictures);
        media(name + ".m3u8", file, independentTag(all), all);
        media(name + "-keys.m3u8", file, "#EXT-X-I-FRAMES-ONLY\n", keys);
        variant("EXT-X-STREAM-INF:", all, sound);
        double seconds = all.stream().mapToDouble(Item::durationS).sum();
        variants.append(String.format(Locale.ROOT, ",FRAME-RATE=%.3f", pictures.count() / seconds));
        variants.append(sound.isEmpty() ? "\n" : ",AUDIO=\"sound\"\n")
                .append(name)
                .append(".m3u8\n");
        variant("EXT-X-I-FRAME-STREAM-INF:", keys, List.of());
        variants.append(",URI=\"").append(name).append("-keys.m3u8\"\n");
    }

    private static String independentTag(List<Item> all) {
        return all.stream().allMatch(each -> each.of().independent()) ? "#EXT-X-INDEPENDENT-SEGMENTS\n" : "";
    }

    private static List<Item> all(MovieFile.Track track) {
        return track.segments().stream()
                .map(each -> item(each.range(), each.startTicks(), each.endTicks(), each))
                .toList();
    }

    /** Each key lasts until the next of the same publisher. */
    private static List<Item> keys(MovieFile.Track track) {
        List<Item> all = new ArrayList<>();
        List<Segment> segments = track.segments();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            for (int k = 0; k < segment.keys().size(); k++) {
                MovieFile.Key key = segment.keys().get(k);
                long end = k + 1 < segment.keys().size()
                        ? segment.keys().get(k + 1).startTicks()
                        : nextKey(segments, i, segment.endTicks());
                all.add(item(key.range(), key.startTicks(), end, segment));
            }
        }
        return all;
    }

    /** Where what begins within a segment ends: at the next segment's key, or with the last one that has none. */
    private static long nextKey(List<Segment> segments, int i, long endTicks) {
        int next = i + 1;
        long end = endTicks;
        while (next < segments.size()
                && segments.get(next).part() == segments.get(i).part()
                && segments.get(next).keys().isEmpty()) {
            end = segments.get(next++).endTicks();
        }
        boolean same = next < segments.size()
                && segments.get(next).part() == segments.get(i).part();
        return same ? segments.get(next).keys().getFirst().startTicks() : end;
    }

    private static Item item(Range range, long startTicks, long endTicks, Segment of) {
        double scale = of.init().format().timescale();
        return new Item(range, startTicks / scale, (endTicks - startTicks) / scale, of);
    }

    private void media(String name, String file, String tag, List<Item> items) throws IOException {
        StringBuilder out = new StringBuilder(256 + 160 * items.size());
        long target = items.stream()
                .mapToLong(each -> Math.round(each.durationS()))
                .max()
                .orElse(1);
        out.append("#EXTM3U\n#EXT-X-VERSION:").append(VERSION);
        out.append("\n#EXT-X-TARGETDURATION:").append(Math.max(1, target));
        out.append("\n#EXT-X-PLAYLIST-TYPE:VOD\n").append(tag);
        MovieFile.Init init = null;
        int part = 0;
        for (Item each : items) {
            // As many as there were publishers in between, so that all renditions count alike.
            out.append("#EXT-X-DISCONTINUITY\n".repeat(each.of().part() - part));
            part = each.of().part();
            if (!each.of().init().equals(init)) {
                init = each.of().init();
                out.append("#EXT-X-MAP:URI=\"").append(file).append("\",BYTERANGE=\"");
                out.append(init.range().bytes())
                        .append('@')
                        .append(init.range().at())
                        .append("\"\n");
            }
            out.append("#EXT-X-PROGRAM-DATE-TIME:")
                    .append(DATE.format(date(each)))
                    .append('\n');
            out.append(String.format(Locale.ROOT, "#EXTINF:%.6f,%n", each.durationS()));
            out.append("#EXT-X-BYTERANGE:").append(each.range().bytes()).append('@');
            out.append(each.range().at()).append('\n').append(file).append('\n');
        }
        Files.writeString(folder.resolve(name), out.append("#EXT-X-ENDLIST\n"));
    }

    private Instant date(Item item) {
        MovieReport.Part part = parts.get(item.of().part());
        return Instant.ofEpochMilli(part.startedAtMs() + Math.round(item.startS() * 1_000) - part.atMs());
    }

    /** What players choose by; attributes that not all have follow. */
    private void variant(String tag, List<Item> main, List<Item> sound) {
        TrackFormat format = main.stream()
                .map(each -> each.of().init().format())
                .max(Comparator.comparingInt(VodPlaylists::pixels))
                .orElseThrow();
        variants.append('#').append(tag).append("BANDWIDTH=").append(peakBps(main) + peakBps(sound));
        variants.append(",AVERAGE-BANDWIDTH=").append(meanBps(main) + meanBps(sound));
        variants.append(",CODECS=\"").append(format.codecs());
        if (!sound.isEmpty()) {
            variants.append(',').append(sound.getFirst().of().init().format().codecs());
        }
        variants.append('"');
        if (format instanceof VideoFormat video) {
            variants.append(",RESOLUTION=").append(video.width()).append('x').append(video.height());
        }
    }

    private static int pixels(TrackFormat format) {
        return format instanceof VideoFormat video ? video.width() * video.height() : 0;
    }

    private static long meanBps(List<Item> items) {
        double bits =
                items.stream().mapToDouble(each -> 8.0 * each.range().bytes()).sum();
        double seconds = items.stream().mapToDouble(Item::durationS).sum();
        return seconds > 0 ? Math.round(bits / seconds) : 0;
    }

    /** Over all runs of half a target duration or a little more: what is shorter says nothing. RFC 8216bis §4.4.6.2. */
    private static long peakBps(List<Item> items) {
        double least = items.stream().mapToDouble(Item::durationS).max().orElse(0) / 2;
        double peak = meanBps(items);
        for (int from = 0; from < items.size(); from++) {
            double bits = 0;
            double seconds = 0;
            for (int i = from; i < items.size() && seconds < least; i++) {
                bits += 8.0 * items.get(i).range().bytes();
                seconds += items.get(i).durationS();
            }
            if (seconds >= least && seconds > 0) {
                peak = Math.max(peak, bits / seconds);
            }
        }
        return (long) Math.ceil(peak);
    }
}
