package io.spillway.hls;

import io.spillway.hls.playlist.MediaPlaylist;
import io.spillway.hls.playlist.MultivariantPlaylist;
import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Rendition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** A stream's playlists as they stand at one moment, each rendered once for all who ask (H19, H37). Any thread. */
final class Snapshot {

    /** One text, plain and compressed. */
    @SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
    private record Text(byte[] plain, byte[] gzip) {
        static Text of(String text) {
            byte[] plain = text.getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                gzip.write(plain);
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            return new Text(plain, out.toByteArray());
        }
    }

    private final List<Rendition> renditions;
    private final HlsSettings settings;
    private final @Nullable Text[] full;
    private final @Nullable Text[] delta;
    private final @Nullable Text multivariant;

    /**
     * @param offered those of the renditions that a player may choose from
     */
    Snapshot(List<Rendition> renditions, List<Rendition> offered, HlsSettings settings) {
        this.renditions = renditions;
        this.settings = settings;
        this.full = new @Nullable Text[renditions.size()];
        this.delta = new @Nullable Text[renditions.size()];
        List<Rendition> ready =
                offered.stream().filter(each -> !each.segments().isEmpty()).toList();
        this.multivariant =
                ready.isEmpty() || ready.size() < offered.size() ? null : Text.of(MultivariantPlaylist.write(ready));
    }

    static final Snapshot EMPTY = new Snapshot(List.of(), List.of(), new HlsSettings(200, 1000, 30_000, 1));

    List<Rendition> renditions() {
        return renditions;
    }

    /** The multivariant playlist; null while not every rendition has a segment. */
    @Nullable
    HlsReply multivariant() {
        Text text = multivariant;
        return text == null ? null : HlsReply.playlist("public, max-age=1", "", text.plain, text.gzip);
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
    HlsReply media(int index, Directives asked) {
        Rendition rendition = renditions.get(index);
        @Nullable Text[] texts = asked.skip() ? delta : full;
        Text text;
        synchronized (texts) {
            Text known = texts[index];
            text = known == null ? Text.of(MediaPlaylist.write(rendition, renditions, settings, asked.skip())) : known;
            texts[index] = text;
        }
        String etag = "\"" + rendition.lastSequence() + "." + rendition.lastPart() + (rendition.ended() ? "e" : "")
                + (asked.skip() ? "d" : "") + "\"";
        String cache = asked.isBlocking() && !rendition.ended()
                ? "public, max-age=" + HlsSettings.SKIP_UNTIL_S
                : "public, no-cache";
        return HlsReply.playlist(cache, etag, text.plain, text.gzip);
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

    /** Whether what is asked for lies too far ahead (H24). */
    boolean isTooFar(int index, Directives asked) {
        Rendition rendition = renditions.get(index);
        if (rendition.ended() || !asked.isBlocking()) {
            return false;
        }
        long last = rendition.lastSequence();
        int advance = (int) Math.ceil(3000.0 / settings.partTargetMs());
        int newest = asked.sequence() == last ? rendition.lastPart() : -1;
        return asked.sequence() > last + 2 || (asked.sequence() >= last && asked.part() > newest + advance);
    }
}
