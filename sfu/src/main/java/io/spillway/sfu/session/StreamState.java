package io.spillway.sfu.session;

import io.spillway.sfu.sdp.PlaySources.Carried;
import org.jspecify.annotations.Nullable;

/**
 * A stream as all loops and callers see it at one moment.
 *
 * @param sessions publishers and viewers, those not yet claimed by a loop among them
 * @param viewers viewers among them
 * @param watching viewers that are connected
 * @param live what is published, null while nobody does
 */
record StreamState(
        int sessions, int viewers, int watching, @Nullable Live live) {

    static final StreamState EMPTY = new StreamState(0, 0, 0, null);

    /**
     * One publisher's time on a stream.
     *
     * @param generation grows with each publication of the server
     * @param loop who owns the publisher's session
     * @param audio what offers are answered with; null without that track
     */
    record Live(
            long generation,
            int loop,
            String sessionId,
            @Nullable Carried audio,
            @Nullable Carried video) {}

    StreamState plus(int moreSessions, int moreViewers, int moreWatching) {
        return new StreamState(sessions + moreSessions, viewers + moreViewers, watching + moreWatching, live);
    }

    StreamState with(@Nullable Live now) {
        return new StreamState(sessions, viewers, watching, now);
    }

    boolean isLive(long generation) {
        return live != null && live.generation() == generation;
    }
}
