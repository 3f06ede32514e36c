package io.spillway.testkit.client;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** FFmpeg publishing a moving test picture and a tone by WHIP: H.264 by OpenH264 without answering keyframe requests, and Opus. */
public final class FfmpegWhip implements AutoCloseable {

    /** Printed at log level verbose, once ICE and DTLS are done and media flows. */
    private static final Pattern SENDING = Pattern.compile("frame=\\s*[1-9]\\d*");

    private static final long END_TIMEOUT_MS = 10_000;

    private final Child child;

    private FfmpegWhip(Child child) {
        this.child = child;
    }

    /**
     * What to send. Keyframes come every {@code keyframeIntervalFrames} and at no other time. {@code key} is the bearer token, empty for none;
     * {@code moreOutputOptions} stand before the output's address.
     */
    public record Source(
            int width,
            int height,
            int framesPerSecond,
            int keyframeIntervalFrames,
            int bitrateBps,
            String key,
            List<String> moreOutputOptions) {

        /** 640x360 at 30 frames and 800 kb/s. */
        public static Source small(int keyframeIntervalFrames) {
            return new Source(640, 360, 30, keyframeIntervalFrames, 800_000, "", List.of());
        }

        public Source withKey(String bearer) {
            return new Source(
                    width, height, framesPerSecond, keyframeIntervalFrames, bitrateBps, bearer, moreOutputOptions);
        }
    }

    /** Starts publishing to a WHIP address; {@link #awaitSending} tells when media flows. */
    public static FfmpegWhip start(String whipUrl, Source source) {
        FfmpegProgram program = FfmpegProgram.unpacked();
        List<String> command = new ArrayList<>(List.of(
                program.ffmpeg().toString(),
                "-hide_banner",
                "-nostdin",
                "-loglevel",
                "verbose",
                "-stats_period",
                "0.5"));
        command.addAll(List.of(
                "-re",
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=" + source.width + "x" + source.height + ":rate=" + source.framesPerSecond));
        command.addAll(List.of("-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"));
        command.addAll(List.of("-c:v", "libopenh264", "-pix_fmt", "yuv420p", "-profile:v", "constrained_baseline"));
        command.addAll(List.of("-b:v", Integer.toString(source.bitrateBps)));
        command.addAll(List.of("-g", Integer.toString(source.keyframeIntervalFrames)));
        command.addAll(List.of("-c:a", "libopus", "-ac", "2", "-b:a", "64k"));
        command.addAll(List.of("-f", "whip"));
        if (!source.key.isEmpty()) {
            command.addAll(List.of("-authorization", source.key));
        }
        command.addAll(source.moreOutputOptions);
        command.add(whipUrl);
        return new FfmpegWhip(Child.start(
                "ffmpeg", command, program.environment(), Path.of("").toAbsolutePath()));
    }

    /** Waits until frames go out. @throws AssertionError with its log when it gave up or the time is over */
    public void awaitSending(long timeoutMs) {
        child.awaitLine(SENDING, timeoutMs);
    }

    public boolean isRunning() {
        return child.isRunning();
    }

    /** The newest lines that it printed. */
    public String log() {
        return child.log();
    }

    /** Waits until it ended by itself and gives its exit code, 0 for success. */
    public int awaitExit(long timeoutMs) {
        return child.awaitExit(timeoutMs);
    }

    /** Ends it as Ctrl-C does: it deletes its session. */
    public void endCleanly() {
        child.terminate(END_TIMEOUT_MS);
    }

    /** Ends it on the spot: no DELETE, no DTLS alert, silence. */
    public void kill() {
        child.kill();
    }

    @Override
    public void close() {
        child.close();
    }
}
