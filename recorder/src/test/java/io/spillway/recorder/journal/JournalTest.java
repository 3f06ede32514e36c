package io.spillway.recorder.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.live.Format;
import io.spillway.recorder.journal.Source.LayerDescription;
import io.spillway.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is read; what a crash, a disk or another program did to it costs what it hit and nothing else. */
class JournalTest {

    private static final Entry.Began BEGAN = new Entry.Began(-5, 1_795_000_000_123_456_789L, "live", "spillway 1");

    private static final Source SOURCE = new Source(
            1_795_000_000_000L,
            "OBS",
            List.of(
                    new LayerDescription(0, "", new Format(Codec.OPUS, Map.of("stereo", "1"), Map.of())),
                    new LayerDescription(
                            1, "h", new Format(Codec.H264, Map.of("packetization-mode", "1"), Map.of("urn:x", 3)))));

    @TempDir
    Path folder;

    private static void packet(Journal journal, long extSeq, int bytes) throws IOException {
        ByteBuffer body = ByteBuffer.allocate(EntryFormat.PACKET_BYTES + bytes);
        EntryFormat.putHead(body, 0, EntryType.PACKET, 1, EntryFormat.STARTS_FRAME, extSeq * 1_000);
        body.putLong(EntryFormat.HEAD_BYTES, extSeq);
        for (int i = 0; i < bytes; i++) {
            body.put(EntryFormat.PACKET_BYTES + i, (byte) (extSeq + i));
        }
        journal.append(body, 0, body.capacity());
    }

    private static List<Entry> read(Path from) throws IOException {
        List<Entry> all = new ArrayList<>();
        JournalReader.read(from, all::add);
        return all;
    }

    private static List<Long> sequences(List<Entry> entries) {
        return entries.stream()
                .filter(Entry.PacketCame.class::isInstance)
                .map(each -> ((Entry.PacketCame) each).extSeq())
                .toList();
    }

    private Entry.Ended ended() throws IOException {
        return Objects.requireNonNull(JournalReader.read(folder, _ -> {}).ended());
    }

    private Entry.Ended recover() throws IOException {
        return Objects.requireNonNull(JournalRecovery.recover(folder));
    }

    /** A journal of so many packets whose process has died: nothing but what was handed to the system. */
    private void died(int packets) throws IOException {
        try (FileJournal journal = FileJournal.create(folder, BEGAN)) {
            for (int i = 0; i < packets; i++) {
                packet(journal, i, 40);
            }
            journal.write();
        }
    }

    @Test
    void shouldReadWhatWasWritten() throws IOException {
        ByteBuffer source = EntryFormat.source(7, SOURCE);
        ByteBuffer clock = ByteBuffer.allocate(100);
        EntryFormat.putClock(clock, 3, 1, 9, -2, -1_000, true);
        try (FileJournal journal = FileJournal.create(folder, BEGAN)) {
            journal.append(source, 0, source.limit());
            packet(journal, 70_000, 3);
            journal.append(clock, 3, EntryFormat.CLOCK_BYTES);
            journal.lost(20, 17);
            journal.left(21);
            journal.end(22, EndReason.DISK_FULL, "No room.");
            assertEquals(Files.size(folder.resolve("000000.journal")), journal.bytes());
        }
        assertEquals(
                List.of(
                        BEGAN,
                        new Entry.SourceBegan(7, SOURCE),
                        new Entry.PacketCame(
                                70_000_000, 1, EntryFormat.STARTS_FRAME, 70_000, ByteBuffer.wrap(new byte[] {
                                    112, 113, 114
                                })),
                        new Entry.Clock(9, 1, -2, -1_000, true),
                        new Entry.Lost(20, 17),
                        new Entry.Left(21),
                        new Entry.Ended(22, EndReason.DISK_FULL, "No room.")),
                read(folder));
    }

    @Test
    void shouldHandNothingToTheSystemBeforeItIsWritten() throws IOException {
        try (FileJournal journal = FileJournal.create(folder, BEGAN)) {
            packet(journal, 1, 40);
            assertEquals(List.of(), sequences(read(folder)));
            journal.write();
            assertEquals(List.of(1L), sequences(read(folder)));
        }
    }

