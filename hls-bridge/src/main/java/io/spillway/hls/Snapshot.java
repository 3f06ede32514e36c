package io.spillway.hls;

import io.spillway.hls.dash.Manifest;
import io.spillway.hls.playlist.MediaPlaylist;
import io.spillway.hls.playlist.MultivariantPlaylist;
import io.spillway.hls.stream.Encryption;
import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.Segment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** A stream's playlists and its manifest as they stand at one moment, each rendered once for all who ask (H19, H37). Any thread. */
final class Snapshot {

    /** Callers who carry the same, as all do who watch by a stream's key, get one text: of so many that are carried. */
    private static final int MAX_KEPT = 4;

    /** One text for all who carry the same, plain and compressed. */
    @SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
    private record Written(List<byte[]> plain, byte @Nullable [] gzip) {
        static Written of(String text) {
            byte[] plain = text.getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                gzip.write(plain);
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            return new Written(List.of(plain), out.toByteArray());
        }
    }

    /** The chunks between the ends of addresses, which all callers share, and what one of them carries at each end. */
    private static final class Joined extends AbstractList<byte[]> implements RandomAccess {

        private final List<byte[]> chunks;
        private final byte[] carried;

        Joined(List<byte[]> chunks, byte[] carried) {
            this.chunks = chunks;
            this.carried = carried;
        }

        @Override
        public byte[] get(int index) {
            return index % 2 == 0 ? chunks.get(index / 2) : carried;
        }

        @Override
        public int size() {
            return 2 * chunks.size() - 1;
        }
    }

    /**
     * One text, and what it is for those who carry something.
     *
     * @param marked with marks at the ends of addresses
     * @param chunks what is between these
     * @param form of what is carried
     */
    private record Text(
            String marked,
            List<byte[]> chunks,
            String etag,
            Function<Carried, String> form,
            Written bare,
            ConcurrentMap<Carried, Written> kept) {

        static Text playlist(String marked) {
            return of(marked, tag(marked), Carried::inPlaylist);
        }

        static Text manifest(String marked) {
            return of(marked, tag(marked), Carried::inXml);
        }

        /** Of what it says, since that changes in more ways than by a new part: what is reported of others, what is dropped. */
        private static String tag(String marked) {
            byte[] bytes = marked.getBytes(StandardCharsets.UTF_8);
            CRC32C sum = new CRC32C();
            sum.update(bytes);
            return "\"" + Long.toHexString(sum.getValue()) + "." + Integer.toHexString(bytes.length) + "\"";
        }

        private static Text of(String marked, String etag, Function<Carried, String> form) {
            List<byte[]> chunks = Stream.of(marked.split(Carried.MARK, -1))
                    .map(chunk -> chunk.getBytes(StandardCharsets.UTF_8))
                    .toList();
            return new Text(
                    marked,
                    chunks,
                    etag,
                    form,
                    Written.of(marked.replace(Carried.MARK, "")),
                    new ConcurrentHashMap<>());
        }

        /**
         * To compress a text for each of a thousand callers, who all carry something else, would cost more than it saves; to write it out for each, two thousand characters at each of its addresses, would let
         * strangers take all memory: fifty thousand may wait.
         */
        Written forWho(Carried carried) {
            if (carried.isEmpty()) {
                return bare;
            }
            Written known = kept.get(carried);
            if (known != null) {
                return known;
            }
            String end = form.apply(carried);
            return kept.size() < MAX_KEPT
                    ? kept.computeIfAbsent(carried, _ -> Written.of(marked.replace(Carried.MARK, end)))
                    : new Written(new Joined(chunks, end.getBytes(StandardCharsets.US_ASCII)), null);
        }
    }

    private final List<Rendition> renditions;
    private final HlsSettings settings;
    private final @Nullable Text[] full;
    private final @Nullable Text[] delta;
    private final @Nullable Text multivariant;
    private final List<Rendition> inManifest;
    private final Set<String> silent;
    private final String stream;
    private final long unixMs;
    private @Nullable Text manifest;

    /**
     * @param offered those of the renditions that a player may choose from, who plays already too
     * @param playable those of them that one may choose from who comes now
     * @param silent those, by name, of which nothing comes any more while others go on
     * @param stream its name
     * @param unixMs when this is how things stand, milliseconds since 1970
     */
    Snapshot(
            List<Rendition> renditions,
            List<Rendition> offered,
            List<Rendition> playable,
            Set<String> silent,
            HlsSettings settings,
            String stream,
            long unixMs) {
        this.silent = silent;
        this.renditions = renditions;
        this.inManifest = isReady(offered) ? offered : List.of();
        this.stream = stream;
        this.unixMs = unixMs;
        this.settings = settings;
        this.full = new @Nullable Text[renditions.size()];
        this.delta = new @Nullable Text[renditions.size()];
        this.multivariant =
                isReady(playable) ? Text.playlist(MultivariantPlaylist.write(playable, Carried.MARK)) : null;
    }

