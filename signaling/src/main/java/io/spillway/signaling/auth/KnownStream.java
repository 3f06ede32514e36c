package io.spillway.signaling.auth;

import io.spillway.media.live.StreamName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream that has a publish key.
 *
 * @param title for people; the name unless one was given
 * @param tags for people and filters
 * @param publishKey opens publishing; for its owner and the admin only
 * @param watchKey opens watching; null when watching is open
 * @param record whether it is recorded whenever it is published, whatever the configuration says
 * @param configured whether it stands in the configuration file, and so cannot be changed by the API
 */
public record KnownStream(
        StreamName name,
        String title,
        List<String> tags,
        String publishKey,
        @Nullable String watchKey,
        boolean record,
        boolean configured) {

    public KnownStream {
        tags = List.copyOf(tags);
    }

    /** Without the keys: this may reach a log. */
    @Override
    public String toString() {
        return "KnownStream[" + name + "]";
    }
}
