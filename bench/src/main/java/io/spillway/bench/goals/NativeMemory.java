package io.spillway.bench.goals;

import java.io.IOException;
import java.util.regex.Pattern;

/** What the JVM's native memory tracking tells of a process that was started with it. libcrypto's own memory is not in it. */
final class NativeMemory {

    private static final Pattern TOTAL = Pattern.compile("(?m)^Total: reserved=\\d+KB, committed=(\\d+)KB");
    private static final Pattern HEAP = Pattern.compile("Java Heap \\(reserved=\\d+KB, committed=(\\d+)KB\\)");
    private static final long KIB = 1024;

    private NativeMemory() {}

    static long committedOutsideHeap(long pid) throws IOException {
        return read(Jcmd.run(pid, "VM.native_memory", "summary"));
    }

    /** Of {@code jcmd PID VM.native_memory summary}. */
    static long read(String summary) throws IOException {
        return (Jcmd.number(TOTAL, summary) - Jcmd.number(HEAP, summary)) * KIB;
    }
}
