package io.spillway.bench.goals;

import io.spillway.bench.load.Shape;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs what measures the goals, one after another: {@code Goals quick|full FILE [links]}; {@code links} measures the CPU ratios only. */
public final class Goals {

    private static final List<String> FIGURES = List.of(
            "cpuRatioK1",
            "cpuRatioK5",
            "cpuRatioK10",
            "capacityPps",
            "hopP50Us",
            "hopP99Us",
            "allocatedBytesPerPacket",
            "kibPerViewer",
            "joinsPerSecond");

    private static final List<String> LINK_FIGURES = List.of("cpuRatioK1", "cpuRatioK5", "cpuRatioK10");

    /** Streams of the video rows: their keyframes do not fall together, as those of real publishers do not. */
    private static final int VIDEO_STREAMS = 8;

    private static final String VIDEO_CAPACITY = "capacity of one core, 2.5 Mbps";
    private static final String AUDIO_CAPACITY = "capacity of one core, audio";

    private static final int WARM_UP_VIEWERS = 100;
    private static final int JOINS_A_SECOND = 50;
    private static final int LEAST_VIEWERS_FOR_VIDEO_MEMORY = 1_200;

    private final Host host;
    private final Pace pace;
    private final Report report;

    private Goals(Host host, Pace pace, Report report) {
        this.host = host;
        this.pace = pace;
        this.report = report;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Pace pace = arguments[0].equals("quick") ? Pace.QUICK : Pace.FULL;
        boolean links = arguments.length > 2 && arguments[2].equals("links");
        Report report = new Report(System.out, links ? LINK_FIGURES : FIGURES);
        Goals goals = new Goals(Host.fromEnvironment(), pace, report);
        goals.machine();
        if (links) {
            goals.links();
        } else {
            goals.all();
        }
        goals.machine();
        report.print();
        Path file = Path.of(arguments[1]);
        report.write(file);
        report.progress("figures are in " + file.toAbsolutePath());
        // Threads of calls that still wait would hold the process.
        System.exit(0);
    }

    /** One measurement; what it throws is the reason why its figures are missing. */
    private interface Part {
        void run() throws IOException, InterruptedException;
    }

    private void part(String what, List<String> figures, Part part) throws InterruptedException {
        if (report.elapsedSeconds() > pace.budgetSeconds()) {
            figures.forEach(figure -> report.missing(figure, "out of time"));
            report.row(what, "not run", "out of time");
            return;
        }
        report.progress(what);
        try {
            part.run();
        } catch (IOException | RuntimeException | AssertionError failed) {
            List<String> lines = failed.toString().lines().toList();
            // What a program printed last stands at the end.
            String reason = lines.size() < 2 ? lines.getFirst() : lines.getFirst() + " " + lines.getLast();
            figures.forEach(figure -> report.missing(figure, reason));
            report.row(what, "not measured", reason);
        }
    }

    private void machine() {
        report.row(
                "machine",
                String.format(
                        Locale.ROOT,
                        "load %.1f",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()),
                model() + ", Linux " + System.getProperty("os.version") + ", Java " + System.getProperty("java.version")
                        + ", " + host.link());
    }

    private static String model() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("?");
        } catch (IOException unreadable) {
            return "?";
        }
    }

    private void links() throws InterruptedException {
        part("CPU ratios, " + host.link(), LINK_FIGURES, () -> {
            try (Bed bed = Bed.open(host, report, "")) {
                warmUp(bed);
                ratios(bed);
            }
        });
    }

    private void all() throws InterruptedException {
        part("a server under load", FIGURES, () -> {
            try (Bed bed = Bed.open(host, report, "")) {
                warmUp(bed);
                ratios(bed);
                underLoad(bed);
            }
        });
    }

    private void warmUp(Bed bed) throws IOException, InterruptedException {
        report.progress("warming up for " + pace.warmUpSeconds() + " s");
        bed.restage(Shape.VIDEO, VIDEO_STREAMS);
        bed.viewersPatiently(WARM_UP_VIEWERS, JOINS_A_SECOND);
        bed.load().pass(pace.warmUpSeconds());
    }

    private void ratios(Bed bed) throws InterruptedException {
        Ratio ratio = new Ratio(host, bed, pace, report);
        part("CPU a packet, K=1", List.of("cpuRatioK1"), () -> ratio.measure(1, "cpuRatioK1"));
        part("CPU a packet, K=5", List.of("cpuRatioK5"), () -> ratio.measure(5, "cpuRatioK5"));
        part("CPU a packet, K=10", List.of("cpuRatioK10"), () -> ratio.measure(10, "cpuRatioK10"));
    }

    /** Figures first, then the rows that a short run may leave out. */
    private void underLoad(Bed bed) throws InterruptedException {
        part("allocation", List.of("allocatedBytesPerPacket"), () -> Allocation.measure(bed, pace, report));
        Capacity.Found video = videoCapacity(bed);
        Hops hops = new Hops(bed, pace, report);
        if (video.viewers() > 0) {
            part("hop at 30 %", List.of(), () -> hops.at(30, video, false));
            part("hop at 50 %", List.of(), () -> hops.at(50, video, false));
            part("hop at 70 %", List.of("hopP50Us", "hopP99Us"), () -> hops.at(70, video, true));
            part("joins a second", List.of("joinsPerSecond"), () -> new JoinRate(bed, pace, report).measure(video));
            part("soak", List.of(), () -> {
                try (ServerBeans beans = ServerBeans.attach(bed.serverPid())) {
                    hops.soak(video, beans);
                }
            });
        }
        part("memory a viewer", List.of("kibPerViewer"), () -> {
            // The other server idles meanwhile.
            bed.restage(Shape.VIDEO, 0);
            boolean carriesVideo = video.viewers() >= LEAST_VIEWERS_FOR_VIDEO_MEMORY;
            Memory.measure(host, pace, report, carriesVideo ? Shape.VIDEO : Shape.AUDIO);
        });
        part(
                AUDIO_CAPACITY,
                List.of(),
                () -> tell(AUDIO_CAPACITY, new Capacity(bed, pace, report).search(Shape.AUDIO, VIDEO_STREAMS)));
    }

    private Capacity.Found videoCapacity(Bed bed) throws InterruptedException {
        List<Capacity.Found> found = new ArrayList<>();
        part(VIDEO_CAPACITY, List.of("capacityPps"), () -> {
            found.add(new Capacity(bed, pace, report).search(Shape.VIDEO, VIDEO_STREAMS));
            tell(VIDEO_CAPACITY, found.getFirst());
            if (found.getFirst().viewers() > 0) {
                report.figure("capacityPps", found.getFirst().packetsPerSecond());
            } else {
                report.missing("capacityPps", found.getFirst().boundedBy());
            }
        });
        return found.isEmpty() ? new Capacity.Found(List.of(), 0, 0, "not measured") : found.getFirst();
    }

    private void tell(String what, Capacity.Found found) {
        report.row(
                what,
                String.format(Locale.ROOT, "%.0f packets/s", found.packetsPerSecond()),
                found.viewers() + " viewers; more: " + (found.boundedBy().isEmpty() ? "not tried" : found.boundedBy())
                        + "; " + Capacity.linearity(found, 1));
    }
}
