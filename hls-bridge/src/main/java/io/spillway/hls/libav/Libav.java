package io.spillway.hls.libav;

import io.spillway.hls.ladder.VideoDecoder;
import io.spillway.media.frame.AudioCoder;
import io.spillway.media.frame.Painter;
import java.util.Optional;
import java.util.function.Supplier;

/** FFmpeg's libraries, as far as this system has them. Names no class of theirs, so that it can say that they are missing. Any thread; the first call takes a second. */
public final class Libav {

    /** What the first attempt says: of a class that could not begin Java tells later only that it could not. */
    private static final Optional<Throwable> MISSING = missing();

    private Libav() {}

    /** What makes AAC of Opus. @throws UnsupportedOperationException saying what is missing */
    public static AudioCoder.Factory sound() {
        return proven(() -> OpusToAac.load());
    }

    /** What decodes and scales pictures. @throws UnsupportedOperationException saying what is missing */
    public static VideoDecoder.Factory pictures() {
        return proven(() -> LibavDecoder.load());
    }

    /** What makes small pictures of keyframes. @throws UnsupportedOperationException saying what is missing */
    public static Painter stills() {
        return proven(() -> LibavPainter.load());
    }

    /** A method reference in place of the lambdas would need the classes before this can catch that they are missing. */
    private static <T> T proven(Supplier<T> load) {
        MISSING.ifPresent(missing -> {
            throw refusal(missing);
        });
        try {
            return load.get();
        } catch (LinkageError | IllegalStateException missing) {
            throw refusal(missing);
        }
    }

    private static Optional<Throwable> missing() {
        try {
            // Needs all of them.
            LibavDecoder.load();
            return Optional.empty();
        } catch (LinkageError | IllegalStateException missing) {
            return Optional.of(missing);
        } catch (UnsupportedOperationException _) {
            return Optional.empty();
        }
    }

    /** The bottom of what was thrown names the library: what lies above tells of a class that could not begin because of it. */
    private static UnsupportedOperationException refusal(Throwable missing) {
        Throwable bottom = missing;
        for (Throwable cause = missing.getCause(); cause != null; cause = cause.getCause()) {
            bottom = cause;
        }
        return new UnsupportedOperationException(
                "FFmpeg's libraries cannot be used on this system (" + bottom.getMessage() + ")", missing);
    }
}
