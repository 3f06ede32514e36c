package io.spillway.recorder.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that journals is killed at any moment, again and again: each entry that it had handed to the system is back. {@code -Dspillway.kill-rounds=200} does it oftener. */
class KilledWriterTest {

    @TempDir
    Path folder;

    @Test
    void shouldGiveBackAllThatWasWrittenWhenTheProcessIsKilled() throws IOException, InterruptedException {
        int rounds = Integer.getInteger("spillway.kill-rounds", 5);
        Random random = new Random(1);
        for (int round = 0; round < rounds; round++) {
            Path journal = Files.createDirectory(folder.resolve("round-" + round));
            long written = killedAfter(journal, random.nextInt(3_000));
            Entry.Ended ended = Objects.requireNonNull(JournalRecovery.recover(journal));
            assertEquals(EndReason.RECOVERED, ended.reason());
            List<Long> sequences = new ArrayList<>();
            JournalReader.Summary summary = JournalReader.read(journal, entry -> {
                if (entry instanceof Entry.PacketCame packet) {
                    sequences.add(packet.extSeq());
                    assertEquals(
                            (byte) packet.extSeq(),
                            packet.rtp().get(packet.rtp().limit() - 1));
                }
            });
            assertEquals(0, summary.damages());
            assertTrue(sequences.size() > written, sequences.size() + " of " + written + " are back");
            for (int i = 0; i < sequences.size(); i++) {
                assertEquals(i, sequences.get(i));
            }
        }
    }

    /** Kills it once it has said so many times that it has written; gives the last sequence number that it had. */
    private static long killedAfter(Path journal, int lines) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        journal.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long last = -1;
        try (BufferedReader said = writer.inputReader()) {
            for (int i = 0; i <= lines; i++) {
                last = Long.parseLong(said.readLine());
            }
            // Not by the process itself, which would close the pipe that is still to be read.
            writer.toHandle().destroyForcibly();
            // What it said before it died counts too; a line may be torn.
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                last = line.isEmpty() ? last : Math.max(last, Long.parseLong(line));
            }
        } catch (NumberFormatException torn) {
            // The last line.
        }
        writer.waitFor();
        return last;
    }

    /** Journals packets of any length as fast as it can, in small segments, and says which it has handed to the system. */
    static final class Writer {

        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            Random random = new Random();
            ByteBuffer body = ByteBuffer.allocate(2_000);
            StringBuilder line = new StringBuilder();
            try (FileJournal journal =
                    FileJournal.create(Path.of(arguments[0]), new Entry.Began(0, 1, "live", "test"), 1 << 20)) {
                for (long seq = 0; seq < 50_000_000; ) {
                    for (int i = random.nextInt(20); i >= 0; i--, seq++) {
                        int length = EntryFormat.PACKET_BYTES + 1 + random.nextInt(1_400);
                        EntryFormat.putHead(body, 0, EntryType.PACKET, 0, 0, seq);
                        body.putLong(EntryFormat.HEAD_BYTES, seq).put(length - 1, (byte) seq);
                        journal.append(body, 0, length);
                    }
                    journal.write();
                    line.setLength(0);
                    System.out.write(
                            line.append(seq - 1).append('\n').toString().getBytes(StandardCharsets.US_ASCII));
                    System.out.flush();
                }
            }
        }
    }
}
