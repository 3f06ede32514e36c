package io.spillway.testkit.client;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs of the {@code ffmpeg} and {@code ffprobe} programs that end by themselves: making media, and judging it. */
public final class FfmpegTool {

    private static final long TIMEOUT_MS = 60_000;

    private FfmpegTool() {}

    /** Runs ffmpeg over files, told to print errors only, and gives what it printed. @throws AssertionError when it failed */
    public static String ffmpeg(String... arguments) {
        FfmpegProgram program = FfmpegProgram.unpacked();
        return run(program, program.ffmpeg(), "ffmpeg", arguments);
    }

    /** Runs ffprobe, told to print errors and what is asked only, and gives what it printed. @throws AssertionError when it failed */
    public static String ffprobe(String... arguments) {
        FfmpegProgram program = FfmpegProgram.unpacked();
        return run(program, program.ffprobe(), "ffprobe", arguments);
    }

    private static String run(FfmpegProgram program, Path file, String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of(file.toString(), "-hide_banner", "-loglevel", "error"));
        command.addAll(List.of(arguments));
        try (Child child =
                Child.start(name, command, program.environment(), Path.of("").toAbsolutePath())) {
            int code = child.awaitExit(TIMEOUT_MS);
            if (code != 0) {
                throw new AssertionError(name + " ended with " + code + ": " + child.log());
            }
            return child.log();
        }
    }
}
