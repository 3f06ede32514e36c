package io.spillway.recorder.mux;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.EntryFormat;
import io.spillway.recorder.journal.JournalReader;
import io.spillway.recorder.journal.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a journal holds so far, by reading it once: its sources, how complete each of their layers is, and when what they sent was captured. */
final class Survey {

    /** One layer of one source. */
    static final class LayerFacts {

        final ClockMap clock;
        private final PayloadParser parser;
        private final MediaKind kind;
        private final Set<Long> seconds = new HashSet<>();
        long samplesAtMost;
        int pixels;
        boolean hasKey;
        int keyTimestamp;
        long keyAtNs;
        boolean hasPacket;
        int firstTimestamp;
        long firstAtNs;
        private long lastAtNs;

        /** When its keys began to come, in order. */
        private final List<Long> keysNs = new ArrayList<>();

        private int newestKey;

        LayerFacts(Source.LayerDescription description) {
            kind = description.format().kind();
            clock = new ClockMap(description.format().codec().clockRateHz());
            parser = PayloadParser.of(description.format().codec());
        }

        /** Of how many seconds something came. */
        int coverage() {
            return seconds.size();
        }
    }

    /**
     * What one publisher sent between two changes.
     *
     * @param layers facts by the layers' numbers
     */
    record SourceFacts(Source source, List<LayerFacts> layers) {

        /** The layers whose pictures are kept, the largest first: those of one track that were there most of the time. */
        List<Integer> pictures() {
            int most = 0;
            for (LayerFacts each : layers) {
                most = each.kind == MediaKind.VIDEO ? Math.max(most, each.coverage()) : most;
            }
            List<Integer> there = new ArrayList<>();
            for (int i = 0; i < layers.size(); i++) {
                LayerFacts each = layers.get(i);
                if (each.kind == MediaKind.VIDEO && each.hasKey && 10 * each.coverage() >= 9 * most) {
                    there.add(i);
                }
            }
            there.sort(
                    Comparator.comparingInt((Integer i) -> layers.get(i).pixels).reversed());
            if (!there.isEmpty()) {
                int track = source.layers().get(there.getFirst()).track();
                there.removeIf(i -> source.layers().get(i).track() != track);
            }
            return there;
        }

        /** The layer whose pictures a rendition shows: the smallest there is where there are fewer; -1 without pictures. */
        int picture(int rendition) {
            List<Integer> all = pictures();
            return all.isEmpty() ? -1 : all.get(Math.min(rendition, all.size() - 1));
        }

        /** When its first packet came. */
        long firstNs() {
            return layers.stream()
                    .filter(each -> each.hasPacket)
                    .mapToLong(each -> each.firstAtNs)
                    .min()
                    .orElse(Long.MAX_VALUE);
        }

        /** When its last one came; before the first when there is none. */
        long lastNs() {
            return layers.stream()
                    .filter(each -> each.hasPacket)
                    .mapToLong(each -> each.lastAtNs)
                    .max()
                    .orElse(Long.MIN_VALUE);
        }

        /** When the newest key came of those that came before a time; the time itself without pictures, and the beginning where none did. */
        long keyBefore(long atNs) {
            int picture = picture(0);
            if (picture < 0) {
                return atNs;
            }
            long before = firstNs();
            for (long key : layers.get(picture).keysNs) {
                if (key > atNs) {
                    break;
                }
                before = key;
            }
            return before;
        }

        /** The layer of sound; -1 without. */
        int sound() {
            for (int i = 0; i < layers.size(); i++) {
                if (layers.get(i).kind == MediaKind.AUDIO && layers.get(i).hasPacket) {
                    return i;
                }
            }
            return -1;
        }
    }

    private final List<SourceFacts> sources = new ArrayList<>();
    private final PayloadInfo info = new PayloadInfo();
    private final RtpPacket rtp = new RtpPacket();
    private Entry.@Nullable Began began;
    private long packets;
    private long lostPackets;

    private final JournalReader reader;

    Survey(Path journal) {
        reader = new JournalReader(journal, this::add);
    }

    /** What was found in a journal, and what reading it said. */
    record Result(
            Entry.@Nullable Began began,
            List<SourceFacts> sources,
            long packets,
            long lostPackets,
            List<JournalReader.Stretch> stretches,
            JournalReader.Summary summary) {

        /** How many sizes of its pictures are kept. */
        int renditions() {
            return sources.stream()
                    .mapToInt(each -> each.pictures().size())
                    .max()
                    .orElse(0);
        }
    }

    /** Reads what came since the last time; as {@link JournalReader#readOn}. The facts of a result are told more by the next. */
    Result readOn() throws IOException {
        JournalReader.Summary summary = reader.readOn();
        return new Result(began, List.copyOf(sources), packets, lostPackets, reader.stretches(), summary);
    }

    private void add(Entry entry) {
        switch (entry) {
            case Entry.Began first -> began = first;
            case Entry.SourceBegan next ->
                sources.add(new SourceFacts(
                        next.source(),
                        next.source().layers().stream().map(LayerFacts::new).toList()));
            case Entry.PacketCame packet -> add(packet);
            case Entry.Clock clock -> {
                LayerFacts layer = layer(clock.layer());
                if (layer != null) {
                    layer.clock.add(clock.atNs(), clock.timestamp(), clock.captureNs(), clock.reported());
                }
            }
            case Entry.Lost lost -> lostPackets += lost.packets();
            case Entry.Left _, Entry.Ended _, Entry.Unknown _ -> {}
        }
    }

    private @Nullable LayerFacts layer(int number) {
        return sources.isEmpty() || number >= sources.getLast().layers().size()
                ? null
                : sources.getLast().layers().get(number);
    }

    private void add(Entry.PacketCame packet) {
        LayerFacts layer = layer(packet.layer());
        if (layer == null
                || packet.isPadding()
                || !rtp.wrap(packet.rtp(), 0, packet.rtp().limit())) {
            return;
        }
        packets++;
        if (!layer.hasPacket) {
            layer.hasPacket = true;
            layer.firstTimestamp = rtp.timestamp();
            layer.firstAtNs = packet.atNs();
        }
        layer.lastAtNs = packet.atNs();
        layer.seconds.add(packet.atNs() / 1_000_000_000L);
        if (rtp.marker() || packet.startsFrame() || layer.kind == MediaKind.AUDIO) {
            layer.samplesAtMost++;
        }
        if ((packet.flags() & EntryFormat.STARTS_KEYFRAME) != 0) {
            if (!layer.hasKey) {
                layer.hasKey = true;
                layer.keyTimestamp = rtp.timestamp();
                layer.keyAtNs = packet.atNs();
            }
            if (layer.keysNs.isEmpty() || layer.newestKey != rtp.timestamp()) {
                layer.newestKey = rtp.timestamp();
                layer.keysNs.add(packet.atNs());
            }
            if (layer.parser.parse(packet.rtp(), rtp.payloadOffset(), rtp.payloadLength(), info)) {
                layer.pixels = Math.max(layer.pixels, info.width() * info.height());
            }
        }
    }
}
