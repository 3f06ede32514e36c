package io.spillway.bench.goals;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measures what concerns recording: {@code RecordGoals FILE [PART...]}, with no part named all of them. */
public final class RecordGoals {

    private static final List<String> PARTS = List.of("beside", "append", "movie");

    private static final List<String> FIGURES = List.of(
            "recordUsAPacket",
            "recordWriterUsAPacket",
            "recordHopP99Ratio",
            "appendP50Ns",
            "appendP99Ns",
            "appendP999Ns",
            "appendMaxNs",
            "muxTimesRealTime",
            "clipFirstByteP50Ms",
            "journalOverheadPercent");

    private final Host host = Host.fromEnvironment();
    private final Report report = new Report(System.out, FIGURES);

    private RecordGoals() {}

    public static void main(String[] words) throws IOException, InterruptedException {
        List<String> parts = List.of(words).subList(1, words.length);
        if (!PARTS.containsAll(parts)) {
            System.err.println("bench/record takes these parts, and none for all: " + String.join(" ", PARTS)
                    + "; given were " + String.join(" ", parts));
            System.exit(2);
        }
        RecordGoals goals = new RecordGoals();
        goals.load();
        for (String part : parts.isEmpty() ? PARTS : parts) {
            goals.measure(part);
        }
        goals.load();
        goals.report.print();
        Path file = Path.of(words[0]);
        goals.report.write(file);
        goals.report.progress("figures are in " + file.toAbsolutePath());
    }

    private void measure(String part) throws InterruptedException {
        report.progress(part);
        try {
            Path data = Files.createTempDirectory(Files.createDirectories(Path.of("target", "record")), part + "-");
            if (part.equals("append")) {
                JournalAppend.measure(data.resolve("journal"), report);
                return;
            }
            Map<String, String> configuration = Map.of(
                    "SPILLWAY_DATA_DIR",
                    data.toAbsolutePath().toString(),
                    "SPILLWAY_RECORD_STREAMS",
                    String.join(",", RecordCost.RECORDED),
                    "SPILLWAY_RECORD_WAIT_SECONDS",
                    "0",
                    // They are looked into after their movies are made.
                    "SPILLWAY_RECORD_KEEP_JOURNALS",
                    "true",
                    "SPILLWAY_HLS_LADDER",
                    "");
            try (Bed bed = Bed.open(host, report, "", configuration)) {
                Path recordings = data.resolve("recordings");
                if (part.equals("beside")) {
                    new RecordCost(bed, recordings, report).measure(4, 10);
                } else {
                    new MovieSpeed(bed, recordings, report).measure(60, 20);
                }
            }
        } catch (IOException | RuntimeException | AssertionError failed) {
            report.row(
                    part, "not measured", failed.toString().lines().findFirst().orElse("?"));
        }
    }

    private void load() {
        report.row(
                "machine",
                String.format(
                        Locale.ROOT,
                        "load %.1f",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()),
                "Linux " + System.getProperty("os.version") + ", Java " + System.getProperty("java.version"));
    }
}
