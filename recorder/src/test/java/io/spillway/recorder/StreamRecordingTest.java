package io.spillway.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.live.Format;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.media.live.Track;
import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.FileJournal;
import io.spillway.recorder.journal.Journal;
import io.spillway.recorder.journal.JournalReader;
import io.spillway.recorder.journal.Source;
import io.spillway.recorder.mux.MovieReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a publisher's layers into journals, in virtual time: the loop's side and the writer's in turn. */
class StreamRecordingTest {

    private static final StreamName LIVE = new StreamName("live");
    private static final long START_NS = 7_000_000_000L;
    private static final Instant START = Instant.parse("2026-11-27T09:30:00Z");

    @TempDir
    Path path;

    private final List<String> told = new ArrayList<>();
    private final RecorderListener listener = new RecorderListener() {
        @Override
        public void onBegan(StreamName stream, RecordingId recording) {
            told.add("began " + recording);
        }

        @Override
        public void onEnded(StreamName stream, RecordingId recording, EndReason reason, String sentence) {
            told.add(recording + " " + reason.word());
        }

        @Override
        public void onReady(RecordingId recording, MovieReport report) {
            told.add("ready");
        }

        @Override
        public void onFailed(RecordingId recording, String sentence) {
            told.add("failed " + sentence);
        }

        @Override
        public void onRefused(StreamName stream, EndReason reason, String sentence) {
            told.add("refused " + reason.word());
        }
    };

    private long nowNs = START_NS;
    private RecordingsFolder folder;
    private StreamRecording recording;
    private Room room = Room.ENDLESS;

