package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Recordings that a test puts there; the newest last. */
public final class MemoryRecordings implements Recordings {

    public static final String READY = "live-20261127T093000Z";

    /** Recordings of this stream are not there as HLS. */
    public static final String FILE_ONLY = "file-only";

    public final Set<String> wanted = new HashSet<>();
    public Report report = new Report(null, 0, 0, null, null);
    private final List<Item> items = new ArrayList<>();
    private final Map<String, Long> positions = new HashMap<>();

    public MemoryRecordings() {
        add("live", READY, "ready");
    }

    public void add(String stream, String id, String status) {
        items.add(item(id, new StreamName(stream), "", List.of(), status));
    }

    private static Item item(String id, StreamName stream, String title, List<String> tags, String status) {
        return new Item(
                id,
                stream,
                title,
                tags,
                1_795_000_000_000L,
                status.equals("muxing") ? null : (Long) 4_200L,
                1_000_000,
                status,
                status.equals("muxing") ? 0.25 : null,
                status.equals("failed") ? "No movie can be made of it: it has no journal." : null,
                !id.startsWith(FILE_ONLY),
                "avc1.42C01F,opus",
                640,
                360,
                0,
                List.of(new Chapter(0, 1_795_000_000_000L), new Chapter(2_000, 1_795_000_009_000L)));
    }

    @Override
    public boolean isWanted(StreamName stream) {
        return wanted.contains(stream.value());
    }

    @Override
    public Report report(StreamName stream) {
        return report;
    }

    @Override
    public Optional<List<Item>> list(@Nullable StreamName stream, @Nullable String after) {
        List<Item> all = new ArrayList<>(items.reversed());
        if (after != null) {
            int at = all.stream().map(Item::id).toList().indexOf(after);
            if (at < 0) {
                return Optional.empty();
            }
            all.subList(0, at + 1).clear();
        }
        all.removeIf(item -> stream != null && !item.stream().equals(stream));
        return Optional.of(all);
    }

    @Override
    public Optional<Item> find(String id) {
        return items.stream().filter(item -> item.id().equals(id)).findFirst();
    }

    @Override
    public Optional<Item> describe(String id, String title, List<String> tags) {
        items.replaceAll(item -> item.id().equals(id) ? item(id, item.stream(), title, tags, item.status()) : item);
        return find(id);
    }

    @Override
    public Optional<String> remove(String id) {
        Optional<Item> item = find(id);
        items.removeIf(each -> each.id().equals(id) && !each.status().equals("live"));
        return item.map(Item::status);
    }

    @Override
    public long positionMs(String id, String viewer) {
        return positions.getOrDefault(id + viewer, 0L);
    }

    @Override
    public void putPosition(String id, String viewer, long positionMs) {
        positions.put(id + viewer, positionMs);
    }
}
