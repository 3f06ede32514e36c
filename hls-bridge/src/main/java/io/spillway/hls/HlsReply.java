package io.spillway.hls;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an address of {@code /hls/} answers, the same for every caller.
 *
 * @param contentType of the body
 * @param cacheControl how long caches may keep it, by its kind (H34)
 * @param etag in quotes, empty without
 * @param gzip the same body compressed, null where that is of no use (H32)
 * @param body its bytes in order; never changed
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
public record HlsReply(
        int status, String contentType, String cacheControl, String etag, byte @Nullable [] gzip, List<byte[]> body) {

    static final String PLAYLIST = "application/vnd.apple.mpegurl";

    /** Errors are asked again soon. */
    private static final String BRIEF = "public, max-age=1";

    /** What carries media has a name of its own for ever. */
    private static final String FOR_EVER = "public, max-age=86400, immutable";

    static HlsReply playlist(String cacheControl, String etag, byte[] text, byte[] gzip) {
        return new HlsReply(200, PLAYLIST, cacheControl, etag, gzip, List.of(text));
    }

    static HlsReply media(String name, boolean sound, List<byte[]> chunks) {
        String type = name.endsWith(".mp4") || !sound ? (sound ? "audio/mp4" : "video/mp4") : "audio/mp4";
        return new HlsReply(200, type, FOR_EVER, "\"" + name + "\"", null, chunks);
    }

    /** A refusal as problem+json, RFC 9457. */
    public static HlsReply problem(int status, String type, String sentence) {
        String json = "{\"type\":\"" + type + "\",\"title\":\"" + type + "\",\"status\":" + status + ",\"detail\":\""
                + sentence.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
        return new HlsReply(
                status, "application/problem+json", BRIEF, "", null, List.of(json.getBytes(StandardCharsets.UTF_8)));
    }
}
