package io.spillway.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.recorder.Recording.State;
import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.mux.MovieReport;
import io.spillway.recorder.sql.SqlNotes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bounds and what is removed for them, with recordings of a megabyte each. */
class SpaceTest {

    private static final StreamName LIVE = new StreamName("live");
    private static final StreamName STAGE = new StreamName("stage");
    private static final int MB = 1_000_000;
    private static final MovieReport MOVIE = new MovieReport("live", 0, 1, 1, 1, "", 0, 0, 0, 0, List.of());

    @TempDir
    Path path;

    private final List<String> removed = new ArrayList<>();
    private boolean refuses;
    private RecordingsFolder folder;
    private MediaStore media;
    private Library library;

    @BeforeEach
    void open() throws RecorderException {
        folder = RecordingsFolder.open(path.resolve("recordings"));
        media = new LocalStore(path.resolve("recordings"));
        library = new Library(folder, media, SqlNotes.sqlite(path.resolve("catalogue.db")));
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private void recorded(String name, State state) throws IOException {
        RecordingId id = RecordingId.parse(name).orElseThrow();
        Files.write(Files.createDirectory(folder.folder(id)).resolve("video.mp4"), new byte[MB]);
        library.found(id, state, state == State.READY ? MOVIE : null);
    }

    private void remove(RecordingId id) throws IOException {
        if (refuses) {
            throw new IOException("Operation not permitted");
        }
        removed.add(id.value());
        var _ = library.take(id);
        folder.delete(id, media);
    }

    private Space space(SpaceLimits limits, Executor house) {
        return new Space(limits, folder, library, this::remove, house);
    }

    /** As it stands when what can be removed is. */
    private Room.@Nullable Shortage shortage(StreamName stream, boolean beginning, SpaceLimits limits) {
        Space space = space(limits, Runnable::run);
        var _ = space.shortage(stream, beginning);
        return space.shortage(stream, beginning);
    }

    private Room.Shortage missing(StreamName stream, SpaceLimits limits) {
        return Objects.requireNonNull(shortage(stream, false, limits));
    }

    private static SpaceLimits all(long bytes, boolean oldestGoes) {
        return new SpaceLimits(bytes, 0, 0, 0, oldestGoes);
    }

    @Test
    void shouldStopAtTheQuotaOfAllAndBeginAgainWithSomeRoomToSpare() throws IOException {
        recorded("live-20261127T090000Z", State.READY);
        recorded("stage-20261127T090000Z", State.LIVE);
        assertNull(shortage(LIVE, false, all(2 * MB, false)));
        assertNotNull(shortage(LIVE, true, all(2 * MB, false)));
        assertNull(shortage(LIVE, true, all(3 * MB, false)));
        Room.Shortage over = missing(LIVE, all(2 * MB - 1, false));
        assertEquals(EndReason.QUOTA_REACHED, over.reason());
        assertEquals(
                "All recordings together take 2 MB, as much as record.quota-mb allows: nothing more of live is recorded until"
                        + " some are removed. Remove some, or set record.quota-mb higher.",
                over.sentence());
        assertEquals(List.of(), removed);
    }

    @Test
    void shouldCountAStreamsOwnAgainstItsQuota() throws IOException {
        recorded("live-20261127T090000Z", State.READY);
        recorded("live-20261127T100000Z", State.LIVE);
        recorded("stage-20261127T090000Z", State.READY);
        SpaceLimits limits = new SpaceLimits(0, 2 * MB - 1, 0, 0, false);
        assertNull(shortage(STAGE, false, limits));
        assertTrue(missing(LIVE, limits).sentence().startsWith("The recordings of live take 2 MB"));
    }

    @Test
    void shouldRemoveTheOldestThatCanBePlayedForNewOnes() throws IOException {
        recorded("live-20261127T070000Z", State.FAILED);
        recorded("stage-20261127T080000Z", State.READY);
        recorded("live-20261127T090000Z", State.READY);
        recorded("live-20261127T100000Z", State.MUXING);
        recorded("live-20261127T110000Z", State.LIVE);
        assertNull(shortage(LIVE, false, all(4 * MB, true)));
        assertEquals(List.of("stage-20261127T080000Z"), removed);
        assertNull(shortage(LIVE, false, new SpaceLimits(0, 3 * MB, 0, 0, true)));
        assertEquals(List.of("stage-20261127T080000Z", "live-20261127T090000Z"), removed);
        // What is left is never removed for room.
        assertNotNull(shortage(LIVE, false, all(MB, true)));
        assertEquals(2, removed.size());
    }

    /** Those who ask write what comes meanwhile: a store or a database that does not answer must not hold them up. */
    @Test
    void shouldHoldUpNobodyWhileRoomIsMade() throws IOException {
        recorded("live-20261127T090000Z", State.READY);
        recorded("live-20261127T100000Z", State.READY);
        recorded("live-20261127T110000Z", State.LIVE);
        List<Runnable> house = new ArrayList<>();
        Space space = space(all(MB, true), house::add);
        assertNull(space.shortage(LIVE, false));
        assertNull(space.shortage(STAGE, true));
        assertEquals(List.of(), removed);
        assertEquals(1, house.size(), "room is made once");
        house.removeFirst().run();
        assertEquals(List.of("live-20261127T090000Z", "live-20261127T100000Z"), removed);
        assertNull(space.shortage(LIVE, false));
        assertEquals(List.of(), house);
    }

    @Test
    void shouldStopWhereTheOldestCannotBeRemovedAndGoOnWhenItCan() throws IOException {
        recorded("live-20261127T090000Z", State.READY);
        recorded("live-20261127T100000Z", State.READY);
        recorded("live-20261127T110000Z", State.LIVE);
        Space space = space(all(2 * MB, true), Runnable::run);
        refuses = true;
        assertNotNull(space.shortage(LIVE, false));
        assertNotNull(space.shortage(LIVE, true));
        refuses = false;
        assertNull(space.shortage(LIVE, false));
        assertEquals(List.of("live-20261127T090000Z"), removed);
    }

    @Test
    void shouldKeepRoomForMoviesThatAreStillToBeMade() throws IOException {
        recorded("live-20261127T090000Z", State.MUXING);
        long free = folder.usableBytes();
        long slack = 1L << 30;
        assertNull(shortage(LIVE, false, new SpaceLimits(0, 0, free - slack, 0, false)));
        Room.Shortage short1 = missing(LIVE, new SpaceLimits(0, 0, free + slack, 0, false));
        assertEquals(EndReason.DISK_FULL, short1.reason());
        assertTrue(short1.sentence().contains("record.min-free-mb"), short1.sentence());
    }
}
