package io.spillway.testkit.client;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * OBS Studio's simulcast as it is on the wire, sent through the WebRTC library that OBS uses (libdatachannel, by the npm package node-datachannel): H.264 in rids 0, 1 and 2 of which 0 is the largest, Opus,
 * a keyframe every eight seconds and at no other time. Needs Node.js and npm; the package and the media are made once, in {@code target/obs}.
 */
public final class ObsPublisher implements AutoCloseable {

    /** Widths of the layers, by rid. */
    public static final List<Integer> WIDTHS = List.of(1280, 852, 426);

    private static final List<Integer> HEIGHTS = List.of(720, 480, 240);
    private static final List<Integer> BITRATES = List.of(2_500_000, 1_200_000, 400_000);
    private static final int FRAMES_PER_SECOND = 30;
    private static final int GROUP = 8 * FRAMES_PER_SECOND;
    private static final int SECONDS = 16;
    private static final Pattern PUBLISHING = Pattern.compile("^publishing$");
    private static final long START_TIMEOUT_MS = 20_000;
    private static final long END_TIMEOUT_MS = 10_000;

    private final Child child;

    private ObsPublisher(Child child) {
        this.child = child;
    }

    /** Publishes to a WHIP address and waits until media flows. */
    public static ObsPublisher start(String whipUrl, String key) {
        Path folder = prepared();
        List<String> command = new ArrayList<>(
                List.of("node", "publisher.mjs", whipUrl, key, Integer.toString(FRAMES_PER_SECOND), "sound.opus"));
        for (int layer = 0; layer < WIDTHS.size(); layer++) {
            command.add(file(layer));
        }
        ObsPublisher publisher = new ObsPublisher(Child.start("obs", command, Map.of(), folder));
        try {
            publisher.child.awaitLine(PUBLISHING, START_TIMEOUT_MS);
            return publisher;
        } catch (AssertionError failed) {
            publisher.close();
            throw failed;
        }
    }

    /** Sends nothing more of a layer, as OBS does when it cannot encode all of them. */
    public void stop(int layer) {
        child.say("stop " + layer);
    }

    /** Sends a layer again, from the middle of a group of pictures. */
    public void resume(int layer) {
        child.say("go " + layer);
    }

    /** The newest lines that it printed. */
    public String log() {
        return child.log();
    }

    /** Deletes its session. */
    public void endCleanly() {
        child.say("end");
        child.awaitExit(END_TIMEOUT_MS);
    }

    @Override
    public void close() {
        child.close();
    }

    private static synchronized Path prepared() {
        Path folder = NodeTool.prepared("obs", "publisher.mjs");
        if (!Files.exists(folder.resolve("sound.opus"))) {
            encode(folder);
        }
        return folder;
    }

    private static void encode(Path folder) {
        FfmpegProgram program = FfmpegProgram.unpacked();
        String seconds = Integer.toString(SECONDS);
        for (int layer = 0; layer < WIDTHS.size(); layer++) {
            String size = WIDTHS.get(layer) + "x" + HEIGHTS.get(layer);
            NodeTool.run(
                    "ffmpeg",
                    List.of(
                            program.ffmpeg().toString(),
                            "-hide_banner",
                            "-nostdin",
                            "-loglevel",
                            "error",
                            "-y",
                            "-f",
                            "lavfi",
                            "-i",
                            "testsrc2=size=" + size + ":rate=" + FRAMES_PER_SECOND,
                            "-t",
                            seconds,
                            "-c:v",
                            "libopenh264",
                            "-profile:v",
                            "constrained_baseline",
                            "-slices",
                            "1",
                            "-bf",
                            "0",
                            "-pix_fmt",
                            "yuv420p",
                            "-b:v",
                            Integer.toString(BITRATES.get(layer)),
                            "-g",
                            Integer.toString(GROUP),
                            "-f",
                            "h264",
                            file(layer)),
                    program.environment(),
                    folder);
        }
        NodeTool.run(
                "ffmpeg",
                List.of(
                        program.ffmpeg().toString(),
                        "-hide_banner",
                        "-nostdin",
                        "-loglevel",
                        "error",
                        "-y",
                        "-f",
                        "lavfi",
                        "-i",
                        "sine=frequency=440:sample_rate=48000",
                        "-t",
                        seconds,
                        "-ac",
                        "2",
                        "-c:a",
                        "libopus",
                        "-frame_duration",
                        "20",
                        "-page_duration",
                        "20000",
                        "sound.opus"),
                program.environment(),
                folder);
    }

    private static String file(int layer) {
        return "layer" + layer + ".h264";
    }
}
