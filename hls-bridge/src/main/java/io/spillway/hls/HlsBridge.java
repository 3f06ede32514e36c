package io.spillway.hls;

import io.spillway.hls.ladder.LadderStatus;
import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.Segment;
import io.spillway.hls.stream.Shelf;
import io.spillway.media.live.Publication;
import io.spillway.media.live.PublicationListener;
import io.spillway.media.live.StreamName;
import io.spillway.media.mp4.AudioFormat;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All live streams as LL-HLS and LL-DASH. A stream is packaged from the first request for it on, and until nobody has asked for a minute. Any thread.
 *
 * <pre>
 *   /hls/STREAM/
 *   index.m3u8                    multivariant
 *   v0.m3u8  a0.m3u8  a1.m3u8     a layer, sound as AAC, sound as Opus; _HLS_msn, _HLS_part, _HLS_skip
 *   v360.m3u8                     a rendition that is made here, by its height
 *   v0-RUN-i0.mp4                 init segment
 *   v0-RUN-123.m4s  v0-RUN-p7.m4s a segment, a part
 *   RUN-k0.key                    what decrypts them, where they are encrypted
 *   thumbnail.jpg                 the newest keyframe; does not begin the packaging
 *   /dash/STREAM/
 *   manifest.mpd                  over the same segments
 *   manifest-8.mpd                the same, once all renditions have begun another segment than the eighth
 *   time                          what the server's clock says
 * </pre>
 */
public final class HlsBridge implements PublicationListener, AutoCloseable {

    private static final Pattern MANIFEST = Pattern.compile("manifest(?:-([0-9]{1,15}))?\\.mpd");

    private static final int MAX_FILE_CHARS = 128;
    private static final int MAX_PLAYLIST_DIGITS = 4;
    private static final String PLAYLIST = ".m3u8";

