package io.spillway.bench.goals;

import io.spillway.bench.load.Shape;
import io.spillway.bench.machine.MemoryUse;
import java.io.IOException;
import java.util.Locale;

/** Goal 8: memory a connected viewer, as the slope between two numbers of viewers of one stream, on a server of its own. */
final class Memory {

    private static final int JOINS_A_SECOND = 80;
    private static final double KIB = 1024;

    /** Buffers and thread stacks of the joins are given back or reused by then. */
    private static final double CALM_SECONDS = 4;

    private record Reading(long heap, long direct, MemoryUse use, long nativeCommitted) {}

    private Memory() {}

    static void measure(Host host, Pace pace, Report report) throws IOException, InterruptedException {
        int few = pace.memoryViewers().getFirst();
        int many = pace.memoryViewers().getLast();
        try (Bed bed = Bed.open(host, report, "-XX:NativeMemoryTracking=summary");
                ServerBeans beans = ServerBeans.attach(bed.serverPid())) {
            bed.restage(Shape.SLOW_VIDEO, 1);
            warmUp(bed, few, many);
            if (!bed.viewersPatiently(few, JOINS_A_SECOND)) {
                report.missing("kibPerViewer", "not all of " + few + " viewers could join");
                return;
            }
            Reading before = read(bed, beans);
            if (!bed.viewersPatiently(many, JOINS_A_SECOND)) {
                report.missing("kibPerViewer", "not all of " + many + " viewers could join");
                return;
            }
            Reading after = read(bed, beans);
            double viewers = many - few;
            double heap = (after.heap - before.heap) / KIB / viewers;
            double offHeap = (after.use.anonymousBytes() - before.use.anonymousBytes()) / KIB / viewers;
            boolean heapApart = after.use.sharedBytes() > before.heap / 2;
            // Where the heap is anonymous memory too, what the JVM tracks stands for what is not heap.
            double rest = heapApart ? offHeap : (after.nativeCommitted - before.nativeCommitted) / KIB / viewers;
            report.figure("kibPerViewer", heap + rest);
            report.row(
                    "memory a viewer, " + few + " to " + many + ", " + Shape.SLOW_VIDEO.name(),
                    String.format(Locale.ROOT, "%.1f KiB", heap + rest),
                    String.format(
                            Locale.ROOT,
                            "live heap %.1f, off heap %.1f (%s; JDK direct buffers %.1f, JVM outside heap %.1f),"
                                    + " resident in all %.1f with garbage",
                            heap,
                            rest,
                            heapApart ? "resident anonymous" : "tracked by the JVM",
                            (after.direct - before.direct) / KIB / viewers,
                            (after.nativeCommitted - before.nativeCommitted) / KIB / viewers,
                            (after.use.residentBytes() - before.use.residentBytes()) / KIB / viewers));
        }
    }

    /** As many joins as come between the two readings, but few viewers at once: what joins grow, as compiled code, pools and caches, is no viewer's. */
    private static void warmUp(Bed bed, int few, int many) throws InterruptedException {
        for (int joined = few; joined < many; joined += few) {
            bed.load().watch(bed.streams(), few, JOINS_A_SECOND);
            bed.load().leave(bed.load().viewers(), false);
        }
    }

    private static Reading read(Bed bed, ServerBeans beans) throws IOException, InterruptedException {
        bed.load().pass(CALM_SECONDS);
        // Resident memory first: a histogram walks the heap, which the collector's own structures grow for.
        beans.collect();
        MemoryUse use = MemoryUse.of(bed.serverPid());
        long outside = NativeMemory.committedOutsideHeap(bed.serverPid());
        return new Reading(LiveHeap.bytes(bed.serverPid()), beans.directBytes(), use, outside);
    }
}
