package io.spillway.server.e2e;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A core on which a thread of a process has to share with programs that do nothing but compute. Closed, the thread may go to any core again. */
final class BusyCore implements AutoCloseable {

    /** The thread gets a tenth of the core at most. */
    private static final int PROGRAMS = 10;

    private static final String CORE = "0";

    private final String thread;
    private final List<Process> programs = new ArrayList<>();

    private BusyCore(String thread) {
        this.thread = thread;
    }

    /** @param name of the thread, as the kernel has it: its first 15 characters */
    static BusyCore with(long process, String name) throws IOException {
        BusyCore core = new BusyCore(find(process, name));
        pin(core.thread, CORE);
        for (int i = 0; i < PROGRAMS; i++) {
            core.programs.add(new ProcessBuilder("taskset", "-c", CORE, "sh", "-c", "while :; do :; done")
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.DISCARD)
                    .start());
        }
        return core;
    }

    private static String find(long process, String name) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process), "task"))) {
            for (Path each : threads.toList()) {
                if (Files.readString(each.resolve("comm")).strip().equals(name)) {
                    return each.getFileName().toString();
                }
            }
        }
        throw new IllegalStateException("process " + process + " has no thread " + name);
    }

    private static void pin(String thread, String cores) throws IOException {
        try {
            new ProcessBuilder("taskset", "-cp", cores, thread)
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isBusy() {
        return programs.stream().allMatch(Process::isAlive);
    }

    @Override
    public void close() throws IOException {
        programs.forEach(Process::destroyForcibly);
        pin(thread, "0-" + (Runtime.getRuntime().availableProcessors() - 1));
    }
}
