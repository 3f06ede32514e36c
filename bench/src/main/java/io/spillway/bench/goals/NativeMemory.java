package io.spillway.bench.goals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the JVM's native memory tracking tells of a process that was started with it. libcrypto's own memory is not in it. */
final class NativeMemory {

    private static final Pattern TOTAL = Pattern.compile("(?m)^Total: reserved=\\d+KB, committed=(\\d+)KB");
    private static final Pattern HEAP = Pattern.compile("Java Heap \\(reserved=\\d+KB, committed=(\\d+)KB\\)");
    private static final long KIB = 1024;

    private NativeMemory() {}

    static long committedOutsideHeap(long pid) throws IOException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process = new ProcessBuilder(jcmd, Long.toString(pid), "VM.native_memory", "summary")
                .redirectErrorStream(true)
                .start();
        return read(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    /** Of {@code jcmd PID VM.native_memory summary}. */
    static long read(String summary) throws IOException {
        return (number(TOTAL, summary) - number(HEAP, summary)) * KIB;
    }

    private static long number(Pattern pattern, String summary) throws IOException {
        Matcher found = pattern.matcher(summary);
        if (!found.find()) {
            throw new IOException("jcmd VM.native_memory gave no summary: "
                    + summary.lines().limit(2).toList());
        }
        return Long.parseLong(found.group(1));
    }
}
