package io.spillway.web;

import io.spillway.web.Reply.Framing;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The whole site in memory, and what each of its addresses answers. Immutable.
 *
 * <p>Assets are known by name, never looked up by what a client wrote. Pages name them below a digest of all assets, so that a browser keeps them for
 * good and never mixes those of two versions.
 */
public final class Site {

    /** Stream that {@code /publish} and {@code /watch} alone mean. */
    public static final String DEFAULT_STREAM = "live";

    private static final List<String> PAGES = List.of("home", "publish", "watch", "embed", "library", "error");

    private static final List<String> ASSETS = List.of(
            "account.js",
            "address.js",
            "api.js",
            "clock.js",
            "dom.js",
            "events.js",
            "format.js",
            "hls.js",
            "hlsplayer.js",
            "home.js",
            "icon.svg",
            "library.js",
            "links.js",
            "parts.js",
            "peer.js",
            "preview.js",
            "problem.js",
            "publish.js",
            "quality.js",
            "rates.js",
            "recordingplayer.js",
            "retry.js",
            "session.js",
            "standstill.js",
            "style.css",
            "testpicture.js",
            "testpicture-painter.js",
            "testpicture-worker.js",
            "testsound.js",
            "viewer.js",
            "watch.js",
            "whep.js",
            "whip.js");

    private static final Pattern STREAM_PAGE = Pattern.compile("/(publish|watch|embed)(?:/([^/]*))?(/)?");
    private static final Pattern STREAM_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String ASSET_ROOT = "/assets/";
    private static final int VERSION_BYTES = 6; // 48 bits: enough to tell versions apart, not a defence

    private static final String HTML = "text/html; charset=utf-8";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String REVALIDATE = "no-cache";
    private static final String FOR_GOOD = "public, max-age=31536000, immutable";
    private static final String NEVER = "no-store";

    private final Map<String, Reply> pages = new HashMap<>();
    private final Map<String, Reply> assets = new HashMap<>();
    private final Reply notAStream;
    private final Reply noSuchAsset;

    private Site() {
        MessageDigest all = sha256();
        Map<String, byte[]> files = new HashMap<>();
        for (String name : ASSETS) {
            byte[] bytes = read(name);
            files.put(name, bytes);
            all.update(bytes);
        }
        String version = HexFormat.of().formatHex(all.digest(), 0, VERSION_BYTES);
        files.forEach((name, bytes) -> {
            assets.put(ASSET_ROOT + name, reply(200, typeOf(name), bytes, REVALIDATE, Framing.NOBODY));
            assets.put(ASSET_ROOT + version + "/" + name, reply(200, typeOf(name), bytes, FOR_GOOD, Framing.NOBODY));
        });
        for (String name : PAGES) {
            String html = new String(read(name + ".html"), StandardCharsets.UTF_8)
                    .replace(ASSET_ROOT, ASSET_ROOT + version + "/");
            Framing framing = name.equals("embed") ? Framing.ANYBODY : Framing.NOBODY;
            pages.put(name, reply(200, HTML, html.getBytes(StandardCharsets.UTF_8), REVALIDATE, framing));
        }
        Reply error = page("error");
        notAStream = new Reply(400, HTML, error.body(), null, NEVER, null, Framing.NOBODY);
        noSuchAsset = reply(404, TEXT, "No such file here.\n".getBytes(StandardCharsets.UTF_8), NEVER, Framing.NOBODY);
    }

    /** The site as it was built into this jar. */
    public static Site load() {
        return new Site();
    }

    /** What the address answers; empty when it is none of the site's. {@code path} is decoded, without query. */
    public Optional<Reply> reply(String path) {
        if (path.equals("/")) {
            return Optional.of(page("home"));
        }
        if (path.equals("/library")) {
            return Optional.of(page("library"));
        }
        if (path.startsWith(ASSET_ROOT)) {
            return Optional.of(assets.getOrDefault(path, noSuchAsset));
        }
        if (path.equals("/favicon.ico")) {
            return Optional.of(assets.getOrDefault(ASSET_ROOT + "icon.svg", noSuchAsset));
        }
        Matcher address = STREAM_PAGE.matcher(path);
        return address.matches() ? Optional.of(streamPage(address)) : Optional.empty();
    }

    private Reply streamPage(Matcher address) {
        String page = address.group(1);
        @Nullable String stream = address.group(2);
        if (stream == null || stream.isEmpty()) {
            return moved("/" + page + "/" + DEFAULT_STREAM);
        }
        if (!STREAM_NAME.matcher(stream).matches()) {
            return notAStream;
        }
        return address.group(3) == null ? page(page) : moved("/" + page + "/" + stream);
    }

    private Reply page(String name) {
        Reply page = pages.get(name);
        if (page == null) {
            throw new IllegalStateException("no page " + name);
        }
        return page;
    }

    private static Reply moved(String to) {
        return new Reply(307, TEXT, ByteBuffer.allocate(0), null, NEVER, to, Framing.NOBODY);
    }

    private static Reply reply(int status, String type, byte[] body, String cacheControl, Framing framing) {
        String etag = "\"" + HexFormat.of().formatHex(sha256().digest(body), 0, 12) + "\"";
        return new Reply(
                status,
                type,
                ByteBuffer.wrap(body).asReadOnlyBuffer(),
                status == 200 ? etag : null,
                cacheControl,
                null,
                framing);
    }

    private static String typeOf(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "js" -> "text/javascript; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default -> throw new IllegalStateException("no media type known for " + name);
        };
    }

    private static byte[] read(String name) {
        try (InputStream in = Site.class.getResourceAsStream("/web/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks web/" + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("web/" + name, e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
