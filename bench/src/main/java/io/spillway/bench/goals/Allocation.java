package io.spillway.bench.goals;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** Goal 5: bytes allocated a delivered packet, in the steady state of a server under load. */
final class Allocation {

    private Allocation() {}

    static void measure(Bed bed, Pace pace, Report report) throws IOException, InterruptedException {
        try (ServerBeans beans = ServerBeans.attach(bed.serverPid())) {
            // The first reading loads what reading needs.
            beans.allocatedByThread();
            bed.load().pass(1);
            Map<String, Long> before = beans.allocatedByThread();
            Bed.Measured measured = bed.measure(pace.allocationSeconds());
            Map<String, Long> after = beans.allocatedByThread();
            double packets = Math.max(1, measured.window().delivered());
            long loops = 0;
            long all = 0;
            String most = "nobody";
            long mostBytes = 0;
            for (Map.Entry<String, Long> thread : after.entrySet()) {
                long bytes = thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
                all += bytes;
                loops += thread.getKey().startsWith("media") ? bytes : 0;
                if (bytes > mostBytes) {
                    mostBytes = bytes;
                    most = thread.getKey();
                }
            }
            report.row(
                    "allocated a packet",
                    String.format(Locale.ROOT, "%.3f bytes", all / packets),
                    String.format(
                            Locale.ROOT,
                            "media loops %.3f; %.0f bytes/s in all, RTCP, reports and timers among it; most by %s",
                            loops / packets,
                            all / measured.window().seconds(),
                            most));
            report.figure("allocatedBytesPerPacket", all / packets);
        }
    }
}
