package io.spillway.sfu.sdp;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a viewer is to be told of the stream: who sends it and what it carries now.
 *
 * @param cname the same on all tracks; a token of at most 64 characters
 * @param streamId of {@code a=msid}, the same on all tracks; a token of at most 64 characters
 */
public record PlaySources(String cname, String streamId, Source audio, Source video) {

    private static final int MAX_TOKEN_CHARS = 64;

    /** @throws IllegalArgumentException when a name is no token */
    public PlaySources {
        if (!Grammar.isToken(cname, MAX_TOKEN_CHARS) || !Grammar.isToken(streamId, MAX_TOKEN_CHARS)) {
            throw new IllegalArgumentException("not tokens: " + Grammar.quote(cname) + ", " + Grammar.quote(streamId));
        }
    }

    /**
     * One track.
     *
     * @param ssrc what is sent under for the whole session
     * @param rtxSsrc what retransmissions go under, if the viewer agrees to RTX
     * @param carried the publication's codec, or null while it has no such track or nobody publishes
     */
    public record Source(int ssrc, int rtxSsrc, @Nullable Carried carried) {}

    /** A codec as published; {@code fmtp} keys in lower case. */
    public record Carried(Codec codec, Map<String, String> fmtp) {}

    Source of(MediaKind kind) {
        return kind == MediaKind.AUDIO ? audio : video;
    }
}
