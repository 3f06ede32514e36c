package io.spillway.bench.goals;

import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.EntryFormat;
import io.spillway.recorder.journal.EntryType;
import io.spillway.recorder.journal.FileJournal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** How long the journal takes for a packet, for handing over what came in a turn, and for forcing a second of it to the disk: 2.5 Mbps, without waiting for the time to pass. */
final class JournalAppend {

    private static final int PACKETS_A_TURN = 25;
    private static final int TURNS_A_SECOND = 10;
    private static final int WARM_UP_SECONDS = 200;
    private static final int SECONDS = 1_000;
    private static final int RTP_BYTES = 1_236;
    private static final long MOST_NS = 60_000_000_000L;

    private JournalAppend() {}

    static void measure(Path folder, Report report) throws IOException {
        Histogram append = new Histogram(MOST_NS, 3);
        Histogram write = new Histogram(MOST_NS, 3);
        Histogram force = new Histogram(MOST_NS, 3);
        Files.createDirectories(folder);
        ByteBuffer entry = ByteBuffer.allocateDirect(EntryFormat.PACKET_BYTES + RTP_BYTES);
        long atNs = 0;
        long sequence = 0;
        try (FileJournal journal = FileJournal.create(folder, new Entry.Began(0, 0, "bench", "bench/record"))) {
            for (int second = 0; second < WARM_UP_SECONDS + SECONDS; second++) {
                if (second == WARM_UP_SECONDS) {
                    append.reset();
                    write.reset();
                    force.reset();
                }
                for (int turn = 0; turn < TURNS_A_SECOND; turn++) {
                    for (int i = 0; i < PACKETS_A_TURN; i++) {
                        EntryFormat.putHead(entry, 0, EntryType.PACKET, 0, 0, atNs++);
                        entry.putLong(EntryFormat.HEAD_BYTES, sequence++);
                        long before = System.nanoTime();
                        journal.append(entry, 0, entry.capacity());
                        append.recordValue(System.nanoTime() - before);
                    }
                    long before = System.nanoTime();
                    journal.write();
                    write.recordValue(System.nanoTime() - before);
                }
                long before = System.nanoTime();
                journal.force();
                force.recordValue(System.nanoTime() - before);
            }
            journal.end(atNs, EndReason.PUBLISHER_LEFT, "Measured.");
        }
        String what = String.format(Locale.ROOT, "of %d bytes", RTP_BYTES);
        row(report, "append of a packet", append, 1, "ns", what);
        row(report, "a turn handed to the system", write, 1e3, "µs", PACKETS_A_TURN + " packets");
        row(report, "a second forced to the disk", force, 1e6, "ms", PACKETS_A_TURN * TURNS_A_SECOND + " packets");
        report.figure("appendP50Ns", (double) append.getValueAtPercentile(50));
        report.figure("appendP99Ns", (double) append.getValueAtPercentile(99));
        report.figure("appendP999Ns", (double) append.getValueAtPercentile(99.9));
        report.figure("appendMaxNs", (double) append.getMaxValue());
    }

    private static void row(Report report, String what, Histogram times, double unit, String name, String note) {
        report.row(
                what,
                String.format(
                        Locale.ROOT,
                        "p50 %.2f, p99 %.2f, p99.9 %.2f, max %.2f %s",
                        times.getValueAtPercentile(50) / unit,
                        times.getValueAtPercentile(99) / unit,
                        times.getValueAtPercentile(99.9) / unit,
                        times.getMaxValue() / unit,
                        name),
                note);
    }
}
