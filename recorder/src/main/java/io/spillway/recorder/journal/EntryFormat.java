package io.spillway.recorder.journal;

import io.spillway.media.codec.Codec;
import io.spillway.media.live.Format;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Entries as bytes, big-endian; {@code docs/journal.md} is the reference. Reading is total: any bytes give an entry or none.
 *
 * <pre>
 *  +0 type    1
 *  +1 layer   1   0 where there is none
 *  +2 flags   2
 *  +4 at, ns  8   since the journal began
 * +12 what the type has
 * </pre>
 */
public final class EntryFormat {

    /** Of all entries. */
    public static final int HEAD_BYTES = 12;

    /** Before the RTP packet. */
    public static final int PACKET_BYTES = HEAD_BYTES + 8;

    public static final int CLOCK_BYTES = HEAD_BYTES + 12;

    /** A source of as many layers, parameters and extensions as are kept stays below. */
    public static final int MAX_BYTES = 1 << 20;

    /** {@link Entry.PacketCame}: may be the first packet of its frame. */
    public static final int STARTS_FRAME = 1;

    /** Begins a keyframe, or brings the parameter sets before one. */
    public static final int STARTS_KEYFRAME = 2;

    /** Carried padding only: a sequence number and nothing else. */
    public static final int PADDING = 4;

    /** {@link Entry.Clock}: a sender report says so. */
    private static final int REPORTED = 1;

    /** What a publisher calls itself may be any length, and is shortened to this. */
    private static final int MAX_TEXT_BYTES = 1_024;

    /** Format parameters and header extensions of one layer; browsers have a dozen. */
    private static final int MAX_PAIRS = 24;

    private static final int SMALL_BYTES = 4_096;

    private EntryFormat() {}

    /** Writes what all entries begin with at a place. */
    public static void putHead(ByteBuffer out, int at, EntryType type, int layer, int flags, long atNs) {
        out.put(at, (byte) type.code()).put(at + 1, (byte) layer).putShort(at + 2, (short) flags);
        out.putLong(at + 4, atNs);
    }

    /** Writes a clock entry at a place: {@link #CLOCK_BYTES}. */
    public static void putClock(
            ByteBuffer out, int at, int layer, long atNs, int timestamp, long captureNs, boolean reported) {
        putHead(out, at, EntryType.CLOCK, layer, reported ? REPORTED : 0, atNs);
        out.putInt(at + HEAD_BYTES, timestamp).putLong(at + HEAD_BYTES + 4, captureNs);
    }

    static ByteBuffer began(Entry.Began began) {
        ByteBuffer out = begin(EntryType.BEGAN, 0, began.atNs()).putLong(began.unixNs());
        return text(text(out, began.stream()), began.writer()).flip();
    }

    /** An entry that begins a source. */
    public static ByteBuffer source(long atNs, Source source) {
        ByteBuffer out = ByteBuffer.allocate(MAX_BYTES);
        putHead(out, 0, EntryType.SOURCE, 0, 0, atNs);
        out.position(HEAD_BYTES).putLong(source.startedAtMs());
        text(out, source.agent()).put((byte) source.layers().size());
        for (Source.LayerDescription layer : source.layers()) {
            Format format = layer.format();
            out.put((byte) layer.track());
            text(text(out, layer.rid()), format.codec().encodingName());
            out.putShort((short) Math.min(MAX_PAIRS, format.fmtp().size()));
            format.fmtp().entrySet().stream()
                    .limit(MAX_PAIRS)
                    .forEach(each -> text(text(out, each.getKey()), each.getValue()));
            out.putShort((short) Math.min(MAX_PAIRS, format.extensionIds().size()));
            format.extensionIds().entrySet().stream()
                    .limit(MAX_PAIRS)
                    .forEach(each -> text(out, each.getKey()).put((byte) (int) each.getValue()));
        }
        return out.flip();
    }

    static ByteBuffer lost(long atNs, long packets) {
        return begin(EntryType.LOST, 0, atNs).putLong(packets).flip();
    }

    static ByteBuffer left(long atNs) {
        return begin(EntryType.LEFT, 0, atNs).flip();
    }

    static ByteBuffer ended(long atNs, EndReason reason, String sentence) {
        return text(begin(EntryType.ENDED, reason.code(), atNs), sentence).flip();
    }

    private static ByteBuffer begin(EntryType type, int flags, long atNs) {
        ByteBuffer out = ByteBuffer.allocate(SMALL_BYTES);
        putHead(out, 0, type, 0, flags, atNs);
        return out.position(HEAD_BYTES);
    }

    private static ByteBuffer text(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, MAX_TEXT_BYTES);
        return out.putShort((short) length).put(bytes, 0, length);
    }

    /** The beginning of a source that lies at a place; null when something else does. */
    public static Entry.@Nullable SourceBegan sourceAt(ByteBuffer bytes, int at, int length) {
        return bytes.get(at) == EntryType.SOURCE.code()
                        && read(bytes.slice(at, length)) instanceof Entry.SourceBegan source
                ? source
                : null;
    }

    /** The entry that lies between position and limit; null when it is none. */
    static @Nullable Entry read(ByteBuffer body) {
        try {
            int type = body.get() & 0xFF;
            int layer = body.get() & 0xFF;
            int flags = body.getShort() & 0xFFFF;
            long atNs = body.getLong();
            if (!EntryType.known(type)) {
                return new Entry.Unknown(atNs, type);
            }
            return switch (EntryType.of(type)) {
                case BEGAN -> new Entry.Began(atNs, body.getLong(), text(body), text(body));
                case SOURCE -> source(atNs, body);
                case PACKET -> packet(atNs, layer, flags, body);
                case CLOCK -> new Entry.Clock(atNs, layer, body.getInt(), body.getLong(), (flags & REPORTED) != 0);
                case LOST -> new Entry.Lost(atNs, body.getLong());
                case LEFT -> new Entry.Left(atNs);
                case ENDED -> new Entry.Ended(atNs, EndReason.of(flags), text(body));
            };
        } catch (BufferUnderflowException tooShort) {
            return null;
        }
    }

    private static Entry packet(long atNs, int layer, int flags, ByteBuffer body) {
        long extSeq = body.getLong();
        byte[] rtp = new byte[body.remaining()];
        body.get(rtp);
        return new Entry.PacketCame(atNs, layer, flags, extSeq, ByteBuffer.wrap(rtp));
    }

    private static @Nullable Entry source(long atNs, ByteBuffer body) {
        long startedAtMs = body.getLong();
        String agent = text(body);
        int count = body.get() & 0xFF;
        List<Source.LayerDescription> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int track = body.get() & 0xFF;
            String rid = text(body);
            Optional<Codec> codec = Codec.named(text(body));
            Map<String, String> fmtp = new HashMap<>();
            for (int left = body.getShort() & 0xFFFF; left > 0; left--) {
                fmtp.put(text(body), text(body));
            }
            Map<String, Integer> extensions = new HashMap<>();
            for (int left = body.getShort() & 0xFFFF; left > 0; left--) {
                extensions.put(text(body), body.get() & 0xFF);
            }
            if (codec.isEmpty() || layers.size() == Source.MAX_LAYERS) {
                return null;
            }
            layers.add(new Source.LayerDescription(track, rid, new Format(codec.get(), fmtp, extensions)));
        }
        return new Entry.SourceBegan(atNs, new Source(startedAtMs, agent, layers));
    }

    private static String text(ByteBuffer body) {
        byte[] bytes = new byte[body.getShort() & 0xFFFF];
        body.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
