package io.spillway.bench.machine;

import java.nio.file.Path;

/**
 * Memory of a process that is resident, in bytes.
 *
 * @param residentBytes all of it
 * @param anonymousBytes heap and stacks of native code; a ZGC heap is not among it but in {@code sharedBytes}
 * @param sharedBytes shared memory, in which ZGC keeps the Java heap
 */
public record MemoryUse(long residentBytes, long anonymousBytes, long sharedBytes) {

    private static final long KIB = 1024;

    public static MemoryUse of(long pid) {
        return read(ProcFile.read(Path.of("/proc", Long.toString(pid), "status")));
    }

    /** Of /proc/PID/status. */
    static MemoryUse read(String status) {
        return new MemoryUse(
                field(status, "VmRSS:") * KIB, field(status, "RssAnon:") * KIB, field(status, "RssShmem:") * KIB);
    }

    private static long field(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split(" ", -1)[0])
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + name + " in the process's status"));
    }
}