    @Test
    void shouldGoOnInTheNextSegmentAndReadThemInOrder() throws IOException {
        List<Long> written = new ArrayList<>();
        try (FileJournal journal = FileJournal.create(folder, BEGAN, 4_096)) {
            for (long i = 0; i < 300; i++) {
                packet(journal, i, 200);
                written.add(i);
                if (i % 7 == 0) {
                    journal.write();
                }
            }
            journal.end(1, EndReason.PUBLISHER_LEFT, "");
            assertEquals(
                    Segment.list(folder).stream()
                            .mapToLong(each -> each.toFile().length())
                            .sum(),
                    journal.bytes());
        }
        assertTrue(Segment.list(folder).size() > 10);
        assertEquals(written, sequences(read(folder)));
        assertEquals(EndReason.PUBLISHER_LEFT, ended().reason());
    }

    /** The process or the power went while the last entry was written, however much of it was. */
    @Test
    void shouldGiveAllWholeEntriesBackWhereverTheLastOneIsTorn() throws IOException {
        died(20);
        Path file = folder.resolve("000000.journal");
        byte[] whole = Files.readAllBytes(file);
        int last = Segment.FRAME_BYTES + EntryFormat.PACKET_BYTES + 40;
        for (int kept = 0; kept < last; kept++) {
            byte[] torn = Arrays.copyOf(whole, whole.length - last + kept);
            Files.write(file, torn);
            Files.deleteIfExists(folder.resolve("000001.journal"));
            Entry.Ended ended = recover();
            assertEquals(EndReason.RECOVERED, ended.reason());
            assertTrue(ended.sentence().contains(" " + kept + " bytes"), ended.sentence());
            List<Entry> entries = read(folder);
            assertEquals(19, sequences(entries).size(), "torn after " + kept);
            assertEquals(ended, entries.getLast());
            assertEquals(18_000, ended.atNs());
            assertArrayEquals(torn, Files.readAllBytes(file), "what is there is not touched");
        }
    }

    @Test
    void shouldReadAroundDamageAtEveryByteOfAnEntry() throws IOException {
        died(20);
        Path file = folder.resolve("000000.journal");
        byte[] whole = Files.readAllBytes(file);
        int entry = Segment.FRAME_BYTES + EntryFormat.PACKET_BYTES + 40;
        int at = whole.length - 10 * entry;
        for (int i = 0; i < entry; i++) {
            byte[] damaged = whole.clone();
            damaged[at + i] ^= (byte) 0xFF;
            Files.write(file, damaged);
            List<Entry> entries = new ArrayList<>();
            JournalReader.Summary summary = JournalReader.read(folder, entries::add);
            assertEquals(19, sequences(entries).size(), "byte " + i);
            assertEquals(1, summary.damages());
            assertEquals(0, summary.tornBytes());
        }
    }

