package io.spillway.signaling.api;

import io.spillway.sfu.Rejected;
import java.io.IOException;
import java.util.Optional;

/**
 * One method on one path.
 *
 * @param template the path, where the segment {@code {id}} stands for any one; at most one such
 */
record Route(String method, String template, Endpoint endpoint) {

    private static final String ID = "{id}";

    /** What a route leads to. {@code id} is the segment that stands for {@code {id}}, decoded and as wild as it was sent; empty without one. */
    interface Endpoint {
        Answer answer(Call call, String id) throws Rejected, IOException;
    }

    /** The {@code id} when the path matches. */
    Optional<String> match(String path) {
        int at = template.indexOf(ID);
        if (at < 0) {
            return path.equals(template) ? Optional.of("") : Optional.empty();
        }
        String tail = template.substring(at + ID.length());
        if (path.length() <= at + tail.length()
                || !path.startsWith(template.substring(0, at))
                || !path.endsWith(tail)) {
            return Optional.empty();
        }
        String id = path.substring(at, path.length() - tail.length());
        return id.indexOf('/') < 0 ? Optional.of(id) : Optional.empty();
    }
}
