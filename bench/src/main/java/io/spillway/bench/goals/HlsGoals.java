package io.spillway.bench.goals;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measures what concerns HLS: {@code HlsGoals FILE [PART...]}, with no part named all of them. */
public final class HlsGoals {

    private static final List<String> PARTS = List.of("crowd", "nginx", "cost", "beside");

    private static final List<String> FIGURES = List.of(
            "hlsLastOf1000P50Ms",
            "hlsLastOf1000P99Ms",
            "hlsByNginxPart",
            "hlsByNginxPlaylist",
            "hlsCpuPercentAStream",
            "hlsMibAStream",
            "hopP99BesideLadder");

    /** The generator's pictures are none that a decoder takes: nothing is to be made of them. */
    private static final Map<String, String> NO_LADDER = Map.of("SPILLWAY_HLS_LADDER", "");

    private final Host host = Host.fromEnvironment();
    private final Report report = new Report(System.out, FIGURES);

    private HlsGoals() {}

    private interface Part {
        void run(Bed bed) throws IOException, InterruptedException;
    }

    public static void main(String[] words) throws IOException, InterruptedException {
        List<String> parts = List.of(words).subList(1, words.length);
        if (!PARTS.containsAll(parts)) {
            System.err.println("bench/hls takes these parts, and none for all: glass " + String.join(" ", PARTS)
                    + "; given were " + String.join(" ", parts));
            System.exit(2);
        }
        HlsGoals goals = new HlsGoals();
        goals.load();
        for (String part : parts.isEmpty() ? PARTS : parts) {
            switch (part) {
                case "crowd" ->
                    goals.part(part, NO_LADDER, bed -> new BlockedCrowd(bed, goals.report).measure(1_000, 30));
                case "nginx" ->
                    goals.part(
                            part,
                            NO_LADDER,
                            bed -> new HlsBesideNginx(bed, goals.host, goals.report, fresh()).measure(9, 2));
                case "cost" -> goals.part(part, NO_LADDER, bed -> new HlsCost(bed, goals.report).measure(8, 72, 20));
                default ->
                    goals.part(
                            part,
                            Map.of("SPILLWAY_HLS_LADDER", "480,360"),
                            bed -> new HopsBesideLadder(bed, goals.report).measure(150, 2, 20));
            }
        }
        goals.load();
        goals.report.print();
        Path file = Path.of(words[0]);
        goals.report.write(file);
        goals.report.progress("figures are in " + file.toAbsolutePath());
        // Threads of calls that still wait would hold the process.
        System.exit(0);
    }

    private static Path fresh() throws IOException {
        return Files.createTempDirectory(Files.createDirectories(Path.of("target", "hls")), "nginx-");
    }

    private void part(String what, Map<String, String> configuration, Part part) throws InterruptedException {
        report.progress(what);
        try (Bed bed = Bed.open(host, report, "", configuration)) {
            part.run(bed);
        } catch (IOException | RuntimeException | AssertionError failed) {
            report.row(
                    what, "not measured", failed.toString().lines().findFirst().orElse("?"));
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
