package io.spillway.bench.machine;

/** What a thread of a Java server does, as its name tells; names are cut to 15 characters by the kernel. */
public enum ThreadKind {
    LOOP,
    GC,
    JIT,
    RECORD,
    OTHER;

    /** @param name as in /proc/PID/task/TID/comm */
    static ThreadKind of(String name) {
        if (name.startsWith("media") || name.startsWith("fanout")) {
            return LOOP;
        }
        if (name.startsWith("GC ") || name.startsWith("G1 ") || name.startsWith("Z") || name.startsWith("XWorker")) {
            return GC;
        }
        if (name.startsWith("C1 Comp") || name.startsWith("C2 Comp")) {
            return JIT;
        }
        if (name.startsWith("record")) {
            return RECORD;
        }
        return OTHER;
    }
}
