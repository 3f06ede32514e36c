package io.spillway.hls;

import io.spillway.media.problem.ProblemJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an address of {@code /hls/} and {@code /dash/} answers, the same for every caller.
 *
 * @param contentType of the body
 * @param cacheControl how long caches may keep it, by its kind (H34)
 * @param etag in quotes, empty without
 * @param gzip the same body compressed, null where that is of no use (H32)
 * @param body its bytes in order; never changed
 * @param rest what comes after them while it is being made; null when this is all, and its length is known
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
public record HlsReply(
        int status,
        String contentType,
        String cacheControl,
        String etag,
        byte @Nullable [] gzip,
        List<byte[]> body,
        @Nullable Rest rest) {

    /** More of a body. */
    @FunctionalInterface
    public interface Rest {
        /** Gives what comes next when it is there: a reply whose body it is. One that is no success means that the rest never comes, and the body ends unfinished. */
        void next(Consumer<HlsReply> out);
    }

    static final String PLAYLIST = "application/vnd.apple.mpegurl";

    static final String MANIFEST = "application/dash+xml";

    /** A player asks each time; a shared cache asks for all of them once a second. */
    static final String SHARED_BRIEFLY = "public, max-age=0, s-maxage=1";

    /** Errors are asked again soon. */
    private static final String BRIEF = "public, max-age=1";

    /** What carries media has a name of its own for ever. */
    private static final String FOR_EVER = "public, max-age=86400, immutable";

    static HlsReply playlist(String cacheControl, String etag, List<byte[]> text, byte @Nullable [] gzip) {
        return new HlsReply(200, PLAYLIST, cacheControl, etag, gzip, text, null);
    }

    static HlsReply manifest(String etag, List<byte[]> text, byte @Nullable [] gzip) {
        return new HlsReply(200, MANIFEST, SHARED_BRIEFLY, etag, gzip, text, null);
    }

    static HlsReply clock(String time) {
        return new HlsReply(
                200, "text/plain", "no-store", "", null, List.of(time.getBytes(StandardCharsets.US_ASCII)), null);
    }

    /** Nobody but who asked may have it, and no cache. */
    static HlsReply key(byte[] secret) {
        return new HlsReply(200, "application/octet-stream", "no-store", "", null, List.of(secret), null);
    }

    static HlsReply thumbnail(byte[] jpeg, String etag, String cacheControl) {
        return new HlsReply(200, "image/jpeg", cacheControl, etag, null, List.of(jpeg), null);
    }

    static HlsReply media(String name, boolean sound, List<byte[]> chunks, @Nullable Rest rest) {
        return new HlsReply(200, sound ? "audio/mp4" : "video/mp4", FOR_EVER, "\"" + name + "\"", null, chunks, rest);
    }

    /** Whether it is a playlist or a manifest, of which nobody wants a range. */
    public boolean isText() {
        return contentType.equals(PLAYLIST) || contentType.equals(MANIFEST);
    }

    /** A refusal as problem+json, RFC 9457. */
    public static HlsReply problem(int status, String type, String sentence) {
        return new HlsReply(
                status,
                ProblemJson.CONTENT_TYPE,
                BRIEF,
                "",
                null,
                List.of(ProblemJson.of(status, type, sentence).getBytes(StandardCharsets.US_ASCII)),
                null);
    }
}