    /** After a loss of power a file may have its length and not its content. */
    @Test
    void shouldEndBehindTheLastWholeEntryWhereZerosFollow() throws IOException {
        died(5);
        Path file = folder.resolve("000000.journal");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length + 100_000));
        JournalReader.Summary before = JournalReader.read(folder, _ -> {});
        assertEquals(100_000, before.tornBytes());
        assertNull(before.ended());
        assertEquals(EndReason.RECOVERED, recover().reason());
        assertEquals(EndReason.RECOVERED, ended().reason());
    }

    /** It died between making a file and writing into it. */
    @Test
    void shouldEndBehindTheLastEntryWhereTheNewestSegmentHasNone() throws IOException {
        died(5);
        for (int bytes : new int[] {0, 1, 31, 32}) {
            Files.write(
                    folder.resolve("000001.journal"),
                    Arrays.copyOf(Segment.header(1).array(), bytes));
            Files.deleteIfExists(folder.resolve("000002.journal"));
            Entry.Ended ended = recover();
            assertEquals(4_000, ended.atNs(), bytes + " bytes");
            assertEquals(ended, read(folder).getLast());
        }
    }

    /** Read on after each turn, wherever in an entry its writer is: nothing is missed, nothing comes twice. */
    @Test
    void shouldReadOnWhereItWas() throws IOException {
        died(40);
        byte[] whole = Files.readAllBytes(folder.resolve("000000.journal"));
        Path growing = Files.createDirectory(folder.resolve("growing"));
        List<Entry> entries = new ArrayList<>();
        JournalReader reader = new JournalReader(growing, entries::add);
        assertEquals(0, reader.readOn().entries());
        for (int bytes = 0; bytes < whole.length; bytes += 17) {
            Files.write(growing.resolve("000000.journal"), Arrays.copyOf(whole, bytes));
            assertEquals(0, reader.readOn().damages());
        }
        Files.write(growing.resolve("000000.journal"), whole);
        Files.write(growing.resolve("000001.journal"), Segment.header(1).array());
        JournalReader.Summary summary = reader.readOn();
        assertEquals(read(folder), entries);
        assertEquals(new JournalReader.Summary(41, 0, 0, null), summary);
    }

    @Test
    void shouldEndOnlyOnce() throws IOException {
        died(5);
        Entry.Ended ended = recover();
        assertEquals(ended, recover());
        assertEquals(2, Segment.list(folder).size());
        assertNull(JournalRecovery.recover(Files.createDirectory(folder.resolve("empty"))));
    }

    @Test
    void shouldLeaveAJournalOfAnotherVersionAsItIs() throws IOException {
        died(5);
        Path file = folder.resolve("000000.journal");
        byte[] other = Files.readAllBytes(file);
        ByteBuffer header = ByteBuffer.wrap(other);
        header.putShort(8, (short) 9).putInt(28, Segment.crc(header, 0, 28));
        Files.write(file, other);
        IOException refused = assertThrows(JournalReader.VersionException.class, () -> JournalRecovery.recover(folder));
        assertEquals(
                file
                        + " is of journal version 9; this program reads version 1: use the release of Spillway that wrote it",
                refused.getMessage());
        assertThrows(JournalReader.VersionException.class, () -> read(folder));
        assertEquals(List.of(file), Segment.list(folder));
        assertArrayEquals(other, Files.readAllBytes(file));
    }

    @Test
    void shouldPassOverWhatALaterVersionAdds() throws IOException {
        ByteBuffer later = ByteBuffer.allocate(30).put(0, (byte) 200).putLong(4, 77);
        try (FileJournal journal = FileJournal.create(folder, BEGAN)) {
            journal.append(later, 0, 30);
            packet(journal, 3, 1);
            journal.write();
        }
        assertEquals(new Entry.Unknown(77, 200), read(folder).get(1));
        assertEquals(List.of(3L), sequences(read(folder)));
    }

    @Test
    void shouldKeepWholeEntriesAndTakeMoreAfterAFailedWrite() throws IOException {
        // Nobody can write into a channel that is closed.
        FileJournal journal = FileJournal.create(folder, BEGAN);
        packet(journal, 1, 40);
        journal.close();
        assertThrows(IOException.class, journal::write);
        assertEquals(List.of(BEGAN), read(folder));
    }

    @Test
    void shouldNotBeginWhereAJournalIs() throws IOException {
        died(1);
        assertThrows(IOException.class, () -> FileJournal.create(folder, BEGAN));
        assertEquals(List.of(0L), sequences(read(folder)));
    }

    @Test
    void shouldDescribeWhatNobodySendsWithinItsBound() throws IOException {
        String endless = "x".repeat(5_000);
        Map<String, String> fmtp = new HashMap<>();
        Map<String, Integer> extensions = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            fmtp.put(i + endless, endless);
            extensions.put(i + endless, 1 + i % 200);
        }
        List<LayerDescription> layers = new ArrayList<>();
        for (int i = 0; i < Source.MAX_LAYERS; i++) {
            layers.add(new LayerDescription(i, endless, new Format(Codec.AV1, fmtp, extensions)));
        }
        ByteBuffer body = EntryFormat.source(1, new Source(2, endless, layers));
        assertTrue(body.limit() <= EntryFormat.MAX_BYTES, body.limit() + " bytes");
        Entry.SourceBegan read = (Entry.SourceBegan) Objects.requireNonNull(EntryFormat.read(body));
        assertEquals(Source.MAX_LAYERS, read.source().layers().size());
        layers.add(layers.getFirst());
        assertThrows(IllegalArgumentException.class, () -> new Source(2, "", layers));
    }

    @Seeds(200)
    void shouldReadAnyBytes(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] bytes = new byte[1 + random.nextInt(3_000)];
        random.nextBytes(bytes);
        if (random.nextBoolean()) {
            // Whole entries with any content between them.
            Files.write(folder.resolve("000001.journal"), bytes);
            died(3);
        }
        for (int i = 0; i < 200; i++) {
            bytes[0] = (byte) (1 + random.nextInt(8));
            EntryFormat.read(ByteBuffer.wrap(bytes, 0, random.nextInt(bytes.length + 1)));
            random.nextBytes(bytes);
        }
        Files.write(folder.resolve("000002.journal"), bytes);
        JournalReader.read(folder, _ -> {});
        JournalRecovery.recover(folder);
        assertTrue(JournalReader.read(folder, _ -> {}).ended() != null);
    }
}
