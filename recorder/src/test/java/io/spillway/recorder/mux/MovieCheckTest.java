package io.spillway.recorder.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.recorder.mux.Recorded.Sent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A journal is let go of only where its movie is whole: one that is, and what may become of one. */
class MovieCheckTest {

    private static final long MS = 1_000_000L;

    @TempDir
    Path folder;

    private Path journal;
    private Path movie;
    private MovieReport report;
    private ByteBuffer bytes;

    @BeforeEach
    void make() throws IOException {
        journal = journal("journal", 2);
        movie = folder.resolve("video.mp4");
        report = Muxer.mux(journal, folder, Muxer.ALL_SIZES, MovieTools.NONE, _ -> {});
        bytes = ByteBuffer.wrap(Files.readAllBytes(movie));
    }

    /** Publishers one after another, four seconds each. */
    private Path journal(String name, int publishers) throws IOException {
        Path path = Files.createDirectory(folder.resolve(name));
        try (Recorded recorded = new Recorded(path)) {
            for (int i = 0; i < publishers; i++) {
                recorded.publish(
                        20_000 * MS * i,
                        List.of(
                                Sent.of(RtpClip.beeps(4), 30 * MS),
                                Sent.of(RtpClip.flashes(Codec.H264, "libopenh264", 320, 180, 4), 80 * MS)),
                        List.of(0, 1));
                recorded.left();
            }
        }
        return path;
    }

    private Optional<StoredFile> find(String name) throws IOException {
        return StoredFile.at(folder.resolve(name));
    }

    private String refused() throws IOException {
        Files.write(movie, bytes.array());
        return String.valueOf(assertThrows(IOException.class, () -> MovieCheck.check(this::find, journal, report))
                .getMessage());
    }

    private int boxAt(String type) {
        byte[] wanted = type.getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < bytes.limit() - 4; at++) {
            if (bytes.slice(at, 4).equals(ByteBuffer.wrap(wanted))) {
                return at - 4;
            }
        }
        throw new AssertionError("no " + type);
    }

    @Test
    void shouldFindGoodWhatWasMade() throws IOException {
        assertEquals(8_000.0, (double) report.durationMs(), 100);
        MovieCheck.check(this::find, journal, report);
    }

    @Test
    void shouldMissWhatTheJournalHasAndTheMovieHasNot() throws IOException {
        Path longer = journal("longer", 4);
        IOException refused = assertThrows(IOException.class, () -> MovieCheck.check(this::find, longer, report));
        assertTrue(
                refused.toString().matches(".* lasts 8\\d\\d\\d ms, and its journal 1\\d{4} to .*"),
                refused.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "stsz, 20, does not lie in|whole units",
        "co64, 16, does not lie in",
        "stts, 16, sample \\d+ of|samples|do not fit",
    })
    void shouldNotTakeAChangedNumberForGood(String box, int offset, String why) throws IOException {
        int at = boxAt(box) + offset;
        bytes.putInt(at, bytes.getInt(at) ^ 0x0100_0000);
        String refused = refused();
        assertTrue(refused.matches(".*(" + why + ").*"), refused);
    }

    @Test
    void shouldNotTakeForGoodAPictureWhoseUnitsDoNotAddUp() throws IOException {
        // The first track is the picture's.
        int at = (int) bytes.getLong(boxAt("co64") + 16);
        bytes.putInt(at, bytes.getInt(at) + 1);
        String refused = refused();
        assertTrue(refused.contains("a picture at " + at + " does"), refused);
    }

    @Test
    void shouldLookAtSmallerSizesToo() throws IOException {
        Path smaller = folder.resolve("video-2.mp4");
        Files.write(smaller, bytes.array());
        MovieCheck.check(this::find, journal, report);
        bytes.putInt((int) bytes.getLong(boxAt("co64") + 16), Integer.MAX_VALUE);
        Files.write(smaller, bytes.array());
        IOException refused = assertThrows(IOException.class, () -> MovieCheck.check(this::find, journal, report));
        assertTrue(refused.toString().contains(smaller + " is not whole: a picture at"), refused.toString());
    }

    @Test
    void shouldNotTakeAPartForTheWhole() throws IOException {
        for (int length : new int[] {0, 7, 100, bytes.limit() / 2, bytes.limit() - 1}) {
            Files.write(movie, Arrays.copyOf(bytes.array(), length));
            assertThrows(IOException.class, () -> MovieCheck.check(this::find, journal, report), length + " bytes");
        }
    }
}
