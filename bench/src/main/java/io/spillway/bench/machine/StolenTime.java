package io.spillway.bench.machine;

import java.nio.file.Path;

/** Time in which a CPU of a virtual machine had work and its host gave it to another, of /proc/stat. Ticks of 10 ms. */
public final class StolenTime {

    private static final Path STAT = Path.of("/proc/stat");

    /** After the CPU's name: user, nice, system, idle, iowait, irq, softirq, and stolen. */
    private static final int STOLEN_FIELD = 8;

    private StolenTime() {}

    /** So far, of one CPU; 0 where the kernel does not tell. */
    public static long ticks(int cpu) {
        return ticks(ProcFile.read(STAT), cpu);
    }

    static long ticks(String stat, int cpu) {
        return stat.lines()
                .filter(line -> line.startsWith("cpu" + cpu + " "))
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields.length > STOLEN_FIELD)
                .mapToLong(fields -> Long.parseLong(fields[STOLEN_FIELD]))
                .findFirst()
                .orElse(0);
    }

    /** What part of so many seconds such a number of ticks is. */
    public static double share(long ticks, double seconds) {
        return ticks / (100 * seconds);
    }
}