    private final HlsSettings settings;
    private final LongSupplier clockNs;
    private final long unixMinusMonotonicNs;
    private final Supplier<Transcoding> coders;
    private final SecureRandom random;
    private final ScheduledExecutorService painting = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("thumbnails").daemon().factory());
    private final Thumbnails thumbnails;
    private final Map<StreamName, LiveHls.Source> sources = new ConcurrentHashMap<>();
    private final Map<StreamName, LiveHls> streams = new ConcurrentHashMap<>();
    private final ExecutorService replies = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * @param unixMinusMonotonicNs what turns the clock into nanoseconds since 1970
     * @param coders what can be made of streams. Asked for by a packaging thread, and may take its time
     * @param random makes keys
     */
    public HlsBridge(
            HlsSettings settings,
            LongSupplier clockNs,
            long unixMinusMonotonicNs,
            Supplier<Transcoding> coders,
            SecureRandom random) {
        this.settings = settings;
        this.clockNs = clockNs;
        this.unixMinusMonotonicNs = unixMinusMonotonicNs;
        this.coders = coders;
        this.random = random;
        this.thumbnails = new Thumbnails(
                clockNs,
                (delayNs, task) -> {
                    var _ = painting.schedule(task, delayNs, TimeUnit.NANOSECONDS);
                },
                () -> coders.get().stills(),
                settings.isEncrypted() ? "no-store" : "public, max-age=" + Thumbnails.FRESH_NS / 1_000_000_000L);
    }

    @Override
    public void onPublished(StreamName name, Publication publication, Executor loop) {
        LiveHls.Source source = new LiveHls.Source(publication, loop);
        sources.put(name, source);
        LiveHls live = streams.get(name);
        if (live != null) {
            live.onSource(source);
        }
    }

    @Override
    public void onEnded(StreamName name, Publication publication) {
        LiveHls.Source known = sources.get(name);
        if (known != null && known.publication() == publication && sources.remove(name, known)) {
            LiveHls live = streams.get(name);
            if (live != null) {
                live.onSource(null);
            }
            thumbnails.forget(name);
        }
    }

    /**
     * Answers a request for a file of a stream, at once or when it is there.
     *
     * @param query as it stands in the address, null without
     */
    public void request(String stream, String file, @Nullable String query, Consumer<HlsReply> out) {
        Optional<StreamName> name = StreamName.parse(stream);
        if (name.isEmpty()) {
            out.accept(badName());
            return;
        }
        if (!isFile(file)) {
            out.accept(notFound(file));
            return;
        }
        if (file.equals("thumbnail.jpg")) {
            LiveHls.Source source = sources.get(name.get());
            if (source == null) {
                out.accept(notLive(name.get()));
            } else {
                thumbnails.request(name.get(), source, out);
            }
            return;
        }
        boolean playlist = file.equals("index.m3u8") || isMediaPlaylist(file);
        LiveHls live = find(name.get(), playlist);
        if (live == null) {
            out.accept(notLive(name.get()));
            return;
        }
        Snapshot now = live.ask();
        if (!playlist) {
            file(live, now, file, out);
            return;
        }
        Carried carried = Carried.parse(query);
        if (carried == null) {
            out.accept(badQuery());
        } else if (file.equals("index.m3u8")) {
            answer(live, shown -> shown.multivariant(carried), now, out);
        } else {
            media(live, now, file, query, carried, out);
        }
    }

    /** Answers a request below {@code /dash/}: as {@link #request}. */
    public void requestDash(String stream, String file, @Nullable String query, Consumer<HlsReply> out) {
        Optional<StreamName> name = StreamName.parse(stream);
        if (name.isEmpty()) {
            out.accept(badName());
            return;
        }
        if (settings.isEncrypted()) {
            out.accept(HlsReply.problem(
                    404,
                    "encrypted-for-hls",
                    "Streams are encrypted, and the manifests of DASH name no keys (hls.encryption): play /hls/"
                            + name.get() + "/index.m3u8."));
            return;
        }
        Matcher manifest = MANIFEST.matcher(file);
        boolean isManifest = manifest.matches();
        if (!isManifest && !file.equals("time")) {
            out.accept(HlsReply.problem(
                    404, "no-such-file", "Here are manifest.mpd and time; what they name is below /hls/."));
            return;
        }
        LiveHls live = find(name.get(), isManifest);
        Carried carried = Carried.parse(query);
        if (live == null) {
            out.accept(notLive(name.get()));
        } else if (!isManifest) {
            out.accept(HlsReply.clock(live.wallClock().toString()));
        } else if (carried == null) {
            out.accept(badQuery());
        } else {
            String known = manifest.group(1);
            manifest(live, known == null ? -1 : Long.parseLong(known), carried, out);
        }
    }

    /**
     * Answers a request for a manifest: at once, or where the newest segment is one that who asks knows of, when there is another. One that is as it was is given after the time of the longest segment: players take a refusal for
     * an end.
     *
     * @param known number of that segment, -1 for none
     */
    static void manifest(LiveHls live, long known, Carried carried, Consumer<HlsReply> out) {
        Instant until = live.wallClock().plusMillis(HlsSettings.MAX_SEGMENT_MS);
        answer(
                live,
                shown -> shown.isBeyond(known) || live.wallClock().isAfter(until) ? shown.manifest(carried) : null,
                live.ask(),
                out);
    }

    private static HlsReply badName() {
        return HlsReply.problem(400, "bad-stream-name", "A stream's name is " + StreamName.ALLOWED + ".");
    }

    private static HlsReply badQuery() {
        return HlsReply.problem(
                400,
                "bad-query",
                "The query is handed on to the addresses of parts and segments: it has at most " + Carried.MAX_CHARS
                        + " characters, and all but letters, digits and -._~!$&'()*+,;=:@/? are written with a percent sign.");
    }

    private static HlsReply notLive(StreamName name) {
        return HlsReply.problem(
                404, "not-live", "Nobody publishes " + name + " at this moment; try again when the publisher is back.");
    }

    /** Answers a request for a rendition's playlist: as {@link #request}. */
    static void media(
            LiveHls live, Snapshot now, String file, @Nullable String query, Carried carried, Consumer<HlsReply> out) {
        String rendition = file.substring(0, file.indexOf('.'));
        int index = now.indexOf(rendition);
        // Of what has ended directives mean nothing, whatever they say (H26).
        boolean over = index >= 0 && now.renditions().get(index).ended();
        Directives asked = over ? Directives.NONE : Directives.parse(query);
        if (asked == null) {
            out.accept(HlsReply.problem(
                    400,
                    "bad-directive",
                    "_HLS_msn and _HLS_part are whole numbers of at most 15 digits, and _HLS_part needs _HLS_msn."));
            return;
        }
        if (index < 0 && !now.renditions().isEmpty()) {
            out.accept(notFound(file));
            return;
        }
        if (index >= 0 && now.isTooFar(index, asked)) {
            out.accept(HlsReply.problem(
                    400,
                    "too-far-ahead",
                    "The newest segment is " + now.renditions().get(index).lastSequence()
                            + "; two more can be waited for, and parts of three seconds."));
            return;
        }
        answer(
                live,
                shown -> {
                    if (live.isShed(rendition)) {
                        return shed(rendition);
                    }
                    if (shown.isSilent(rendition)) {
                        return silent(rendition);
                    }
                    int at = shown.indexOf(rendition);
                    return at >= 0 && shown.renditions().get(at).lastPart() >= 0 && shown.satisfies(at, asked)
                            ? shown.media(at, asked, carried)
                            : null;
                },
                now,
                out);
    }

    /** Players then take another rendition, and do not try what has gaps only again and again. */
    private static HlsReply shed(String rendition) {
        return HlsReply.problem(
                404,
                "rendition-shed",
                "The server's CPU has no time for " + rendition
                        + " at the moment; index.m3u8 lists the renditions that there are.");
    }

    /** For the same reason. */
    private static HlsReply silent(String rendition) {
        return HlsReply.problem(
                404,
                "rendition-silent",
                "The publisher sends nothing of " + rendition
                        + " at the moment; index.m3u8 lists the renditions that there are.");
    }

    /** Answers a request for any other file: as {@link #request}. */
    static void file(LiveHls live, Snapshot now, String file, Consumer<HlsReply> out) {
        HlsReply there = shelved(live, file);
        if (there != null) {
            out.accept(there);
            return;
        }
        if (now.growing(file) != null) {
            // Part by part: what there is at once, the rest as it is made.
            Growing segment = new Growing(live, file, 0);
            answer(live, segment::reply, now, out);
            return;
        }
        boolean hinted =
                now.renditions().stream().anyMatch(each -> each.nextPartUri().equals(file) && !each.ended());
        if (!hinted) {
            out.accept(notFound(file));
            return;
        }
        // Early, as the hint invites (H9): it comes, or it turns out that it never will.
        answer(
                live,
                shown -> {
                    HlsReply come = shelved(live, file);
                    boolean next = shown.renditions().stream()
                            .anyMatch(each -> each.nextPartUri().equals(file) && !each.ended());
                    return come != null || next ? come : notFound(file);
                },
                now,
                out);
    }

    /**
     * A segment while it grows.
     *
     * @param sent chunks of it that were answered already
     */
    private record Growing(LiveHls live, String file, int sent) implements HlsReply.Rest {

        @Nullable
        HlsReply reply(Snapshot shown) {
            Optional<Shelf.Item> whole = live.shelf().find(file);
            if (whole.isPresent()) {
                List<byte[]> chunks = whole.get().chunks();
                return HlsReply.media(file, whole.get().sound(), chunks.subList(sent, chunks.size()), null);
            }
            Segment open = shown.growing(file);
            if (open == null) {
                return notFound(file);
            }
            List<byte[]> chunks = open.chunks();
            return chunks.size() <= sent
                    ? null
                    : HlsReply.media(
                            file,
                            open.format() instanceof AudioFormat,
                            chunks.subList(sent, chunks.size()),
                            new Growing(live, file, chunks.size()));
        }

        @Override
        public void next(Consumer<HlsReply> out) {
            answer(live, this::reply, live.ask(), out);
        }
    }

    private static void answer(LiveHls live, Waiters.Ready ready, Snapshot now, Consumer<HlsReply> out) {
        HlsReply reply = ready.now(now);
        if (reply != null) {
            out.accept(reply);
        } else {
            live.await(ready, out);
        }
    }

    private static @Nullable HlsReply shelved(LiveHls live, String file) {
        Optional<byte[]> key = live.shelf().findKey(file);
        if (key.isPresent()) {
            return HlsReply.key(key.get());
        }
        return live.shelf()
                .find(file)
                .map(item -> HlsReply.media(file, item.sound(), item.chunks(), null))
                .orElse(null);
    }

    /** {@code [A-Za-z0-9._-]{1,128}}: each request of a crowd asks. */
    private static boolean isFile(String name) {
        if (name.isEmpty() || name.length() > MAX_FILE_CHARS) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char each = name.charAt(i);
            boolean letter = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z');
            if (!letter && (each < '0' || each > '9') && each != '.' && each != '_' && each != '-') {
                return false;
            }
        }
        return true;
    }

    /** {@code [av][0-9]{1,4}\.m3u8}. */
    private static boolean isMediaPlaylist(String name) {
        int digits = name.length() - 1 - PLAYLIST.length();
        if (digits < 1 || digits > MAX_PLAYLIST_DIGITS || !name.endsWith(PLAYLIST)) {
            return false;
        }
        for (int i = 1; i <= digits; i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        return name.charAt(0) == 'a' || name.charAt(0) == 'v';
    }

    private static HlsReply notFound(String file) {
        return HlsReply.problem(
                404,
                "no-such-file",
                isFile(file)
                        ? file + " is not there: it is too old, or never was; begin at index.m3u8."
                        : "No file has such a name; begin at index.m3u8.");
    }

    private @Nullable LiveHls find(StreamName name, boolean begin) {
        LiveHls known = streams.get(name);
        if (known != null || !begin || !sources.containsKey(name)) {
            return known;
        }
        return streams.computeIfAbsent(name, _ -> {
            LiveHls live = new LiveHls(
                    name,
                    settings,
                    clockNs,
                    unixMinusMonotonicNs,
                    replies,
                    coders,
                    random,
                    ended -> streams.remove(name, ended));
            live.onSource(sources.get(name));
            Thread.ofPlatform().name("hls-" + name).daemon().start(live);
            return live;
        });
    }

    /** How many streams are packaged now; for tests. */
    int packaged() {
        return streams.size();
    }

    /** Renditions of a stream that is packaged now; for tests and status. */
    public List<Rendition> renditions(StreamName name) {
        LiveHls live = streams.get(name);
        return live == null ? List.of() : live.ask().renditions();
    }

    /** How the renditions that are made of a stream stand; empty when none are. */
    public Optional<LadderStatus> ladder(StreamName name) {
        LiveHls live = streams.get(name);
        return live == null ? Optional.empty() : live.ladder();
    }

    @Override
    public void close() {
        List<LiveHls> all = List.copyOf(streams.values());
        all.forEach(LiveHls::close);
        all.forEach(LiveHls::awaitEnd);
        painting.shutdownNow();
        replies.close();
    }
}
