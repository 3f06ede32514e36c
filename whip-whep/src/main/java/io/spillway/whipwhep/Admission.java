package io.spillway.whipwhep;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import org.jspecify.annotations.Nullable;

/**
 * Who may publish and who may watch. Asked on a thread that may block, before each offer and before each DELETE and PATCH of a
 * session, so an answer has no side effect. Keys and tokens are compared in constant time, here and nowhere else.
 */
public interface Admission {

    /**
     * Lets a publisher in, or somebody who would end the publisher's session.
     *
     * @param stream the stream of the address; null where the key alone has to name it
     * @param key the publish key or token; null where none was sent
     * @return the stream to publish to
     * @throws Rejected 401 key missing or unknown, 403 key good for another stream, 404 no such stream
     */
    StreamName publish(Caller caller, @Nullable StreamName stream, @Nullable String key) throws Rejected;

    /**
     * Lets a viewer in.
     *
     * @param token the play token; null where none was sent
     * @throws Rejected as {@link #publish}
     */
    void play(Caller caller, StreamName stream, @Nullable String token) throws Rejected;
}
