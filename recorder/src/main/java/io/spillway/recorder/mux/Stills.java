package io.spillway.recorder.mux;

import io.spillway.media.frame.Painter;
import io.spillway.media.frame.Sheet;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.recorder.mux.MovieFile.Range;
import io.spillway.recorder.mux.MovieFile.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Still pictures of a movie, out of its keys: {@code thumbnail.jpg}, and small ones on a sheet, {@code preview.jpg}, with {@code preview.vtt} that tells which is whose time. What cannot be decoded has
 * none.
 */
final class Stills {

    private static final int COLUMNS = 10;

    /** On one sheet, whatever the movie lasts. */
    private static final int MAX_PLACES = 100;

    private static final int WIDTH = 160;
    private static final int HEIGHT = 90;

    /** A thumbnail is scaled down from this many rows at least, if there are. */
    private static final int THUMBNAIL_ROWS = 270;

    /** A key and when it is shown. */
    private record Shown(double atS, MovieFile.Key key, VideoFormat format) {}

    private final Path folder;
    private final MovieTimeline movie;
    private final int renditions;

    private Stills(Path folder, MovieTimeline movie, int renditions) {
        this.folder = folder;
        this.movie = movie;
        this.renditions = renditions;
    }

    /** Makes what the tools can make of it, beside the movie's files, which are finished. */
    static void write(Path folder, MovieTimeline movie, int renditions, MovieTools tools, Muxer.Progress progress)
            throws IOException {
        Stills stills = new Stills(folder, movie, renditions);
        if (tools.painter().isPresent()) {
            stills.thumbnail(tools.painter().get());
        }
        if (tools.sheets().isPresent()) {
            stills.preview(tools.sheets().get(), progress);
        }
    }

    /** Of a tenth of the movie: beginnings are often dark. */
    private void thumbnail(Painter painter) throws IOException {
        int rendition = 0;
        for (int i = 1; i < renditions; i++) {
            List<Shown> keys = keys(i);
            rendition = !keys.isEmpty() && keys.getFirst().format().height() >= THUMBNAIL_ROWS ? i : rendition;
        }
        List<Shown> keys = keys(rendition);
        if (keys.isEmpty()) {
            return;
        }
        Shown shown = at(keys, movie.seconds() / 10);
        byte[] jpeg = painter.jpeg(shown.format(), read(rendition, shown.key()));
        if (jpeg != null) {
            Files.write(folder.resolve("thumbnail.jpg"), jpeg);
        }
    }

    private void preview(Sheet.Factory sheets, Muxer.Progress progress) throws IOException {
        int rendition = renditions - 1;
        List<Shown> keys = keys(rendition);
        if (keys.isEmpty()) {
            return;
        }
        double stepS = Math.max(1, Math.ceil(movie.seconds() / MAX_PLACES));
        List<Shown> places = new ArrayList<>();
        for (double atS = 0; atS < movie.seconds(); atS += stepS) {
            Shown next = at(keys, atS);
            if (places.isEmpty() || !next.key().equals(places.getLast().key())) {
                places.add(next);
            }
        }
        VideoFormat first = keys.getFirst().format();
        double scale = Math.min((double) WIDTH / first.width(), (double) HEIGHT / first.height());
        int width = even(first.width() * scale);
        int height = even(first.height() * scale);
        int columns = Math.min(COLUMNS, places.size());
        try (Sheet sheet = sheets.create(columns, Math.ceilDiv(places.size(), columns), width, height)) {
            StringBuilder times = new StringBuilder("WEBVTT\n");
            for (int i = 0; i < places.size(); i++) {
                sheet.add(places.get(i).format(), read(rendition, places.get(i).key()));
                double fromS = i == 0 ? 0 : places.get(i).atS();
                double toS = i + 1 < places.size() ? places.get(i + 1).atS() : movie.seconds();
                times.append(String.format(
                        Locale.ROOT,
                        "%n%s --> %s%npreview.jpg#xywh=%d,%d,%d,%d%n",
                        time(fromS),
                        time(toS),
                        i % columns * width,
                        i / columns * height,
                        width,
                        height));
                progress.at(Muxer.WHOLE - 1);
            }
            byte[] jpeg = sheet.jpeg();
            if (jpeg != null) {
                Files.write(folder.resolve("preview.jpg"), jpeg);
                Files.writeString(folder.resolve("preview.vtt"), times);
            }
        }
    }

    private static int even(double side) {
        return Math.max(2, (int) Math.round(side / 2) * 2);
    }

    private static String time(double seconds) {
        long ms = Math.round(seconds * 1_000);
        return String.format(
                Locale.ROOT, "%02d:%02d:%02d.%03d", ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000);
    }

    private List<Shown> keys(int rendition) {
        List<Shown> all = new ArrayList<>();
        for (Segment segment : movie.pictures(rendition).segments()) {
            if (segment.init().format() instanceof VideoFormat format) {
                double scale = format.timescale();
                segment.keys().forEach(key -> all.add(new Shown(key.startTicks() / scale, key, format)));
            }
        }
        return all;
    }

    /** What is shown then, or first. */
    private static Shown at(List<Shown> keys, double atS) {
        Shown newest = keys.getFirst();
        for (Shown each : keys) {
            if (each.atS() > atS) {
                break;
            }
            newest = each;
        }
        return newest;
    }

    private byte[] read(int rendition, MovieFile.Key key) throws IOException {
        Range range = key.picture();
        try (FileChannel file = FileChannel.open(folder.resolve(MovieFolder.movie(rendition)))) {
            ByteBuffer bytes = ByteBuffer.allocate(range.bytes());
            while (bytes.hasRemaining() && file.read(bytes, range.at() + bytes.position()) >= 0) {}
            return bytes.array();
        }
    }
}
