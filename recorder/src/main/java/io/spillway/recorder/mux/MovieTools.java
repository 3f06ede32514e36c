package io.spillway.recorder.mux;

import io.spillway.media.frame.AudioCoder;
import io.spillway.media.frame.Painter;
import io.spillway.media.frame.Sheet;
import java.util.Optional;

/**
 * What this machine can make of a recording beside what was sent.
 *
 * @param sound AAC, for players that have no Opus
 * @param painter thumbnails
 * @param sheets many small pictures
 */
public record MovieTools(
        Optional<AudioCoder.Factory> sound, Optional<Painter> painter, Optional<Sheet.Factory> sheets) {

    /** What was sent, and nothing else. */
    public static final MovieTools NONE = new MovieTools(Optional.empty(), Optional.empty(), Optional.empty());
}