    @BeforeEach
    void open() throws RecorderException {
        folder = RecordingsFolder.open(path.resolve("recordings"));
        begin(FileJournal::create);
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private void begin(Journal.Factory journals) {
        recording = new StreamRecording(
                LIVE,
                new RecorderSettings(path, 1_000, "test 1"),
                folder,
                room,
                new Tally(),
                journals,
                () -> nowNs,
                START,
                listener,
                _ -> {},
                _ -> true);
    }

    private void publish(TestPublisher publisher) {
        recording.onPublished(new StreamRecording.LiveSource(publisher.publication, Runnable::run));
        recording.turn(nowNs);
    }

    private void send(TestPublisher publisher, int frames) {
        nowNs = publisher.send(frames, nowNs);
        recording.turn(nowNs);
    }

    private List<Entry> read(int recordings, int index) throws IOException {
        List<RecordingId> all = folder.list();
        assertEquals(recordings, all.size());
        List<Entry> entries = new ArrayList<>();
        JournalReader.read(folder.journal(all.reversed().get(index)), entries::add);
        return entries;
    }

    private static <T> List<T> only(Class<T> type, List<Entry> entries) {
        return entries.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Ends it, as its thread does. */
    private void end() {
        recording.close();
        recording.run();
    }

    @Test
    void shouldJournalEveryPacketWithItsLayerAndArrival() throws IOException {
        TestPublisher publisher = new TestPublisher(Codec.H264);
        publish(publisher);
        send(publisher, 10);
        send(publisher, 20);
        end();
        List<Entry> entries = read(1, 0);
        Entry.Began began = (Entry.Began) entries.getFirst();
        assertEquals(START.getEpochSecond() * 1_000_000_000L, began.unixNs());
        assertEquals("live", began.stream());
        var source = ((Entry.SourceBegan) entries.get(1)).source();
        assertEquals(
                List.of("0  OPUS", "1 h H264"),
                source.layers().stream()
                        .map(layer -> layer.track() + " " + layer.rid() + " "
                                + layer.format().codec())
                        .toList());
        List<Entry.PacketCame> packets = only(Entry.PacketCame.class, entries);
        assertEquals(90, packets.size());
        assertEquals(30, packets.stream().filter(each -> each.layer() == 0).count());
        assertEquals(0, packets.getFirst().atNs());
        assertEquals(29 * 33_333_333L, packets.getLast().atNs());
        assertEquals(712, packets.getFirst().rtp().limit());
        assertEquals(EndReason.SERVER_STOPPED, ((Entry.Ended) entries.getLast()).reason());
        assertEquals(List.of("began live-20261127T093000Z", "live-20261127T093000Z server-stopped"), told);
    }

    @Test
    void shouldTellWhenTimestampsWereCapturedAsOftenAsThatIsReported() throws IOException {
        TestPublisher publisher = new TestPublisher(Codec.H264);
        publish(publisher);
        send(publisher, 30);
        // The picture was captured 80 ms before it came, the sound 50.
        publisher.report(nowNs, 50_000_000, 80_000_000);
        send(publisher, 30);
        end();
        List<Entry.Clock> clocks = only(Entry.Clock.class, read(1, 0));
        assertEquals(
                List.of("1 false", "0 false", "1 true", "0 true"),
                clocks.stream()
                        .map(each -> each.layer() + " " + each.reported())
                        .toList());
        Entry.Clock picture = clocks.get(2);
        Entry.Clock sound = clocks.get(3);
        assertEquals(30 * 3_000, picture.timestamp());
        // One offset for both: what parts them is what they said.
        assertEquals(30_000_000.0, (double) (sound.captureNs() - picture.captureNs()), 10_000);
    }

    @Test
    void shouldAskForAKeyframeWhereNoneHasComeForFourSeconds() throws IOException {
        TestPublisher publisher = new TestPublisher(Codec.H264);
        publish(publisher);
        send(publisher, 110);
        assertEquals(List.of(), publisher.wantedNs);
        send(publisher, 200);
        assertEquals(
                List.of(4L, 8L),
                publisher.wantedNs.stream()
                        .map(each -> (each - START_NS) / 1_000_000_000L)
                        .toList());
        end();
    }

    @Test
    void shouldGoOnInOneJournalWhenThePublisherReturnsInTime() throws IOException {
        TestPublisher first = new TestPublisher(Codec.VP8);
        publish(first);
        send(first, 3);
        recording.onEnded(first.publication);
        recording.turn(nowNs);
        nowNs += 900_000_000L;
        TestPublisher second = new TestPublisher(Codec.VP8);
        publish(second);
        send(second, 3);
        // The first one's end is told late; it is the second's no more.
        recording.onEnded(first.publication);
        send(second, 3);
        recording.onEnded(second.publication);
        recording.turn(nowNs);
        nowNs += 1_000_000_000L;
        recording.run();
        List<Entry> entries = read(1, 0);
        assertEquals(2, only(Entry.SourceBegan.class, entries).size());
        assertEquals(27, only(Entry.PacketCame.class, entries).size());
        assertEquals(2, only(Entry.Left.class, entries).size());
        assertEquals(EndReason.PUBLISHER_LEFT, ((Entry.Ended) entries.getLast()).reason());
    }

    @Test
    void shouldBeginAnotherRecordingWithAnotherCodec() throws IOException {
        TestPublisher publisher = new TestPublisher(Codec.VP8);
        publish(publisher);
        send(publisher, 3);
        publisher.picture.restart(new Format(Codec.H264, Map.of()), nowNs);
        send(publisher, 1);
        send(publisher, 3);
        end();
        List<Entry> before = read(2, 0);
        List<Entry> after = read(2, 1);
        assertEquals(EndReason.CODEC_CHANGED, ((Entry.Ended) before.getLast()).reason());
        assertEquals(1, only(Entry.SourceBegan.class, after).size());
        assertEquals(9, only(Entry.PacketCame.class, after).size());
        assertEquals(
                List.of(
                        "began live-20261127T093000Z",
                        "live-20261127T093000Z codec-changed",
                        "began live-20261127T093000Z-2",
                        "live-20261127T093000Z-2 server-stopped"),
                told);
    }

    @Test
    void shouldGoOnInOneJournalWhenOnlyTheEncoderBeginsAnew() throws IOException {
        TestPublisher publisher = new TestPublisher(Codec.VP8);
        publish(publisher);
        send(publisher, 3);
        publisher.picture.restart(publisher.picture.format(), nowNs);
        send(publisher, 1);
        send(publisher, 3);
        end();
        List<Entry> entries = read(1, 0);
        assertEquals(2, only(Entry.SourceBegan.class, entries).size());
        assertEquals(List.of("began live-20261127T093000Z", "live-20261127T093000Z server-stopped"), told);
    }

    /** Two publishers within one turn, on loops of their own, and the first one's is late: it comes into nothing, and the second one is followed. */
    @Test
    void shouldFollowThePublisherThatCameLastWhicheverLoopIsLate() throws IOException {
        TestPublisher first = new TestPublisher(Codec.VP8);
        TestPublisher second = new TestPublisher(Codec.VP8);
        List<Runnable> late = new ArrayList<>();
        recording.onPublished(new StreamRecording.LiveSource(first.publication, late::add));
        publish(second);
        send(second, 3);
        late.forEach(Runnable::run);
        first.send(3, nowNs);
        send(second, 3);
        second.picture.restart(new Format(Codec.H264, Map.of()), nowNs);
        send(second, 1);
        send(second, 3);
        end();
        assertEquals(18, only(Entry.PacketCame.class, read(2, 0)).size());
        assertEquals(9, only(Entry.PacketCame.class, read(2, 1)).size());
    }

    /** Of a disk that stalls, the loop feels nothing: what does not fit into the ring is counted, and told where it is missing. */
    @Test
    void shouldLoseAndTellWhatAStallingDiskCannotTake() throws IOException {
        TestPublisher publisher = new TestPublisher(Codec.H264);
        publish(publisher);
        int frames = 10_000;
        send(publisher, frames);
        send(publisher, 10);
        end();
        List<Entry> entries = read(1, 0);
        long lost = only(Entry.Lost.class, entries).stream()
                .mapToLong(Entry.Lost::packets)
                .sum();
        assertTrue(lost > 1_000, lost + " lost");
        assertEquals(lost, recording.lost());
        int kept = only(Entry.PacketCame.class, entries).size();
        int clocks = only(Entry.Clock.class, entries).size();
        assertEquals(3 * (frames + 10) + clocks, kept + lost + clocks);
        assertTrue(entries.get(entries.size() - 32) instanceof Entry.Lost, "behind what was kept");
    }

    @Test
    void shouldEndTheRecordingAndNothingElseWhenTheDiskRefuses() throws IOException {
        begin((where, began) -> new RefusingJournal(FileJournal.create(where, began)));
        TestPublisher publisher = new TestPublisher(Codec.H264);
        publish(publisher);
        send(publisher, 3);
        send(publisher, 3);
        send(publisher, 3);
        assertEquals(List.of("began live-20261127T093000Z", "live-20261127T093000Z disk-failed"), told);
        // The next publisher is tried again.
        publish(new TestPublisher(Codec.H264));
        recording.turn(nowNs);
        assertEquals("began live-20261127T093000Z-2", told.getLast());
        end();
    }

    @Test
    void shouldEndTheRecordingAndNothingElseWhereADefectShows() throws IOException {
        begin((where, began) -> new DefectiveJournal(FileJournal.create(where, began)));
        TestPublisher publisher = new TestPublisher(Codec.H264);
        publish(publisher);
        send(publisher, 3);
        assertEquals(List.of("began live-20261127T093000Z", "live-20261127T093000Z defect"), told);
        assertEquals(EndReason.DEFECT, recording.report().reason());
        send(publisher, 3);
        assertEquals(2, told.size(), told.toString());
        // The next publisher is tried again.
        publish(new TestPublisher(Codec.H264));
        recording.turn(nowNs);
        assertEquals(
                List.of("began live-20261127T093000Z-2", "live-20261127T093000Z-2 defect"),
                told.subList(2, told.size()));
        end();
    }

    /** Offers may have more than anybody sends. */
    @Test
    void shouldJournalTheFirstOfVeryManyLayers() throws IOException {
        TestPublisher publisher = new TestPublisher(Codec.H264);
        List<Track> tracks = new ArrayList<>();
        for (int i = 0; i < Source.MAX_LAYERS; i++) {
            tracks.addAll(new TestPublisher(Codec.H264).publication.tracks());
        }
        tracks.addAll(0, publisher.publication.tracks());
        Publication many = new Publication(tracks, Instant.EPOCH, "test");
        recording.onPublished(new StreamRecording.LiveSource(many, Runnable::run));
        recording.turn(nowNs);
        send(publisher, 10);
        end();
        List<Entry> entries = read(1, 0);
        assertEquals(
                Source.MAX_LAYERS,
                only(Entry.SourceBegan.class, entries)
                        .getFirst()
                        .source()
                        .layers()
                        .size());
        assertEquals(30, only(Entry.PacketCame.class, entries).size());
    }

    @Test
    void shouldSayThatAStreamIsNotRecordedWhenNoJournalCanBegin() {
        begin((where, began) -> {
            throw new IOException("Read-only file system");
        });
        publish(new TestPublisher(Codec.H264));
        recording.turn(nowNs);
        assertEquals(List.of("refused disk-failed"), told);
        end();
        assertEquals(List.of("refused disk-failed"), told);
    }

    /** Room ends and comes again under one publisher: live knows nothing of it, and what is recorded is whole. */
    @Test
    void shouldStopWhereThereIsNoRoomAndGoOnWhenThereIs() throws IOException {
        boolean[] full = {false};
        room = (stream, beginning) ->
                full[0] ? new Room.Shortage(EndReason.QUOTA_REACHED, "No room for " + stream + ".") : null;
        begin(FileJournal::create);
        TestPublisher publisher = new TestPublisher(Codec.H264);
        publish(publisher);
        send(publisher, 60);
        full[0] = true;
        send(publisher, 60);
        assertEquals("live-20261127T093000Z quota-reached", told.getLast());
        assertEquals("No room for live.", recording.report().problem());
        send(publisher, 60);
        send(publisher, 60);
        assertEquals(2, told.size(), "said once: " + told);
        full[0] = false;
        send(publisher, 60);
        send(publisher, 60);
        send(publisher, 60);
        assertEquals("began live-20261127T093009Z", told.getLast());
        assertNull(recording.report().problem());
        end();
        assertEquals(4 * 90, only(Entry.PacketCame.class, read(2, 0)).size());
        List<Entry.PacketCame> later = only(Entry.PacketCame.class, read(2, 1)).stream()
                .filter(each -> each.layer() == 1)
                .toList();
        assertEquals(
                later.size() - 1,
                later.getLast().extSeq() - later.getFirst().extSeq(),
                "nothing is missing of what came then");
    }

    @Test
    void shouldBeginWhenThereIsRoomWhereThereWasNone() throws IOException {
        boolean[] full = {true};
        room = (_, _) -> full[0] ? new Room.Shortage(EndReason.DISK_FULL, "No room.") : null;
        begin(FileJournal::create);
        TestPublisher publisher = new TestPublisher(Codec.H264);
        publish(publisher);
        send(publisher, 60);
        assertEquals(List.of("refused disk-full"), told);
        full[0] = false;
        send(publisher, 60);
        send(publisher, 60);
        assertEquals(2, told.size(), told.toString());
        assertTrue(told.getLast().startsWith("began "), told.getLast());
        end();
    }

    private static final class DefectiveJournal extends ForwardingJournal {

        DefectiveJournal(Journal inner) {
            super(inner);
        }

        @Override
        public void write() {
            throw new IllegalStateException("a defect that the test made");
        }

        @Override
        public void end(long atNs, EndReason reason, String sentence) {
            throw new IllegalStateException("a defect that the test made");
        }
    }

    /** Takes two writes, then none. */
    private static final class RefusingJournal extends ForwardingJournal {

        private int writes;

        RefusingJournal(Journal inner) {
            super(inner);
        }

        @Override
        public void write() throws IOException {
            if (++writes > 2) {
                throw new IOException("Input/output error");
            }
            super.write();
        }
    }
}
