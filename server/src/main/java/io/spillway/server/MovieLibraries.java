package io.spillway.server;

import io.spillway.hls.libav.Libav;
import io.spillway.hls.libav.LibavSheet;
import io.spillway.media.frame.AudioCoder;
import io.spillway.media.frame.Painter;
import io.spillway.recorder.mux.MovieTools;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What FFmpeg's libraries give to movies, where they are there. */
final class MovieLibraries {

    private static final Logger LOG = LoggerFactory.getLogger(MovieLibraries.class);

    private MovieLibraries() {}

    /** Loads them; takes a second the first time. */
    static MovieTools find() {
        Optional<Painter> painter = painter();
        return new MovieTools(coders(), painter, painter.map(_ -> LibavSheet::new));
    }

    private static Optional<Painter> painter() {
        try {
            return Optional.of(Libav.stills());
        } catch (UnsupportedOperationException missing) {
            LOG.warn("{}: recordings have no thumbnails.", missing.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<AudioCoder.Factory> coders() {
        try {
            return Optional.of(Libav.sound());
        } catch (UnsupportedOperationException missing) {
            LOG.warn(
                    "{}: movies have Opus alone, which Apple's players do not play. Put org.bytedeco's ffmpeg and javacpp for this system into lib/.",
                    missing.getMessage());
            return Optional.empty();
        }
    }
}
