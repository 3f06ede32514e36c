package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** There are none. */
record NoRecordings() implements Recordings {

    @Override
    public boolean isWanted(StreamName stream) {
        return false;
    }

    @Override
    public Report report(StreamName stream) {
        return Report.NONE;
    }

    @Override
    public Optional<List<Item>> list(@Nullable StreamName stream, @Nullable String after) {
        return Optional.of(List.of());
    }

    @Override
    public Optional<Item> find(String id) {
        return Optional.empty();
    }

    @Override
    public Optional<Item> describe(String id, String title, List<String> tags) {
        return Optional.empty();
    }

    @Override
    public Optional<String> remove(String id) {
        return Optional.empty();
    }

    @Override
    public long positionMs(String id, String viewer) {
        return 0;
    }

    @Override
    public void putPosition(String id, String viewer, long positionMs) {}
}
