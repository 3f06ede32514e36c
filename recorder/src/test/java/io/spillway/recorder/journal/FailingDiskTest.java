package io.spillway.recorder.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that refuses any one step of a journal, and what is behind it or not: what was handed over before is back, whole. */
class FailingDiskTest {

    private static final Entry.Began BEGAN = new Entry.Began(0, 1, "live", "test");
    private static final int PACKETS = 40;
    private static final int A_TURN = 4;

    /** Few turns go into a segment. */
    private static final int SEGMENT_BYTES = 2_000;

    @TempDir
    Path path;

    /**
     * What came of a journal.
     *
     * @param handedOver packets, without a refusal
     * @param ended whether it took its end
     */
    private record Kept(boolean begun, int handedOver, boolean ended) {}

    @Test
    void shouldKeepAllThatWasHandedOverWhicheverStepIsRefusedOnce() throws IOException {
        int steps = refuseEachStep(false);
        assertTrue(steps > 30, steps + " steps");
    }

    @Test
    void shouldKeepAllThatWasHandedOverWhereTheDiskStaysFull() throws IOException {
        refuseEachStep(true);
    }

    /** Gives how many steps there are. */
    private int refuseEachStep(boolean forGood) throws IOException {
        for (int step = 0; ; step++) {
            Path folder = Files.createDirectory(path.resolve("step-" + step));
            ScriptedDisk disk = new ScriptedDisk(step, forGood);
            Kept kept = record(folder, disk);
            if (!disk.hasRefused()) {
                assertEquals(PACKETS, kept.handedOver());
                return step;
            }
            if (kept.begun()) {
                check(folder, kept, "step " + step, forGood);
            }
        }
    }

    /** Records as a writer does, which ends the journal at the first refusal. */
    private static Kept record(Path folder, ScriptedDisk disk) {
        int handedOver = 0;
        FileJournal journal;
        try {
            journal = FileJournal.create(folder, BEGAN, SEGMENT_BYTES, disk);
        } catch (IOException refused) {
            return new Kept(false, 0, false);
        }
        EndReason why = EndReason.PUBLISHER_LEFT;
        try {
            for (int i = 0; i < PACKETS; i++) {
                packet(journal, i);
                if (i % A_TURN == A_TURN - 1) {
                    journal.write();
                    handedOver = i + 1;
                }
            }
            journal.force();
        } catch (IOException refused) {
            why = EndReason.DISK_FULL;
        }
        try {
            journal.end(PACKETS, why, "");
            return new Kept(true, handedOver, true);
        } catch (IOException refused) {
            // The next start ends it.
            return new Kept(true, handedOver, false);
        }
    }

    private static void packet(Journal journal, long extSeq) throws IOException {
        ByteBuffer body = ByteBuffer.allocate(EntryFormat.PACKET_BYTES + 200);
        EntryFormat.putHead(body, 0, EntryType.PACKET, 0, 0, extSeq);
        body.putLong(EntryFormat.HEAD_BYTES, extSeq);
        journal.append(body, 0, body.capacity());
    }

    private static void check(Path folder, Kept kept, String step, boolean forGood) throws IOException {
        List<Long> sequences = new ArrayList<>();
        JournalReader.Summary summary = JournalReader.read(folder, entry -> {
            if (entry instanceof Entry.PacketCame packet) {
                sequences.add(packet.extSeq());
            }
        });
        assertEquals(0, summary.damages(), step);
        assertTrue(sequences.size() >= kept.handedOver(), step + ": " + sequences.size() + " of " + kept.handedOver());
        for (int i = 0; i < sequences.size(); i++) {
            assertEquals(i, sequences.get(i), step);
        }
        assertEquals(0, summary.tornBytes(), step);
        if (!forGood && kept.handedOver() < PACKETS) {
            assertTrue(kept.ended(), step + " leaves room for the end");
        }
        if (kept.ended()) {
            assertNotNull(summary.ended(), step);
        }
        Entry.Ended ended = Objects.requireNonNull(JournalRecovery.recover(folder), step);
        assertEquals(
                ended, JournalReader.read(folder, _ -> {}).ended(), step + ": the next start finds or makes its end");
    }
}
