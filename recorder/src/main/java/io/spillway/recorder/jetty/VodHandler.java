package io.spillway.recorder.jetty;

import static java.util.regex.Matcher.quoteReplacement;

import io.spillway.media.problem.ProblemJson;
import io.spillway.recorder.BusyException;
import io.spillway.recorder.Recorder;
import io.spillway.recorder.RecordingId;
import io.spillway.recorder.mux.Clip;
import io.spillway.recorder.mux.Muxer;
import io.spillway.recorder.mux.StoredFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * {@code /vod/{recording}/video.mp4}, its playlists and all that belongs to it, and clips: GET, HEAD and OPTIONS, by ranges, for pages of every origin. Addresses are read as they stand and looked up by name; none
 * becomes a path. Waits for what it reads, so wants virtual threads.
 */
public final class VodHandler extends Handler.Abstract {

    private static final Pattern ADDRESS = Pattern.compile("/vod/([^/]*)/([^/]*)");

    /** A movie is never written again under its name. */
    private static final String KEPT = "max-age=86400, immutable";

    private static final int BUFFER_BYTES = 64 << 10;

    /** Of what is served, by how names end. */
    private static final Map<String, String> TYPES = Map.of(
            "mp4", "video/mp4",
            "m3u8", "application/vnd.apple.mpegurl",
            "jpg", "image/jpeg",
            "vtt", "text/vtt; charset=utf-8");

    /** What may follow an address: RFC 3986 §3.4, without what would end a quoted address in a playlist. A token with its policy stays below. */
    private static final Pattern QUERY = Pattern.compile("[A-Za-z0-9._~!$&'()*+,;=:@/?%-]{1,2048}");

    /** An address in a playlist: a line that is no tag, or a quoted attribute. */
    private static final Pattern LISTED = Pattern.compile("(?m)^[^#\\s][^\\r\\n]*$|(?<=URI=\")[^\"]*(?=\")");

    private final Finder files;
    private final Cutter clips;
    private final VodRule rule;

    /** A recording's file of a name, where there is one that is played, as {@link Recorder#file}. */
    @FunctionalInterface
    public interface Finder {
        Optional<StoredFile> find(RecordingId id, String name) throws IOException;
    }

    /** Cuts clips, as {@link Recorder#clip}. */
    @FunctionalInterface
    public interface Cutter {
        Clip cut(RecordingId id, double startS, double durationS) throws IOException;
    }

