package io.spillway.sfu;

import io.spillway.sfu.Sfu.SessionRole;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session as it stood at one moment, for whoever wants to know why it does not connect.
 *
 * @param ageMs since its answer; of an ended session, until its end
 * @param addresses of the peer that passed an ICE check, the first first, at most sixteen: {@code address:port} by UDP, {@code address:port/tcp} by TCP
 * @param sendingTo the one of them that packets go to, or null
 * @param lastRefused the last ICE check that was refused, or null
 * @param why the session ended, as a sentence; null while it goes on
 * @param figures of its media; null of one that did not connect
 */
public record SessionStatus(
        String id,
        SessionRole role,
        State state,
        String userAgent,
        long ageMs,
        List<String> addresses,
        @Nullable String sendingTo,
        @Nullable RefusedCheck lastRefused,
        @Nullable String why,
        @Nullable SessionFigures figures) {

    /** How far it came. */
    public enum State {
        /** No valid ICE check came yet. */
        WAITING,
        /** A check passed; the DTLS handshake is still to be done. */
        CHECKED,
        CONNECTED,
        /** It failed or fell silent, and is remembered for a while. */
        ENDED
    }
}
