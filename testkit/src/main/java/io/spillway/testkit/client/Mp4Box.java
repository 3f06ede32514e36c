package io.spillway.testkit.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What mp4box.js (GPAC's) makes of a file: a reader of its own beside FFmpeg's. */
public final class Mp4Box {

    private Mp4Box() {}

    /** Tracks with codec, timescale, samples, keys, bytes, width or rate, and all it complained about, as one line of JSON: {@code {"tracks":[…],"errors":[…]}}. */
    public static String read(Path file) {
        Path folder = NodeTool.prepared("mp4box", "read.mjs");
        return NodeTool.run(
                "mp4box.js", List.of("node", "read.mjs", file.toAbsolutePath().toString()), Map.of(), folder);
    }
}
