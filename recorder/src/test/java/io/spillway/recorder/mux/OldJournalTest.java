package io.spillway.recorder.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.JournalReader;
import io.spillway.recorder.journal.JournalRecovery;
import io.spillway.recorder.journal.Source;
import io.spillway.testkit.client.FfmpegTool;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Journals that former versions wrote, bytes as they left them: each is read entry for entry as it was then, and a movie is made of it. A folder {@code version-N} is never changed; where the format
 * changes another one is added.
 */
class OldJournalTest {

    @TempDir
    Path folder;

    private static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(OldJournalTest.class.getResource(name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "version-1")
    void shouldReadWhatAFormerVersionWroteAndMakeAMovieOfIt(String version) throws IOException {
        Path old = resource(version);
        assertEquals(Files.readAllLines(resource(version + ".txt")), print(old));
        JournalReader.Summary summary = JournalReader.read(old, _ -> {});
        assertEquals(0, summary.damages() + summary.tornBytes());
        Entry.Ended ended = Objects.requireNonNull(JournalRecovery.recover(old));
        assertEquals(EndReason.PUBLISHER_LEFT, ended.reason(), "nothing is to be ended");

        MovieReport report = Muxer.mux(old, folder, Muxer.ALL_SIZES, MovieTools.NONE, _ -> {});
        assertEquals(25, report.frames());
        assertEquals(1_000.0, (double) report.durationMs(), 50);
        assertEquals(3, report.lostPackets());
        String movie = folder.resolve(MovieFolder.MOVIE).toString();
        assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", movie, "-f", "null", "-"));
    }

    /** A line an entry; of what a packet carries its length and checksum. */
    static List<String> print(Path journal) throws IOException {
        List<String> lines = new ArrayList<>();
        JournalReader.read(journal, entry -> lines.add(entry.atNs() + " " + content(entry)));
        return lines;
    }

    private static String content(Entry entry) {
        return switch (entry) {
            case Entry.Began began -> "BEGAN " + began.unixNs() + " " + began.stream() + ", " + began.writer();
            case Entry.SourceBegan begun -> {
                Source source = begun.source();
                StringBuilder text = new StringBuilder("SOURCE " + source.startedAtMs() + " " + source.agent());
                for (Source.LayerDescription layer : source.layers()) {
                    text.append("; ").append(layer.track()).append(" '").append(layer.rid());
                    text.append("' ").append(layer.format().codec()).append(' ');
                    text.append(new TreeMap<>(layer.format().fmtp())).append(' ');
                    text.append(new TreeMap<>(layer.format().extensionIds()));
                }
                yield text.toString();
            }
            case Entry.PacketCame packet -> {
                CRC32 crc = new CRC32();
                crc.update(packet.rtp().duplicate());
                yield "PACKET " + packet.layer() + " " + packet.flags() + " " + packet.extSeq() + " "
                        + packet.rtp().limit() + " " + Long.toHexString(crc.getValue());
            }
            case Entry.Clock clock ->
                "CLOCK " + clock.layer() + " " + clock.timestamp() + " " + clock.captureNs() + " " + clock.reported();
            case Entry.Lost lost -> "LOST " + lost.packets();
            case Entry.Left _ -> "LEFT";
            case Entry.Ended ended -> "ENDED " + ended.reason() + " " + ended.sentence();
            case Entry.Unknown unknown -> "UNKNOWN " + unknown.type();
        };
    }
}
