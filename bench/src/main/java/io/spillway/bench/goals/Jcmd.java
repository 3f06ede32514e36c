package io.spillway.bench.goals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Diagnostic commands to another JVM of the same user. */
final class Jcmd {

    private Jcmd() {}

    static String run(long pid, String... command) throws IOException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        line.add(Long.toString(pid));
        line.addAll(List.of(command));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The first group of a pattern in a command's answer, as a number. */
    static long number(Pattern pattern, String answer) throws IOException {
        Matcher found = pattern.matcher(answer);
        if (!found.find()) {
            throw new IOException("jcmd did not answer with " + pattern + " but with: "
                    + answer.lines().limit(2).toList());
        }
        return Long.parseLong(found.group(1));
    }
}
