package io.spillway.bench.load;

import io.spillway.bench.linux.ProcessClock;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts a load on any server and prints what came of it. */
public final class Program {

    private static final String USAGE = """
            load [--server=http://127.0.0.1:8080] [--whip=/whip/{stream}] [--whep=/whep/{stream}] [--token=TOKEN]
                 [--streams=1] [--viewers=100] [--shape=video] [--joins-per-second=50] [--seconds=20] [--rounds=1]
                 [--loss=0] [--from=127.64.0.0] [--pid=PID]

              {stream} in a path stands for the stream's name, bench-0 and so on.
              shapes: video (30 fps, 2.5 Mbps), audio (Opus, 20 ms), burst1, burst5, burst10 (1200-byte packets)
              --from  first of the 65536 local addresses that the peers have; all of them must be this machine's
              --loss  packets in 1000 that each viewer throws away, to see repair at work
              --pid   the server's process, whose CPU time is read when it is on this machine
            """;

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("server", "http://127.0.0.1:8080"),
            Map.entry("whip", "/whip/{stream}"),
            Map.entry("whep", "/whep/{stream}"),
            Map.entry("token", ""),
            Map.entry("streams", "1"),
            Map.entry("viewers", "100"),
            Map.entry("shape", "video"),
            Map.entry("joins-per-second", "50"),
            Map.entry("seconds", "20"),
            Map.entry("rounds", "1"),
            Map.entry("loss", "0"),
            Map.entry("from", "127.64.0.0"),
            Map.entry("pid", ""));

    private Program() {}

    public static void main(String[] commandLine) throws IOException, InterruptedException {
        Map<String, String> options = new TreeMap<>(DEFAULTS);
        for (String argument : commandLine) {
            int equals = argument.indexOf('=');
            String name = equals < 0 || !argument.startsWith("--") ? "" : argument.substring(2, equals);
            if (!options.containsKey(name)) {
                System.err.print(argument + " is no option.\n" + USAGE);
                System.exit(2);
            }
            options.put(name, argument.substring(equals + 1));
        }
        run(options, System.out);
        // Threads of blocked calls would hold the process.
        System.exit(0);
    }

    private static void run(Map<String, String> options, PrintStream out) throws IOException, InterruptedException {
        String token = option(options, "token");
        LoadConfig config = new LoadConfig(
                URI.create(option(options, "server")),
                option(options, "whip"),
                option(options, "whep"),
                token.isEmpty() ? null : token,
                LoadConfig.address(option(options, "from")),
                number(options, "loss"));
        Shape shape = Shape.ALL.stream()
                .filter(each -> each.name().equals(option(options, "shape")))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such shape\n" + USAGE));
        Long server = option(options, "pid").isEmpty() ? null : Long.valueOf(option(options, "pid"));
        try (Load load = Load.open(config)) {
            List<String> streams = new ArrayList<>();
            int count = number(options, "streams");
            for (int i = 0; i < count; i++) {
                streams.add("bench-" + i);
                load.publish(streams.getLast(), shape, i / (double) count);
            }
            Joins joins = load.watch(streams, number(options, "viewers"), number(options, "joins-per-second"));
            out.printf(
                    Locale.ROOT,
                    "%d of %d viewers joined, POST to first decodable packet p50 %.0f ms, p99 %.0f ms%s%n",
                    joins.joined(),
                    joins.asked(),
                    joins.tookMs(50),
                    joins.tookMs(99),
                    joins.joined() < joins.asked() ? "; others: " + joins.failures() : "");
            load.measure(3);
            for (int round = 0; round < number(options, "rounds"); round++) {
                long cpuNs = server == null ? 0 : ProcessClock.cpuNs(server);
                Window window = load.measure(number(options, "seconds"));
                print(out, window, server == null ? null : ProcessClock.cpuNs(server) - cpuNs);
            }
        }
    }

    private static void print(PrintStream out, Window window, @Nullable Long serverCpuNs) {
        out.printf(
                Locale.ROOT,
                "%.1f s: %.0f packets/s (%.1f Mbps), %d of %d delivered, %d authenticated%n",
                window.seconds(),
                window.packetsPerSecond(),
                window.bytes() * 8 / window.seconds() / 1e6,
                window.delivered(),
                window.expected(),
                window.authenticated());
        out.printf(
                Locale.ROOT,
                "  hop µs: p50 %.0f, p99 %.0f, p99.9 %.0f, p99.99 %.0f, max %.0f; generator late p50 %.0f, p99 %.0f;"
                        + " intended to read p50 %.0f, p99 %.0f%n",
                window.hopUs(50),
                window.hopUs(99),
                window.hopUs(99.9),
                window.hopUs(99.99),
                window.hopUs(100),
                window.latenessUs(50),
                window.latenessUs(99),
                window.sinceIntendedUs(50),
                window.sinceIntendedUs(99));
        out.printf(
                Locale.ROOT,
                "  gaps %d, NACKed %d, RTX %d, recovered %d, lost %d (by %d viewers), skipped %d, wrong %d, ended %d%s%n",
                window.gaps(),
                window.nacks(),
                window.repairs(),
                window.recovered(),
                window.lost(),
                window.viewersWithLoss(),
                window.skipped(),
                window.wrong(),
                window.ended(),
                window.why().isEmpty() ? "" : "; last to end: " + window.why());
        out.printf(
                Locale.ROOT,
                "  generator %.0f %% of a core, its queues lost %d, all sockets here %d%s%n",
                window.ownCpu() * 100,
                window.ownDrops(),
                window.kernelLosses(),
                window.voidBecause().isEmpty() ? "" : "  VOID: " + window.voidBecause());
        if (serverCpuNs != null) {
            out.printf(
                    Locale.ROOT,
                    "  server %.1f %% of a core, %.3f µs a packet%n",
                    serverCpuNs / (window.seconds() * 1e7),
                    serverCpuNs / 1e3 / Math.max(1, window.delivered()));
        }
    }

    private static String option(Map<String, String> options, String name) {
        return options.getOrDefault(name, "");
    }

    private static int number(Map<String, String> options, String name) {
        return Integer.parseInt(option(options, name));
    }
}
