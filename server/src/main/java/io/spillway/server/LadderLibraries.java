package io.spillway.server;

import io.spillway.hls.ladder.VideoCoders;
import io.spillway.hls.ladder.VideoDecoder;
import io.spillway.hls.libav.Libav;
import io.spillway.hls.openh264.OpenH264;
import java.util.Optional;

/**
 * The libraries that renditions are made with, as far as this machine has them.
 *
 * @param coders empty when one is missing or of a version that is not known
 * @param said which there are, or what is missing and how to get it
 */
record LadderLibraries(Optional<VideoCoders> coders, String said) {

    /** The launcher names here the library that it obtained, where the system has none. */
    private static final String FILE_PROPERTY = "spillway.openh264";

    private static final String REMEDY =
            "On Debian and Ubuntu install libopenh264-8 or libopenh264-7; FFmpeg's libraries stand in lib/ for Linux on x86_64";

    /** Looks, which takes a second. */
    static LadderLibraries find() {
        try {
            OpenH264 encoder = OpenH264.load(System.getProperty(FILE_PROPERTY, ""));
            VideoDecoder.Factory decoder = Libav.pictures();
            return new LadderLibraries(
                    Optional.of(new VideoCoders(decoder, encoder, OpenH264::lowerPriority)),
                    "OpenH264 " + encoder.version() + " and FFmpeg's libraries");
        } catch (UnsupportedOperationException | LinkageError missing) {
            return new LadderLibraries(Optional.empty(), missing.getMessage() + ". " + REMEDY + ".");
        }
    }
}
