package io.spillway.recorder;

import io.spillway.media.frame.Tap;
import io.spillway.media.live.HandoverRing;
import io.spillway.media.live.Layer;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.live.Track;
import io.spillway.recorder.journal.EntryFormat;
import io.spillway.recorder.journal.EntryType;
import io.spillway.recorder.journal.Source;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes what a publication's layers receive into a ring, as the bodies of journal entries: the writer's thread copies them as they are. Where the ring is full packets are lost and counted; nobody
 * waits. Owned by the publication's loop.
 */
final class JournalSink implements Tap.Sink {

    /** A publisher that sends no keyframe for so long is asked for one: a movie can be entered at keyframes only. Encoders that stream have two seconds. */
    private static final long KEY_NS = 4_000_000_000L;

    private final Publication publication;
    private final HandoverRing ring;
    private final long beganNs;
    private final AtomicLong lost = new AtomicLong();
    private int[] revisions = {};
    private long[] wantedNs = {};

    /** @param beganNs when the journal began, by the loop's clock: entries count from there */
    JournalSink(Publication publication, HandoverRing ring, long beganNs) {
        this.publication = publication;
        this.ring = ring;
        this.beganNs = beganNs;
    }

    /** @param layers the publication's, in its order, and the first of them where it has more than can be journaled */
    @Override
    public void onLayers(List<Layer> layers, long nowNs) {
        revisions = new int[layers.size()];
        wantedNs = new long[layers.size()];
        Arrays.fill(wantedNs, nowNs);
        List<Source.LayerDescription> described = new ArrayList<>();
        int number = 0;
        for (Track track : publication.tracks()) {
            for (Layer layer : track.layers()) {
                if (described.size() == layers.size()) {
                    break;
                }
                described.add(new Source.LayerDescription(number, layer.rid(), layer.format()));
            }
            number++;
        }
        ByteBuffer body = EntryFormat.source(
                nowNs - beganNs,
                new Source(publication.startedAt().toEpochMilli(), publication.publisherAgent(), described));
        int at = claim(body.remaining());
        if (at >= 0) {
            ring.buffer().put(at, body, 0, body.remaining());
            var _ = ring.publish();
        }
    }

    @Override
    public void onPacket(int number, Layer layer, StoredPacket packet) {
        long atNs = packet.arrivalNs() - beganNs;
        wantKeys(number, layer, packet);
        int at = claim(EntryFormat.PACKET_BYTES + packet.length());
        if (at < 0) {
            return;
        }
        ByteBuffer out = ring.buffer();
        int flags = (packet.startsFrame() ? EntryFormat.STARTS_FRAME : 0)
                | (packet.startsKeyframe() ? EntryFormat.STARTS_KEYFRAME : 0)
                | (packet.isPadding() ? EntryFormat.PADDING : 0);
        EntryFormat.putHead(out, at, EntryType.PACKET, number, flags, atNs);
        out.putLong(at + EntryFormat.HEAD_BYTES, packet.extendedSequence());
        out.put(at + EntryFormat.PACKET_BYTES, packet.buffer(), packet.offset(), packet.length());
        // What maps timestamps to captures changes with reports only; the first is told with the first packet.
        int revision = layer.clock().revision() + 1;
        if (revision != revisions[number] && !packet.isPadding()) {
            noteClock(number, layer, packet.timestamp(), atNs, revision);
        }
        var _ = ring.publish();
    }

    private void wantKeys(int number, Layer layer, StoredPacket packet) {
        boolean old = packet.arrivalNs() - wantedNs[number] >= KEY_NS;
        if (packet.startsKeyframe() || old) {
            wantedNs[number] = packet.arrivalNs();
        }
        if (old && !packet.startsKeyframe()) {
            layer.requestKeyframe(packet.arrivalNs());
        }
    }

    private void noteClock(int number, Layer layer, int timestamp, long atNs, int revision) {
        int at = claim(EntryFormat.CLOCK_BYTES);
        if (at >= 0) {
            revisions[number] = revision;
            long captureNs = layer.clock().captureNs(timestamp) - beganNs;
            EntryFormat.putClock(
                    ring.buffer(),
                    at,
                    number,
                    atNs,
                    timestamp,
                    captureNs,
                    layer.clock().hasReport());
        }
    }

    /** Begins a record, whose kind is the length of its body. */
    private int claim(int length) {
        int at = ring.claim(length, length);
        if (at < 0) {
            lost.lazySet(lost.get() + 1);
        }
        return at;
    }

    /** Entries that found no room so far. Any thread. */
    long lost() {
        return lost.get();
    }
}
