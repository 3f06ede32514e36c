package io.spillway.sfu;

import io.spillway.media.live.StreamName;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What the SFU offers its neighbours. Every call may come from any thread and may block for some milliseconds; none runs on a media loop. */
public interface Sfu {

    /**
     * Takes a publisher in. A publisher that is already on the stream is replaced.
     *
     * @throws Rejected 400 unparsable offer, 422 unsupported offer, 503 overloaded or draining
     */
    SessionAnswer publish(SessionRequest request) throws Rejected;

    /**
     * Takes a viewer in.
     *
     * @throws Rejected as {@link #publish}, and 409 with a retry time while nobody publishes
     */
    SessionAnswer play(SessionRequest request) throws Rejected;

    /** Ends a session of the given stream; false when there is none of that id on that stream in that role. */
    boolean end(SessionRole role, StreamName stream, String sessionId);

    /** Whether such a session exists. */
    boolean exists(SessionRole role, StreamName stream, String sessionId);

    /**
     * Says what a viewer gets of its video's layers from now on; it holds over publishers.
     *
     * @param mediaId the video's m-line in the viewer's offer, counted from 0; null for the first video
     * @throws Rejected 404 there is no such viewer, 422 it has no such video, or the stream no such encoding
     */
    void choose(StreamName stream, String sessionId, @Nullable String mediaId, LayerWish wish) throws Rejected;

    /** The m-line of a viewer's video, the first in its offer, counted from 0; empty when it plays none or there is no such viewer. Never blocks. */
    OptionalInt videoLine(StreamName stream, String sessionId);

    /** Whether such a viewer gets sound only, because its network does not carry the smallest picture. Never blocks. */
    boolean isPicturePaused(StreamName stream, String sessionId);

    /** Who publishes and watches a stream now, and which of its sessions failed lately; each of both kinds in order of age, the oldest first. */
    List<SessionStatus> sessions(StreamName stream);

    /** The entity tag of a session's newest ICE generation, without quotes; empty when there is no such session. RFC 9725 §4.3.1. */
    Optional<String> iceTag(SessionRole role, StreamName stream, String sessionId);

    /**
     * Takes more of a peer's candidates. They are read and dropped: an ICE-lite server sends no checks.
     *
     * @param fragment {@code application/trickle-ice-sdpfrag}
     * @param tagged whether the request named the newest generation by its entity tag; else the fragment's credentials have to be that one's
     * @throws Rejected 400 unparsable fragment, 404 no such session, 412 or 428 another generation's credentials
     */
    void trickle(SessionRole role, StreamName stream, String sessionId, String fragment, boolean tagged)
            throws Rejected;

    /**
     * Restarts a session's ICE with the peer's new credentials. The old path goes on until the first valid check with the new ones, for ever if none comes;
     * a request that is repeated gets the same answer. RFC 9725 §4.3.3.
     *
     * @param fragment {@code application/trickle-ice-sdpfrag}
     * @param serverAddress as in {@link SessionRequest}
     * @throws Rejected 400 unparsable fragment or one without credentials, 404 no such session, 422 only one of them is new
     */
    IceAnswer restart(
            SessionRole role, StreamName stream, String sessionId, String fragment, @Nullable InetAddress serverAddress)
            throws Rejected;

    /** Every stream that is live or has viewers, by name. */
    List<StreamStatus> streams();

    /** One stream's state; empty when it was never seen. */
    Optional<StreamStatus> stream(StreamName name);

    /** Reasons why new sessions had better go elsewhere or are not taken (draining, full, overloaded); empty when ready. */
    List<String> unreadyReasons();

    /** How each media loop is doing. */
    List<LoopStatus> loops();

    /** Named counters since start: drops, sessions, handshakes, packets, bytes. */
    List<Counter> counters();

    /** One offer to answer. {@code serverAddress} is the address the client used to reach us, when its Host was one: announced as a candidate too. */
    record SessionRequest(
            StreamName stream, String offer, @Nullable InetAddress serverAddress, String userAgent) {}

    /** The answer to give. {@code sessionId} is an unguessable name of at least 128 bits, URL-safe; {@code iceTag} as {@link #iceTag} gives it. */
    record SessionAnswer(String sessionId, String sdp, String iceTag) {}

    /** The answer to an ICE restart: a fragment with our new credentials and all our candidates, CRLF throughout, and the new generation's {@link #iceTag}. */
    record IceAnswer(String fragment, String iceTag) {}

    /** Which side of a stream a session is on. */
    enum SessionRole {
        PUBLISHER,
        VIEWER
    }

    /** A monotonic counter: {@code name} in snake_case, {@code label} the kind within it or empty. */
    record Counter(String name, String label, long value) {}
}
