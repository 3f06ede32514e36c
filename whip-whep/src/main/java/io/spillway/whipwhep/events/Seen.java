package io.spillway.whipwhep.events;

import io.spillway.sfu.StreamStatus;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a stream stands at one look, and its layers in words, which are put once for all viewers. Of the looking thread. */
final class Seen {

    private final @Nullable StreamStatus status;
    private final Map<Integer, LayersData> layers = new HashMap<>();

    /** @param status null when nobody publishes or watches it */
    Seen(@Nullable StreamStatus status) {
        this.status = status;
    }

    @Nullable
    StreamStatus status() {
        return status;
    }

    /** Of {@link #status}, which is there, for viewers whose video has that m-line. */
    LayersData layers(int line, StreamStatus of) {
        return layers.computeIfAbsent(line, each -> LayersData.of(each, of));
    }
}
