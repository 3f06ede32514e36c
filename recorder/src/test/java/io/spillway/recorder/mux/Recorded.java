package io.spillway.recorder.mux;

import io.spillway.media.live.Format;
import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.EntryFormat;
import io.spillway.recorder.journal.EntryType;
import io.spillway.recorder.journal.FileJournal;
import io.spillway.recorder.journal.Journal;
import io.spillway.recorder.journal.Source;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** A journal as a recorder would have written it of publishers who sent these clips. */
final class Recorded implements AutoCloseable {

    static final long UNIX_NS = 1_795_000_000_000_000_000L;

    private static final long MS = 1_000_000L;

    /**
     * A clip that a publisher sends.
     *
     * @param delayNs from capture to arrival
     * @param driftPpm by how much its clock is fast
     * @param lost packets that never came, by their place
     */
    record Sent(RtpClip clip, long delayNs, int driftPpm, IntPredicate lost) {

        static Sent of(RtpClip clip, long delayNs) {
            return new Sent(clip, delayNs, 0, _ -> false);
        }
    }

    private record Due(long atNs, ByteBuffer body) {}

    private final Journal journal;
    private int sequence = 5_000;
    private long lastNs;

    Recorded(Path folder) throws IOException {
        this(FileJournal.create(folder, new Entry.Began(0, UNIX_NS, "live", "test")));
    }

    private Recorded(Journal journal) {
        this.journal = journal;
    }

    /** In segments of so many bytes, each of which is written once it is full. */
    static Recorded inSegments(Path folder, int bytes) throws IOException {
        return new Recorded(FileJournal.create(folder, new Entry.Began(0, UNIX_NS, "live", "test"), bytes));
    }

    /** A publisher sends clips, a layer each, whose beginnings were captured at one moment; reports come half a second after the beginning and each second from then. */
    void publish(long captureNs, List<Sent> all, List<Integer> tracks) throws IOException {
        List<Source.LayerDescription> layers = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            layers.add(new Source.LayerDescription(
                    tracks.get(i), "", new Format(all.get(i).clip().codec(), Map.of())));
        }
        append(EntryFormat.source(captureNs, new Source((UNIX_NS + captureNs) / MS, "test", layers)));
        List<Due> due = new ArrayList<>();
        for (int layer = 0; layer < all.size(); layer++) {
            play(all.get(layer), layer, captureNs, due);
        }
        due.sort(Comparator.comparingLong(Due::atNs));
        for (Due each : due) {
            append(each.body());
            lastNs = each.atNs();
            journal.write();
        }
    }

    private void play(Sent sent, int layer, long captureNs, List<Due> due) {
        List<RtpClip.Packet> packets = sent.clip().packets();
        int rateHz = sent.clip().codec().clockRateHz();
        int first = packets.getFirst().timestamp();
        long reportNs = captureNs + 500 * MS;
        for (int i = 0; i < packets.size(); i++) {
            RtpClip.Packet packet = packets.get(i);
            long clipNs = (packet.timestamp() - first) * 1_000_000_000L / rateHz;
            // A clock that is fast counts more in the same time.
            long capturedNs = captureNs + clipNs - clipNs * sent.driftPpm() / 1_000_000;
            long atNs = capturedNs + sent.delayNs();
            sequence++;
            if (!sent.lost().test(i)) {
                ByteBuffer body = ByteBuffer.allocate(
                        EntryFormat.PACKET_BYTES + packet.rtp().limit());
                EntryFormat.putHead(body, 0, EntryType.PACKET, layer, packet.flags(), atNs);
                body.putLong(EntryFormat.HEAD_BYTES, sequence)
                        .put(
                                EntryFormat.PACKET_BYTES,
                                packet.rtp(),
                                0,
                                packet.rtp().limit());
                due.add(new Due(atNs, body));
            }
            if (i == 0) {
                // Before any report captures are guessed from arrivals.
                due.add(new Due(atNs, clock(layer, atNs, packet.timestamp(), atNs, false)));
            } else if (atNs >= reportNs) {
                due.add(new Due(atNs, clock(layer, atNs, packet.timestamp(), capturedNs, true)));
                reportNs += 1_000 * MS;
            }
        }
        sequence += 1_000;
    }

    private static ByteBuffer clock(int layer, long atNs, int timestamp, long captureNs, boolean reported) {
        ByteBuffer body = ByteBuffer.allocate(EntryFormat.CLOCK_BYTES);
        EntryFormat.putClock(body, 0, layer, atNs, timestamp, captureNs, reported);
        return body;
    }

    private void append(ByteBuffer body) throws IOException {
        journal.append(body, 0, body.limit());
    }

    /** Hands to the system what was sent, as a recorder does each turn. */
    void write() throws IOException {
        journal.write();
    }

    void left() throws IOException {
        journal.left(lastNs);
    }

    @Override
    public void close() throws IOException {
        journal.end(lastNs, EndReason.PUBLISHER_LEFT, "");
    }
}
