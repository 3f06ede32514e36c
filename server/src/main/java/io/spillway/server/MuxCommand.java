package io.spillway.server;

import io.spillway.recorder.RecordingId;
import io.spillway.recorder.journal.JournalReader;
import io.spillway.recorder.mux.MovieFolder;
import io.spillway.recorder.mux.MovieReport;
import io.spillway.recorder.mux.Muxer;
import io.spillway.server.config.Config;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ./spillway mux RECORDING [FILE]}: a movie of a journal, with or without a server beside it. */
final class MuxCommand {

    private static final int BAR_CHARS = 40;

    /** A thousand packets take less. */
    private static final long END_PATIENCE_MS = 5_000;

    /** Ctrl-C came. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final PrintStream err;
    private final int sizes;
    private int shown = -1;
    private volatile boolean stopped;
    private final CountDownLatch ended = new CountDownLatch(1);

    private MuxCommand(int sizes, PrintStream err) {
        this.sizes = sizes;
        this.err = err;
    }

    /** Makes it, and says what it came to. @throws StartException it cannot be made, in a sentence */
    static void run(Config config, List<String> operands, PrintStream out, PrintStream err) throws StartException {
        Path folder = folder(config, operands.getFirst());
        Path movie = operands.size() > 1 ? file(operands.get(1)) : folder.resolve(MovieFolder.MOVIE);
        Path part = movie.resolveSibling(
                movie.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        MuxCommand command = new MuxCommand(config.record().sizes(), err);
        Thread hook = new Thread(command::stop, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            clearWhatDied(movie);
            command.make(folder, movie, part, operands.size() > 1, out);
        } catch (Stopped end) {
            err.println();
            err.println("stopped: nothing was changed. The same command begins anew.");
        } catch (Muxer.NothingException | JournalReader.VersionException refused) {
            throw StartException.other(refused.getMessage() + ".", refused);
        } catch (IOException failed) {
            throw StartException.other("no movie can be made of " + folder + ": " + failed, failed);
        } finally {
            command.ended.countDown();
            unhook(hook);
        }
    }

    private void make(Path folder, Path movie, Path part, boolean aside, PrintStream out) throws IOException {
        try (MovieFolder made = MovieFolder.open(part)) {
            MovieReport report =
                    Muxer.mux(folder.resolve("journal"), made.path(), sizes, MovieLibraries.find(), this::show);
            if (aside) {
                Files.move(made.path().resolve(MovieFolder.MOVIE), movie, StandardCopyOption.REPLACE_EXISTING);
            } else {
                made.moveTo(folder);
            }
            err.println();
            out.println(movie + ": " + said(report));
        }
    }

    /** Runs as the process ends: what is half made is removed by its maker. */
    private void stop() {
        stopped = true;
        try {
            var _ = ended.await(END_PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void unhook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It runs, and finds nothing left to stop.
        }
    }

    /** Removes what such a command left that was killed. */
    private static void clearWhatDied(Path movie) throws IOException {
        Path folder = movie.toAbsolutePath().getParent();
        Pattern left = Pattern.compile(Pattern.quote(movie.getFileName().toString()) + "\\.([0-9]{1,18})\\.part");
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (Path each : all) {
                Matcher name = left.matcher(each.getFileName().toString());
                if (name.matches()
                        && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
                    MovieFolder.open(each).close();
                }
            }
        }
    }

    private static Path file(String named) throws StartException {
        Path file = Path.of(named);
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
            throw StartException.configuration(
                    "no movie can be written to \"" + named
                            + "\": it is a folder, or in a folder that is not there; name a file, as in movie.mp4.",
                    new IOException(named));
        }
        return file;
    }

    private static Path folder(Config config, String named) throws StartException {
        Path known = config.dataDir().resolve(RecordPlane.FOLDER).resolve(named);
        Path folder = RecordingId.parse(named).isPresent() && Files.isDirectory(known) ? known : Path.of(named);
        if (!Files.isDirectory(folder.resolve("journal")) && Files.exists(folder.resolve(MovieFolder.CARD))) {
            throw StartException.configuration(
                    "there is no journal of \"" + named
                            + "\" any more: it went when its movie was found good, which is "
                            + folder.resolve(MovieFolder.MOVIE) + " (record.keep-journals: true keeps the next ones).",
                    new IOException(folder.toString()));
        }
        if (!Files.isDirectory(folder.resolve("journal"))) {
            throw StartException.configuration(
                    "there is no journal of \"" + named + "\": recordings are named as "
                            + RecordingId.ALLOWED + ", and those of this configuration are in "
                            + config.dataDir().resolve(RecordPlane.FOLDER) + ".",
                    new IOException(folder.toString()));
        }
        return folder;
    }

    private void show(int thousandths) {
        if (stopped) {
            throw new Stopped();
        }
        int percent = 100 * thousandths / Muxer.WHOLE;
        if (percent != shown) {
            shown = percent;
            int full = BAR_CHARS * percent / 100;
            err.print("\r[" + "#".repeat(full) + " ".repeat(BAR_CHARS - full) + "] " + percent + " %");
            err.flush();
        }
    }

    static String said(MovieReport report) {
        return String.format(
                Locale.ROOT,
                "%.1f s, %d pictures, %s%s%s",
                report.durationMs() / 1_000.0,
                report.frames(),
                report.codecs(),
                report.lostPackets() > 0
                        ? ", " + report.lostPackets() + " packets were lost on the way to the disk"
                        : "",
                report.damages() > 0 ? ", " + report.damages() + " places of the journal are damaged" : "");
    }
}
