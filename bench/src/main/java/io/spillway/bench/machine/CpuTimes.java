package io.spillway.bench.machine;

import io.spillway.bench.linux.ProcessClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * CPU time that a process has used so far, in nanoseconds: all of it, and that of its living threads by what they do. On kernels without
 * IRQ_TIME_ACCOUNTING the time in which the kernel sends and receives for a thread is in the thread's own time.
 *
 * @param totalNs of the whole process, ended threads among it
 */
public record CpuTimes(long totalNs, Map<ThreadKind, Long> byKind) {

    /** Of a running process. */
    public static CpuTimes of(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        Map<ThreadKind, Long> byKind = new EnumMap<>(ThreadKind.class);
        for (Path thread : threads(process)) {
            try {
                long ns = runNs(Files.readString(thread.resolve("schedstat")));
                ThreadKind kind =
                        ThreadKind.of(Files.readString(thread.resolve("comm")).strip());
                byKind.merge(kind, ns, Long::sum);
            } catch (IOException ended) {
                // Its time stays in the process's total.
            }
        }
        return new CpuTimes(ProcessClock.cpuNs(pid), byKind);
    }

    private static List<Path> threads(Path process) {
        try (Stream<Path> each = Files.list(process.resolve("task"))) {
            return each.toList();
        } catch (IOException gone) {
            throw new UncheckedIOException("process " + process.getFileName() + " has ended", gone);
        }
    }

    /** Time on a CPU, of /proc/PID/task/TID/schedstat. */
    static long runNs(String schedstat) {
        return Long.parseLong(schedstat.strip().split(" ", -1)[0]);
    }

    /** What was used since an earlier reading. */
    public CpuTimes since(CpuTimes earlier) {
        Map<ThreadKind, Long> difference = new EnumMap<>(ThreadKind.class);
        byKind.forEach((kind, ns) -> difference.put(kind, ns - earlier.of(kind)));
        return new CpuTimes(totalNs - earlier.totalNs, difference);
    }

    public long of(ThreadKind kind) {
        return byKind.getOrDefault(kind, 0L);
    }
}
