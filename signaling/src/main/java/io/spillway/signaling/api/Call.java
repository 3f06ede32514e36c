package io.spillway.signaling.api;

import io.spillway.sfu.Rejected;
import io.spillway.signaling.auth.Caller;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request.
 *
 * @param path percent-decoded, without the query
 * @param query parameters by name, decoded; of a repeated one the first
 * @param key the bearer token; null when none was presented
 * @param contentType of the body; null when it has none
 * @param preflight whether a browser asks if a page of another origin may make a request
 * @param body read at most once
 */
public record Call(
        String method,
        String path,
        Map<String, String> query,
        Caller caller,
        @Nullable String key,
        @Nullable String contentType,
        boolean preflight,
        Body body) {

    /** A body not read yet. */
    public interface Body {

        /** The whole body, or empty when it is longer. @throws Rejected when it does not come whole or in time */
        Optional<byte[]> read(int maxBytes) throws Rejected;
    }

    /** Without the key: this may reach a log. */
    @Override
    public String toString() {
        return "Call[" + method + " " + path + "]";
    }
}
