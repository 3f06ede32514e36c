package io.spillway.recorder.mux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of a movie while they are made: a folder of their own, out of which they go where they are played from. */
public final class MovieFolder implements AutoCloseable {

    /** The movie, in its largest size and with its sound. */
    public static final String MOVIE = "video.mp4";

    /** What the movie came to: goes last, so its being there says that all is. */
    public static final String CARD = "recording.json";

    /** What its files are named like. */
    private static final Pattern PLAYED = Pattern.compile("[a-z0-9-]{1,32}\\.(mp4|m3u8|jpg|vtt)");

    private final Path path;

    private MovieFolder(Path path) {
        this.path = path;
    }

    /** Makes it, empty. */
    public static MovieFolder open(Path path) throws IOException {
        MovieFolder folder = new MovieFolder(path);
        folder.clear();
        Files.createDirectories(path);
        return folder;
    }

    /** A rendition's file; 0 is the largest. */
    static String movie(int rendition) {
        return rendition == 0 ? MOVIE : "video-" + (rendition + 1) + ".mp4";
    }

    /** Whether a file is of a movie, by its name. */
    public static boolean isPlayed(String name) {
        return PLAYED.matcher(name).matches();
    }

    public Path path() {
        return path;
    }

    /** Puts all files into another folder of the same disk, in place of what has their names there; the card last. */
    public void moveTo(Path target) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            // False is before true.
            for (Path file : files.sorted(Comparator.comparing(each -> each.endsWith(CARD)))
                    .toList()) {
                Files.move(
                        file,
                        target.resolve(file.getFileName()),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void clear() throws IOException {
        if (Files.isDirectory(path)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(path);
        }
    }

    /** Removes it with what is left in it. */
    @Override
    public void close() throws IOException {
        clear();
    }
}
