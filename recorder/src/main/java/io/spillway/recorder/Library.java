package io.spillway.recorder;

import io.spillway.media.live.StreamName;
import io.spillway.recorder.Recording.State;
import io.spillway.recorder.mux.MovieReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All recordings, the newest first: what the folder has, held in memory, and what {@link Notes} say of them. Any thread. */
public final class Library {

    private static final Logger LOG = LoggerFactory.getLogger(Library.class);

    /** A recording's place in the list. */
    private record Place(String time, StreamName stream, RecordingId id) implements Comparable<Place> {

        private static final Comparator<Place> NEWEST_FIRST = Comparator.comparing(Place::time)
                .thenComparing(place -> place.id().value())
                .reversed();

        static Place of(RecordingId id) {
            return new Place(id.time(), id.stream(), id);
        }

        @Override
        public int compareTo(Place other) {
            return NEWEST_FIRST.compare(this, other);
        }
    }

    private record Facts(
            State state,
            long bytes,
            int thousandths,
            @Nullable MovieReport movie,
            @Nullable String why) {

        static Facts of(State state, long bytes) {
            return new Facts(state, bytes, 0, null, null);
        }

        Facts withBytes(long now) {
            return new Facts(state, now, thousandths, movie, why);
        }
    }

    private final RecordingsFolder folder;
    private final MediaStore media;
    private final Notes notes;
    private final ConcurrentNavigableMap<Place, Facts> all = new ConcurrentSkipListMap<>();
    private final Map<String, Notes.Note> told = new ConcurrentHashMap<>();
    private boolean read;

    Library(RecordingsFolder folder, MediaStore media, Notes notes) {
        this.folder = folder;
        this.media = media;
        this.notes = notes;
    }

    /** One recording; empty when there is none of that name. */
    public Optional<Recording> find(RecordingId id) {
        Facts facts = all.get(Place.of(id));
        return facts == null ? Optional.empty() : Optional.of(recording(id, facts));
    }

    /**
     * The recordings behind one in the list, the newest first.
     *
     * @param stream whose; null for all
     * @param after need not be there any more; null for the beginning
     */
    public List<Recording> list(@Nullable StreamName stream, @Nullable RecordingId after) {
        List<Recording> found = new ArrayList<>();
        (after == null ? all : all.tailMap(Place.of(after), false)).forEach((place, facts) -> {
            if (stream == null || place.stream().equals(stream)) {
                found.add(recording(place.id(), facts));
            }
        });
        return found;
    }

    private Recording recording(RecordingId id, Facts facts) {
        return new Recording(
                id,
                facts.state(),
                facts.bytes(),
                facts.thousandths(),
                told.getOrDefault(id.value(), Notes.Note.NONE),
                facts.movie(),
                facts.why());
    }

    /** Calls a recording something. Empty when there is none. */
    public Optional<Recording> describe(RecordingId id, Notes.Note note) throws IOException {
        if (all.containsKey(Place.of(id))) {
            notes.put(id.value(), note);
            told.put(id.value(), note);
        }
        return find(id);
    }

    /** Where a viewer stopped; 0 where none is known. */
    public long positionMs(RecordingId id, String viewer) throws IOException {
        return notes.positionMs(id.value(), viewer);
    }

    /** Keeps where a viewer stopped. */
    public void putPosition(RecordingId id, String viewer, long positionMs, long nowMs) throws IOException {
        notes.putPosition(id.value(), viewer, positionMs, nowMs);
    }

    /** Takes in what recordings are called, unless that is done. Without it they are listed without. */
    synchronized void readNotes() {
        if (read) {
            return;
        }
        try {
            notes.all().forEach(told::putIfAbsent);
            read = true;
        } catch (IOException unreadable) {
            LOG.warn("recordings are listed without their titles and tags: {}", unreadable.getMessage());
        }
    }

    /** Bytes of recordings. {@code pending} are those whose movie is still to be written. */
    record Sum(long bytes, long pending) {}

    /** @param stream whose; null for all */
    Sum sum(@Nullable StreamName stream) {
        long bytes = 0;
        long pending = 0;
        for (Map.Entry<Place, Facts> each : all.entrySet()) {
            if (stream == null || each.getKey().stream().equals(stream)) {
                State state = each.getValue().state();
                long its = each.getValue().bytes();
                bytes += its;
                pending += state == State.LIVE || state == State.MUXING ? its : 0;
            }
        }
        return new Sum(bytes, pending);
    }

    /** How many there are in a state. */
    public int count(State state) {
        return (int)
                all.values().stream().filter(facts -> facts.state() == state).count();
    }

    /** One that was found in the folder. */
    void found(RecordingId id, State state, @Nullable MovieReport movie) {
        all.put(Place.of(id), new Facts(state, bytes(id), 0, movie, null));
    }

    void began(RecordingId id) {
        all.put(Place.of(id), Facts.of(State.LIVE, 0));
    }

    /** One that is live has so many bytes by now. */
    void grew(RecordingId id, long bytes) {
        change(id, facts -> facts.withBytes(bytes));
    }

    void ended(RecordingId id) {
        change(id, _ -> Facts.of(State.MUXING, bytes(id)));
    }

    void progressed(RecordingId id, int thousandths) {
        change(id, facts -> new Facts(State.MUXING, facts.bytes(), thousandths, null, null));
    }

    /** Its movie waits for something. */
    void waits(RecordingId id, String why) {
        change(id, facts -> new Facts(State.MUXING, facts.bytes(), 0, null, why));
    }

    void ready(RecordingId id, MovieReport movie) {
        change(id, _ -> new Facts(State.READY, bytes(id), 0, movie, null));
    }

    void failed(RecordingId id, String why) {
        change(id, _ -> new Facts(State.FAILED, bytes(id), 0, null, why));
    }

    /** Files came or went beside its movie. */
    public void measure(RecordingId id) {
        change(id, facts -> facts.state() == State.LIVE ? facts : facts.withBytes(bytes(id)));
    }

    private long bytes(RecordingId id) {
        return folder.bytes(id) + media.bytes(id);
    }

    boolean has(RecordingId id) {
        return all.containsKey(Place.of(id));
    }

    private void change(RecordingId id, UnaryOperator<Facts> change) {
        all.computeIfPresent(Place.of(id), (_, facts) -> change.apply(facts));
    }

    /** Takes one off the list. @return what it was; empty when there was none, and left there when it is live */
    Optional<Recording> take(RecordingId id) {
        Facts[] was = new Facts[1];
        all.computeIfPresent(Place.of(id), (_, facts) -> {
            was[0] = facts;
            return facts.state() == State.LIVE ? facts : null;
        });
        return was[0] == null ? Optional.empty() : Optional.of(recording(id, was[0]));
    }

    /** One that was taken off and could not be removed, unless its folder is gone all the same. */
    void putBack(Recording left) {
        if (folder.has(left.id())) {
            all.put(
                    Place.of(left.id()),
                    new Facts(left.state(), left.bytes(), left.thousandths(), left.movie(), left.why()));
        }
    }

    /** Forgets what was said of one that is gone. What a database keeps of it all the same is never shown. */
    void forget(RecordingId id) {
        told.remove(id.value());
        try {
            notes.remove(id.value());
        } catch (IOException kept) {
            LOG.warn("what was said of {} is kept: {}", id, kept.getMessage());
        }
    }
}