    private static boolean isReady(List<Rendition> all) {
        return !all.isEmpty() && all.stream().noneMatch(each -> each.segments().isEmpty());
    }

    static final Snapshot EMPTY =
            new Snapshot(List.of(), List.of(), List.of(), Set.of(), new HlsSettings(200, 1000, 30_000, 1), "", 0);

    List<Rendition> renditions() {
        return renditions;
    }

    /** Whether nothing comes of a rendition any more while others go on. */
    boolean isSilent(String name) {
        return silent.contains(name);
    }

    /** The multivariant playlist; null while not every rendition has a segment, or there is nothing to begin with. */
    @Nullable
    HlsReply multivariant(Carried carried) {
        Text text = multivariant;
        return text == null ? null : playlist("public, max-age=1", text, carried);
    }

    /** Whether a manifest would name other segments than one did in which the newest that all had begun was {@code sequence}. */
    boolean isBeyond(long sequence) {
        return Manifest.begun(inManifest) != sequence || inManifest.stream().allMatch(Rendition::ended);
    }

    /** The DASH manifest, which who plays reads again and again; null while not every rendition has a segment. */
    @Nullable
    HlsReply manifest(Carried carried) {
        if (inManifest.isEmpty()) {
            return null;
        }
        Text text;
        synchronized (full) {
            text = manifest == null
                    ? Text.manifest(Manifest.write(inManifest, settings, stream, Carried.MARK, unixMs))
                    : manifest;
            manifest = text;
        }
        Written written = text.forWho(carried);
        return HlsReply.manifest(text.etag, written.plain, written.gzip);
    }

    private static HlsReply playlist(String cacheControl, Text text, Carried carried) {
        Written written = text.forWho(carried);
        return HlsReply.playlist(cacheControl, text.etag, written.plain, written.gzip);
    }

    /** The segment of that address that grows, and can be had part by part; null when none does. */
    @Nullable
    Segment growing(String uri) {
        for (Rendition each : renditions) {
            boolean grows = !each.ended()
                    && each.open().uri().equals(uri)
                    && !each.open().isGap();
            Encryption encryption = each.open().encryption();
            if (grows && (encryption == null || !encryption.isOfFiles())) {
                return each.open();
            }
        }
        return null;
    }

    /** The rendition of that name; -1 when there is none. */
    int indexOf(String name) {
        for (int i = 0; i < renditions.size(); i++) {
            if (renditions.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** A rendition's playlist. */
    HlsReply media(int index, Directives asked, Carried carried) {
        Rendition rendition = renditions.get(index);
        @Nullable Text[] texts = asked.skip() ? delta : full;
        Text text;
        synchronized (texts) {
            Text known = texts[index];
            text = known == null ? write(rendition, asked.skip()) : known;
            texts[index] = text;
        }
        String cache = asked.isBlocking() && !rendition.ended()
                ? "public, max-age=" + HlsSettings.SKIP_UNTIL_S
                : HlsReply.SHARED_BRIEFLY;
        return playlist(cache, text, carried);
    }

    private Text write(Rendition rendition, boolean skip) {
        return Text.playlist(MediaPlaylist.write(rendition, renditions, settings, skip, Carried.MARK));
    }

    /** Whether a rendition has what is asked for (H21, H26). */
    boolean satisfies(int index, Directives asked) {
        Rendition rendition = renditions.get(index);
        long last = rendition.lastSequence();
        if (!asked.isBlocking() || rendition.ended() || asked.sequence() < last) {
            return true;
        }
        if (asked.sequence() > last) {
            return false;
        }
        return asked.part() < 0 ? rendition.open().sequence() > last : asked.part() <= rendition.lastPart();
    }

    /** Whether what is asked for lies too far ahead (H24): the parts of the longest segment can be waited for, which is what hls.js does without low latency, and which are a few more than three seconds of the longest parts. */
    boolean isTooFar(int index, Directives asked) {
        Rendition rendition = renditions.get(index);
        if (rendition.ended() || !asked.isBlocking()) {
            return false;
        }
        long last = rendition.lastSequence();
        int advance = (int) Math.ceil((double) HlsSettings.MAX_SEGMENT_MS / settings.partMs());
        int newest = asked.sequence() == last ? rendition.lastPart() : -1;
        return asked.sequence() > last + 2 || (asked.sequence() >= last && asked.part() > newest + advance);
    }
}
