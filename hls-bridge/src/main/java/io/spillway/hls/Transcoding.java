package io.spillway.hls;

import io.spillway.hls.ladder.Ladder;
import io.spillway.media.frame.AudioCoder;
import io.spillway.media.frame.Painter;
import java.util.Optional;

/**
 * What this machine can make of a stream.
 *
 * @param sound AAC of Opus; empty where nothing can, and Opus is packaged as it is
 * @param stills small pictures of keyframes; empty where nothing can make them
 * @param pictures lower renditions, and any at all of what players of HLS do not play; empty where nothing can, or where none are wanted
 */
public record Transcoding(
        Optional<AudioCoder.Factory> sound, Optional<Painter.Factory> stills, Optional<Ladder.Factory> pictures) {}
