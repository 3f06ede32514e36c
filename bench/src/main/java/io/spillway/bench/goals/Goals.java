package io.spillway.bench.goals;

import io.spillway.bench.load.Shape;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Runs what measures the goals, one after another: {@code Goals quick|full FILE [PART...]}, with no part named all that the pace does
 * not leave out. {@code hop} (the published row of {@code hops}), {@code hops}, {@code joins} and {@code soak} are shares of the capacity, so that they
 * look for it first.
 */
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

    private static final List<String> PARTS =
            List.of("ratios", "allocation", "capacity", "hop", "hops", "joins", "soak", "memory", "audio");

    private static final String[] UNDER_LOAD =
            PARTS.stream().filter(part -> !part.equals("memory")).toArray(String[]::new);

    /** Streams of the video rows: their keyframes do not fall together, as those of real publishers do not. */
    private static final int VIDEO_STREAMS = 8;

    private static final String VIDEO = "2.5 Mbps";
    private static final String AUDIO = "audio";
    private static final String CAPACITY = "capacity of one core, ";

    private static final int WARM_UP_VIEWERS = 100;
    private static final int JOINS_A_SECOND = 50;

    private final Host host;
    private final Pace pace;
    private final Report report;
    private final Set<String> wanted;

    private Goals(Host host, Pace pace, Report report, Set<String> wanted) {
        this.host = host;
        this.pace = pace;
        this.report = report;
        this.wanted = wanted;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Pace pace = arguments[0].equals("quick") ? Pace.QUICK : Pace.FULL;
        List<String> named = List.of(arguments).subList(2, arguments.length);
        if (!PARTS.containsAll(named)) {
            System.err.println("bench/run takes these parts, and none for all: " + String.join(" ", PARTS)
                    + "; given were " + String.join(" ", named));
            System.exit(2);
        }
        Report report = new Report(System.out, FIGURES);
        Goals goals = new Goals(Host.fromEnvironment(), pace, report, wanted(pace, named));
        goals.machine();
        goals.all();
        if (named.isEmpty()) {
            pace.leftOut().forEach(part -> report.row(part, "not run", "only when it is named at this pace"));
        }
        goals.machine();
        report.print();
        Path file = Path.of(arguments[1]);
        report.write(file);
        report.progress("figures are in " + file.toAbsolutePath());
        // Threads of calls that still wait would hold the process.
        System.exit(0);
    }

    /** The parts that are named, or all but what the pace leaves out. */
    static Set<String> wanted(Pace pace, List<String> named) {
        Set<String> wanted = new HashSet<>(named.isEmpty() ? PARTS : named);
        if (named.isEmpty()) {
            wanted.removeAll(pace.leftOut());
        }
        return wanted;
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

    private boolean wants(String... parts) {
        return Arrays.stream(parts).anyMatch(wanted::contains);
    }

    /** Memory first: it has a server of its own, and a short run may leave out what comes last. */
    private void all() throws InterruptedException {
        if (wants("memory")) {
            part("memory a viewer", List.of("kibPerViewer"), () -> Memory.measure(host, pace, report));
        }
        if (wants(UNDER_LOAD)) {
            part("a server under load", List.of(), () -> {
                try (Bed bed = Bed.open(host, report, "")) {
                    warmUp(bed);
                    if (wants("ratios")) {
                        ratios(bed);
                    }
                    underLoad(bed);
                }
            });
        }
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

    private void underLoad(Bed bed) throws InterruptedException {
        if (wants("allocation")) {
            part("allocation", List.of("allocatedBytesPerPacket"), () -> Allocation.measure(bed, pace, report));
        }
        if (wants("capacity", "hop", "hops", "joins", "soak")) {
            sharesOf(videoCapacity(bed), bed);
        }
        if (wants("audio")) {
            part(
                    CAPACITY + AUDIO,
                    List.of(),
                    () -> tell(AUDIO, new Capacity(bed, pace, report).search(Shape.AUDIO, VIDEO_STREAMS)));
        }
    }

    /** What figures are of goes first, from many viewers to few, so that hardly anybody has to join for the next; the rest may fall to a short run's end. */
    private void sharesOf(Capacity.Found video, Bed bed) throws InterruptedException {
        if (video.viewers() == 0) {
            return;
        }
        Hops hops = new Hops(bed, pace, report);
        if (wants("hop", "hops")) {
            part("hop at 70 %", List.of("hopP50Us", "hopP99Us"), () -> hops.at(70, video, true));
        }
        if (wants("joins")) {
            part("joins a second", List.of("joinsPerSecond"), () -> new JoinRate(bed, pace, report).measure(video));
        }
        if (wants("hops")) {
            part("hop at 30 %", List.of(), () -> hops.at(30, video, false));
            part("hop at 50 %", List.of(), () -> hops.at(50, video, false));
            part("hop at 50 %, even pictures", List.of(), () -> hops.even(video));
        }
        if (wants("soak")) {
            part("soak", List.of(), () -> {
                try (ServerBeans beans = ServerBeans.attach(bed.serverPid())) {
                    hops.soak(video, beans);
                }
            });
        }
    }

    private Capacity.Found videoCapacity(Bed bed) throws InterruptedException {
        List<Capacity.Found> found = new ArrayList<>();
        part(CAPACITY + VIDEO, List.of("capacityPps"), () -> {
            found.add(new Capacity(bed, pace, report).search(Shape.VIDEO, VIDEO_STREAMS));
            tell(VIDEO, found.getFirst());
            if (found.getFirst().viewers() > 0) {
                report.figure("capacityPps", found.getFirst().packetsPerSecond());
            } else {
                report.missing("capacityPps", found.getFirst().boundedBy());
            }
        });
        return found.isEmpty() ? Capacity.Found.nothing(List.of(), "not measured") : found.getFirst();
    }

    private void tell(String sent, Capacity.Found found) {
        report.row(
                CAPACITY + sent,
                String.format(Locale.ROOT, "%.0f packets/s", found.packetsPerSecond()),
                found.viewers() + " viewers; more: " + found.boundedBy()
                        + (found.checked().isEmpty() ? "" : "; " + found.checked()));
        Linearity linearity = Linearity.of(found.steps());
        if (linearity.isKnown()) {
            report.row("linearity, " + sent + ", " + linearity.range(), linearity.value(), linearity.note());
        } else {
            report.row("linearity, " + sent, "not measured", "fewer than three numbers of viewers were served");
        }
    }
}
