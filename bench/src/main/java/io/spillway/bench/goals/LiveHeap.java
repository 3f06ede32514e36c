package io.spillway.bench.goals;

import java.io.IOException;
import java.util.regex.Pattern;

/** Bytes of the objects that live on another JVM's heap. What a collector calls used has its pages' garbage in it, megabytes with ZGC. */
final class LiveHeap {

    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

    private LiveHeap() {}

    static long bytes(long pid) throws IOException {
        return read(Jcmd.run(pid, "GC.class_histogram"));
    }

    /** Of {@code jcmd PID GC.class_histogram}. */
    static long read(String histogram) throws IOException {
        return Jcmd.number(TOTAL, histogram);
    }
}
