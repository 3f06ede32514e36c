package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * There are none.
 *
 * @param wanted which streams should be recorded
 * @param report on these
 */
record NoRecordings(Predicate<StreamName> wanted, Report report) implements Recordings {

    @Override
    public boolean isWanted(StreamName stream) {
        return wanted.test(stream);
    }

    @Override
    public Report report(StreamName stream) {
        return wanted.test(stream) ? report : Report.NONE;
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
