package io.spillway.signaling.auth;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may publish, watch and administer. Callers of this machine need no key where {@code trustLocal}; all others do, and a
 * key that is presented is judged whoever presents it. Watching is open unless the stream says otherwise.
 */
public final class Authority {

    private final StreamKeys keys;
    private final AdminToken adminToken;
    private final boolean trustLocal;

    /** @param trustLocal whether callers of this machine need no key; see {@link Caller} for who is one */
    public Authority(StreamKeys keys, AdminToken adminToken, boolean trustLocal) {
        this.keys = keys;
        this.adminToken = adminToken;
        this.trustLocal = trustLocal;
    }

    /**
     * The stream that this request publishes to.
     *
     * @param stream as the address names it; null when the key is to name it
     * @param key the bearer token; null when none was presented
     * @throws Rejected 401 without a key or with an unknown one, 403 with the key of another stream, 400 when the admin token is to
     *     name a stream
     */
    public StreamName publish(Caller caller, @Nullable StreamName stream, @Nullable String key) throws Rejected {
        if (key == null) {
            if (stream == null) {
                throw new Rejected(
                        401,
                        "key-needed",
                        "No stream is named: put the publish key into the bearer token, or the stream into the address, as /whip/live.");
            }
            if (!isTrusted(caller)) {
                throw new Rejected(401, "key-needed", "Publishing needs the stream's publish key as bearer token.");
            }
            return stream;
        }
        Key presented = Key.of(key);
        if (adminToken.is(presented)) {
            if (stream == null) {
                throw new Rejected(
                        400,
                        "stream-needed",
                        "The admin token names no stream: put the stream into the address, as /whip/live.");
            }
            return stream;
        }
        StreamName named = keys.publishedBy(presented)
                .orElseThrow(() -> unknownKey(
                        "The bearer token is no stream's publish key; copy it anew, it may have been rotated."));
        if (stream != null && !stream.equals(named)) {
            throw new Rejected(
                    403, "key-of-another-stream", "This publish key is another stream's, not that of " + stream + ".");
        }
        return named;
    }

    /**
     * Lets a viewer in, or says why not.
     *
     * @throws Rejected 401 without a key or with an unknown one where the stream needs one, 403 with a key that opens something else
     */
    public void play(Caller caller, StreamName stream, @Nullable String key) throws Rejected {
        String watchKey = keys.find(stream).map(KnownStream::watchKey).orElse(null);
        if (watchKey == null) {
            return;
        }
        if (key == null) {
            if (!isTrusted(caller)) {
                throw new Rejected(401, "key-needed", "Watching " + stream + " needs its watch key as bearer token.");
            }
            return;
        }
        Key presented = Key.of(key);
        if (Key.of(watchKey).equals(presented) || adminToken.is(presented)) {
            return;
        }
        if (keys.publishedBy(presented).isPresent()) {
            throw new Rejected(
                    403, "key-not-for-watching", "This is a publish key; watching " + stream + " needs its watch key.");
        }
        throw unknownKey("The bearer token is not the watch key of " + stream + ".");
    }

    /** Whether everybody may watch. */
    public boolean isOpen(StreamName stream) {
        return keys.find(stream).map(KnownStream::watchKey).isEmpty();
    }

    /** Whether the caller sees and does what only the administrator may. */
    public boolean administers(Caller caller, @Nullable String key) {
        return key == null ? isTrusted(caller) : adminToken.is(Key.of(key));
    }

    /** Lets an administrator through. @throws Rejected unless the caller {@link #administers}: 401 without a token or with an unknown one, 403 with a publish key */
    public void requireAdministrator(Caller caller, @Nullable String key) throws Rejected {
        if (administers(caller, key)) {
            return;
        }
        if (key == null) {
            throw new Rejected(
                    401,
                    "admin-token-needed",
                    "This needs the admin token as bearer token; it stands in the file admin-token of the server's data folder.");
        }
        Optional<StreamName> published = keys.publishedBy(Key.of(key));
        if (published.isPresent()) {
            throw new Rejected(
                    403, "key-not-for-administration", "This is a publish key; this call needs the admin token.");
        }
        throw unknownKey("The bearer token is not the admin token.");
    }

    private boolean isTrusted(Caller caller) {
        return trustLocal && caller.isLocal();
    }

    private static Rejected unknownKey(String sentence) {
        return new Rejected(401, "unknown-key", sentence);
    }
}
