package io.spillway.bench.goals;

import io.spillway.bench.load.Shape;
import io.spillway.bench.load.Window;
import io.spillway.bench.machine.MemoryUse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * The launcher's JVM flags beside others, one server after another under the same viewers with the same joins in between:
 * {@code Flags [VIEWERS] [SECONDS] [ROUNDS]}.
 */
public final class Flags {

    private static final int STREAMS = 8;
    private static final int JOINS_A_SECOND = 20;
    private static final double WARM_UP_SECONDS = 10;

    /** A name, and options that come after the launcher's. */
    private record Choice(String name, String options) {}

    private static final List<Choice> CHOICES = List.of(
            new Choice("the launcher's", ""),
            new Choice("ordinary object headers", "-XX:-UseCompactObjectHeaders"),
            new Choice("pages touched at the start", "-Xms512m -Xmx512m -XX:+AlwaysPreTouch"),
            new Choice("heap of 256 MiB", "-Xmx256m"),
            new Choice("G1", "-XX:-UseZGC -XX:+UseG1GC"),
            new Choice("G1, pauses of 5 ms", "-XX:-UseZGC -XX:+UseG1GC -XX:MaxGCPauseMillis=5"),
            new Choice("Serial", "-XX:-UseZGC -XX:+UseSerialGC"));

    private Flags() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int viewers = argument(arguments, 0, 200);
        int seconds = argument(arguments, 1, 15);
        int rounds = argument(arguments, 2, 2);
        Report report = new Report(System.out, List.of());
        // The generator's own compilers work during the first: it does not count.
        measure(CHOICES.getFirst(), viewers, seconds, new Report(System.out, List.of()));
        for (int round = 0; round < rounds; round++) {
            for (Choice choice : CHOICES) {
                measure(choice, viewers, seconds, report);
            }
        }
        report.print();
        System.exit(0);
    }

    private static int argument(String[] arguments, int index, int otherwise) {
        return arguments.length > index ? Integer.parseInt(arguments[index]) : otherwise;
    }

    /** A quarter of the viewers leave and come again while it is measured: joining is what makes garbage. */
    private static void measure(Choice choice, int viewers, int seconds, Report report)
            throws IOException, InterruptedException {
        try (Bed bed = Bed.open(Host.fromEnvironment(), report, choice.options);
                ServerBeans beans = ServerBeans.attach(bed.serverPid())) {
            bed.restage(Shape.VIDEO, STREAMS);
            bed.viewersPatiently(viewers, JOINS_A_SECOND);
            bed.load().pass(WARM_UP_SECONDS);
            Bed.Measured calm = bed.measure(seconds);
            bed.load().leave(viewers / 4, true);
            bed.load().begin();
            bed.load().watch(bed.streams(), viewers / 4, JOINS_A_SECOND);
            Window joining = bed.load().end();
            report.row(
                    choice.name,
                    String.format(Locale.ROOT, "%.3f µs a packet", calm.usAPacket()),
                    String.format(
                            Locale.ROOT,
                            "hop %s; while others join %s; resident %.0f MiB; %s%s",
                            Hops.percentiles(calm.window()),
                            Hops.percentiles(joining),
                            MemoryUse.of(bed.serverPid()).residentBytes() / 1048576.0,
                            beans.pauses(),
                            calm.window().isLossless()
                                    ? ""
                                    : "; " + calm.window().losses()));
        }
    }
}