    public VodHandler(Finder files, Cutter clips, VodRule rule) {
        this.files = files;
        this.clips = clips;
        this.rule = rule;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws IOException {
        String path = request.getHttpURI().getPath();
        if (path == null || !path.startsWith("/vod/")) {
            return false;
        }
        HttpFields.Mutable headers = response.getHeaders();
        headers.put("Access-Control-Allow-Origin", "*");
        headers.put("Access-Control-Expose-Headers", "Content-Length, Content-Range, ETag");
        headers.put("X-Content-Type-Options", "nosniff");
        if (HttpMethod.OPTIONS.is(request.getMethod())) {
            headers.put("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
            headers.put("Access-Control-Allow-Headers", "Authorization, Range, If-None-Match, If-Range");
            headers.put("Access-Control-Max-Age", "86400");
            response.setStatus(204);
            callback.succeeded();
        } else if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
            headers.put(HttpHeader.ALLOW, "GET, HEAD, OPTIONS");
            problem(
                    405,
                    "method-not-allowed",
                    "This address takes GET, HEAD and OPTIONS.",
                    request,
                    response,
                    callback);
        } else {
            serve(path, request, response, callback);
        }
        return true;
    }

    private void serve(String path, Request request, Response response, Callback callback) throws IOException {
        Matcher address = ADDRESS.matcher(path);
        Optional<RecordingId> id = address.matches() ? RecordingId.parse(address.group(1)) : Optional.empty();
        if (id.isEmpty()) {
            problem(
                    404,
                    "no-such-address",
                    "Recordings are at /vod/" + RecordingId.ALLOWED
                            + "/index.m3u8 and /video.mp4, named as their folders in the data folder.",
                    request,
                    response,
                    callback);
            return;
        }
        VodRule.Refusal refusal = rule.refusal(request, id.get().stream());
        if (refusal != null) {
            if (refusal.status() == 401) {
                response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
            }
            problem(refusal.status(), refusal.body(), request, response, callback);
            return;
        }
        if (address.group(2).equals("clip.mp4")) {
            clip(id.get(), request, response, callback);
            return;
        }
        String name = address.group(2);
        Optional<StoredFile> file = files.find(id.get(), name);
        if (file.isEmpty()) {
            none(request, response, callback);
            return;
        }
        String query = request.getHttpURI().getQuery();
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type(name));
        if (name.endsWith(".m3u8") && query != null && QUERY.matcher(query).matches()) {
            // Players that send no headers of ours say in each address what they may see.
            String text = LISTED.matcher(new String(file.get().read(), StandardCharsets.UTF_8))
                    .replaceAll(each -> quoteReplacement(each.group() + "?" + query));
            response.setStatus(200);
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "private, " + KEPT);
            body(text.getBytes(StandardCharsets.UTF_8), request, response, callback);
        } else {
            file(file.get(), rule.isOpen(id.get().stream()), request, response, callback);
        }
    }

    private static String type(String name) {
        return TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
    }

    private static void file(StoredFile file, boolean open, Request request, Response response, Callback callback)
            throws IOException {
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, (open ? "public, " : "private, ") + KEPT);
        ByteBufferPool.Sized pool =
                new ByteBufferPool.Sized(request.getComponents().getByteBufferPool(), true, BUFFER_BYTES);
        new ByteReply(
                        file.length(),
                        etag(file),
                        // Of one that is open the source would read all that is before the first byte.
                        (first, count, done) -> Content.copy(
                                Content.Source.from(pool, file.open().position(first), 0, count), response, done))
                .answer(request, response, callback);
    }

    private static String etag(StoredFile file) {
        return "\"" + file.version() + "\"";
    }

    private void clip(RecordingId id, Request request, Response response, Callback callback) throws IOException {
        ClipRange asked;
        try {
            asked = ClipRange.parse(request.getHttpURI().getQuery());
        } catch (ClipRange.BadException bad) {
            problem(400, "bad-clip", bad.sentence(), request, response, callback);
            return;
        }
        Optional<StoredFile> movie = files.find(id, "video.mp4");
        try (Clip clip = clips.cut(id, asked.startS(), asked.durationS())) {
            HttpFields.Mutable headers = response.getHeaders();
            headers.put(HttpHeader.CONTENT_TYPE, "video/mp4");
            headers.put(HttpHeader.CONTENT_DISPOSITION, "inline; filename=\"" + id + "-clip.mp4\"");
            // What is still recorded may reach further when it is asked for again.
            headers.put(
                    HttpHeader.CACHE_CONTROL,
                    movie.isEmpty() ? "no-store" : (rule.isOpen(id.stream()) ? "public, " : "private, ") + KEPT);
            new ByteReply(
                            clip.bytes(),
                            movie.isEmpty() ? "" : etag(movie.get()),
                            (first, count, done) -> write(clip, first, count, response, done))
                    .answer(request, response, callback);
        } catch (NoSuchFileException none) {
            none(request, response, callback);
        } catch (Clip.EmptyException empty) {
            problem(400, "bad-clip", asked.beyond(empty.seconds()), request, response, callback);
        } catch (Muxer.NothingException nothing) {
            problem(400, "bad-clip", asked.beyond(0), request, response, callback);
        } catch (BusyException busy) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, 5);
            problem(
                    503,
                    "too-many-clips",
                    "Several clips are being cut of recordings that are not finished: ask again in some seconds.",
                    request,
                    response,
                    callback);
        }
    }

    /** Waits for its reader, as a virtual thread may. */
    private static void write(Clip clip, long first, long count, Response response, Callback callback) {
        try (OutputStream out = Content.Sink.asOutputStream(response)) {
            clip.write(out, first, count);
        } catch (IOException gone) {
            callback.failed(gone);
            return;
        }
        callback.succeeded();
    }

    private static void none(Request request, Response response, Callback callback) {
        problem(
                404,
                "no-such-recording",
                "There is no such recording that can be played: it is still being made, was removed, or never was. Of VP8 there is video.mp4 and no HLS.",
                request,
                response,
                callback);
    }

    private static void problem(
            int status, String type, String sentence, Request request, Response response, Callback callback) {
        problem(status, ProblemJson.of(status, type, sentence), request, response, callback);
    }

    private static void problem(int status, String body, Request request, Response response, Callback callback) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, ProblemJson.CONTENT_TYPE);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        body(body.getBytes(StandardCharsets.UTF_8), request, response, callback);
    }

    private static void body(byte[] bytes, Request request, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        boolean head = HttpMethod.HEAD.is(request.getMethod());
        response.write(true, head ? ByteBuffer.allocate(0) : ByteBuffer.wrap(bytes), callback);
    }
}
