package io.spillway.media.live;

/** Who follows a stream over its publishers, on the stream's own loop. */
public interface StreamListener {

    /** A publication began, the first or one that replaces another; readers leave the layers of the old one. */
    void onPublication(Publication publication, long nowNs);

    /** The publisher left and none replaced it. The stream and its viewers stay. */
    void onOffline(long nowNs);

    /** One of the two above broke an invariant of the follower's own. The stream and all other followers go on; the follower should leave. */
    default void onDefect(RuntimeException defect, long nowNs) {
        throw defect;
    }
}
