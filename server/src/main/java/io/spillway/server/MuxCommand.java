package io.spillway.server;

import io.spillway.recorder.RecordingId;
import io.spillway.recorder.journal.JournalReader;
import io.spillway.recorder.mux.MovieFolder;
import io.spillway.recorder.mux.MovieReport;
import io.spillway.recorder.mux.Muxer;
import io.spillway.server.config.Config;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/** {@code ./spillway mux RECORDING [FILE]}: a movie of a journal, with or without a server beside it. */
final class MuxCommand {

    private static final int BAR_CHARS = 40;

    private final PrintStream err;
    private int shown = -1;

    private MuxCommand(PrintStream err) {
        this.err = err;
    }

    /** Makes it, and says what it came to. @throws StartException it cannot be made, in a sentence */
    static void run(Config config, List<String> operands, PrintStream out, PrintStream err) throws StartException {
        Path folder = folder(config, operands.getFirst());
        Path movie = operands.size() > 1 ? Path.of(operands.get(1)) : folder.resolve(MovieFolder.MOVIE);
        Path part = movie.resolveSibling(
                movie.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        MuxCommand command = new MuxCommand(err);
        try (MovieFolder made = MovieFolder.open(part)) {
            MovieReport report =
                    Muxer.mux(folder.resolve("journal"), made.path(), MovieLibraries.find(), command::show);
            if (operands.size() > 1) {
                Files.move(made.path().resolve(MovieFolder.MOVIE), movie, StandardCopyOption.REPLACE_EXISTING);
            } else {
                made.moveTo(folder);
            }
            err.println();
            out.println(movie + ": " + said(report));
        } catch (Muxer.NothingException | JournalReader.VersionException refused) {
            throw StartException.other(refused.getMessage() + ".", refused);
        } catch (IOException failed) {
            throw StartException.other("no movie can be made of " + folder + ": " + failed, failed);
        }
    }

    private static Path folder(Config config, String named) throws StartException {
        Path known = config.dataDir().resolve(RecordPlane.FOLDER).resolve(named);
        Path folder = RecordingId.parse(named).isPresent() && Files.isDirectory(known) ? known : Path.of(named);
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
